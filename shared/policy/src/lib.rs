//! Snapshot and rules in, plan out.
