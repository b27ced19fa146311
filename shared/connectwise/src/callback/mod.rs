//! Callbacks the PSA sends: what they say, and whether they are genuine.
