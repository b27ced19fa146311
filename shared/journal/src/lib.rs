//! Change journal: what was done, why, and how to undo it.
