//! Detectors that see one event after the other, in constant memory.
