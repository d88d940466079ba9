//! How well the rows of two tables suit each other.
