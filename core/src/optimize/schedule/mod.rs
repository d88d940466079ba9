//! Schedules: what is done when, by which machine or crew.
mod jobs;
pub use jobs::{JobSchedule, ScheduleJobs};
