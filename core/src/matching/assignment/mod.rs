//! Pairs of least total cost.
