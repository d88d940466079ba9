//! From scores to incidents that people can act on.
//!
//! An [`AlertPolicy`] says when scores become an incident, how grave it is, and what is not worth a message. Started, it is
//! an [`AlertState`]: one scored event in, the [`AlertNotice`]s that it causes out. Where these go is the caller's choice.
mod incident;
mod policy;
mod state;
mod summary;
#[cfg(test)]
mod tests;

pub use incident::{AlertKind, AlertNotice, Incident, IncidentMember, Severity};
pub use policy::{AlertPolicy, Suppression};
pub use state::{AlertEvent, AlertState};
pub(super) use summary::{moment, number};
