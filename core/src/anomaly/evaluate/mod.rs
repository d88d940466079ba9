//! How good scores are, given what was truly anomalous.
