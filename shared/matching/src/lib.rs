//! Are these two records the same person?.
