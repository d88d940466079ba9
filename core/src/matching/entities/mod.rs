//! Which records are the same thing.
