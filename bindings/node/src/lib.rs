//! The Node door of inlaid.
