//! What whoever runs the tests may set: `ROLLCALL_SEEDS` is how many seeds are played, `ROLLCALL_SEED` plays one.

/// The number in this variable, or nothing.
pub(crate) fn setting(name: &str) -> Option<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever runs the tests says how many"
    )]
    let value = std::env::var(name).ok()?;
    Some(value.parse().expect("a number"))
}
