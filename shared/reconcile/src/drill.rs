//! Safeguards that a drill takes away, one at a time, to prove that the tests would notice.

/// A safeguard of the visits.
#[cfg(feature = "drill")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safeguard {
    /// Contacts are read again right before they are merged.
    Precondition,
    /// What an earlier visit left open is settled by reading.
    Settling,
}

/// Which safeguards are in place: all, in every deployed build.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Drill {
    #[cfg(feature = "drill")]
    pub(crate) without: Option<Safeguard>,
}

#[cfg_attr(
    not(feature = "drill"),
    expect(clippy::unused_self, reason = "in a drill it is asked")
)]
impl Drill {
    pub(crate) fn checks_preconditions(self) -> bool {
        #[cfg(feature = "drill")]
        if self.without == Some(Safeguard::Precondition) {
            return false;
        }
        true
    }

    pub(crate) fn settles(self) -> bool {
        #[cfg(feature = "drill")]
        if self.without == Some(Safeguard::Settling) {
            return false;
        }
        true
    }
}
