//! The imperative shell: gather, plan, check, apply, record.
