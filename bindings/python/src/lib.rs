//! The Python door of inlaid.
