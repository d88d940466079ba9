//! Saving and loading fitted models: versioned, checksummed, atomic.
