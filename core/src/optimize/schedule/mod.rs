//! Schedules: what is done when, by which machine or crew.
mod chart;
mod jobs;
mod project;
pub use chart::ScheduleChart;
pub use jobs::{JobSchedule, ScheduleJobs};
pub use project::{ProjectSchedule, ProjectTasks, ScheduleProject};
