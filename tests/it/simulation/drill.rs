//! Stories with one safeguard off: they must go wrong.

use connectwise::{Reader, Writer};
use journal::Store;
use reconcile::{Mirror, Reconciler, Safeguard, Vendor};

/// A safeguard that is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drill {
    /// Contacts are not read again right before they are merged.
    Precondition,
    /// What an earlier visit left open is not settled.
    Settling,
    /// What a lost answer may have been about is not looked for.
    Search,
    /// Messages of one company no longer wait for each other.
    GroupOrder,
    /// What an earlier visit to a mirror left open is not settled.
    SettlingOfMirrors,
}

impl Drill {
    /// The writer, which may lack its safeguard.
    pub(crate) fn writer(drill: Option<Drill>, reader: &Reader) -> Writer {
        let writer = Writer::new(reader.clone());
        match drill {
            Some(Drill::Search) => writer.without_search(),
            _ => writer,
        }
    }

    /// The reconciler, which may lack one of its safeguards.
    pub(crate) fn reconciler<J: Store>(
        drill: Option<Drill>,
        reconciler: Reconciler<J>,
    ) -> Reconciler<J> {
        match drill {
            Some(Drill::Precondition) => reconciler.without(Safeguard::Precondition),
            Some(Drill::Settling) => reconciler.without(Safeguard::Settling),
            Some(Drill::Search | Drill::GroupOrder | Drill::SettlingOfMirrors) | None => reconciler,
        }
    }

    /// What carries contacts to a mirror, which may lack its safeguard.
    pub(crate) fn mirror<J: Store, V: Vendor>(
        drill: Option<Drill>,
        mirror: Mirror<J, V>,
    ) -> Mirror<J, V> {
        match drill {
            Some(Drill::SettlingOfMirrors) => mirror.without(Safeguard::Settling),
            _ => mirror,
        }
    }
}
