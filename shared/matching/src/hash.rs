//! Hashing that is the same in every process.

use std::hash::{BuildHasherDefault, Hasher};

/// A map for looking up only: its order means nothing, so nothing iterates over it.
#[expect(
    clippy::disallowed_types,
    reason = "a vocabulary is asked several times for every name; its order is never seen"
)]
pub(crate) type Lookup<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Fnv>>;

/// FNV-1a: small, and the same in every process.
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
