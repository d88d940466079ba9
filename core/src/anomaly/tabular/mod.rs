//! Detectors for the rows of a table.
