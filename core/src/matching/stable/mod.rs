//! Pairs that nobody would leave.
