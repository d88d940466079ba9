//! The JVM door of inlaid.
