//! The contacts of one company, and who of them carries which address and number.

use std::collections::BTreeSet;

use model::{Contact, ContactId};

use crate::fit::{Fit, Level, are_strangers, relate};
use crate::hash::Lookup;
use crate::mailbox::{Mailbox, Spells, spelling};
use crate::name::Kind;
use crate::number::Number;
use crate::profile::Profile;

/// An address or number with more carriers than this belongs to an office, whatever their names.
const MOST_CARRIERS: usize = 12;

/// The contacts of one company, read once, with who carries which address and number. Whether one
/// is somebody's own can only be said in the light of all who carry it.
#[derive(Clone, Debug, Default)]
pub struct Company {
    pub(crate) profiles: Vec<Profile>,
    mailboxes: Lookup<String, Vec<u32>>,
    numbers: Lookup<u64, Vec<u32>>,
    families: Lookup<String, Vec<u32>>,
}

/// Whose an address or a number is, as far as two records are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Nobody else's.
    Theirs,
    /// Others carry it whose names are other names: how many.
    Others(usize),
}

impl Company {
    /// Reads the contacts of one company. Their order does not matter.
    pub fn of<'a>(contacts: impl IntoIterator<Item = &'a Contact>) -> Self {
        let mut profiles: Vec<Profile> = contacts.into_iter().map(Profile::of).collect();
        profiles.sort_by_key(|profile| profile.id);
        profiles.dedup_by_key(|profile| profile.id);
        let mut company = Self::default();
        for (at, profile) in (0u32..).zip(&profiles) {
            for (mailbox, _) in &profile.mailboxes {
                company
                    .mailboxes
                    .entry(mailbox.key.clone())
                    .or_default()
                    .push(at);
            }
            let keys: BTreeSet<u64> = profile.numbers.iter().map(Number::key).collect();
            for key in keys {
                company.numbers.entry(key).or_default().push(at);
            }
            if profile.name.kind == Kind::Person && !profile.name.family_joined.is_empty() {
                company
                    .families
                    .entry(profile.name.family_joined.clone())
                    .or_default()
                    .push(at);
            }
        }
        company.profiles = profiles;
        company
    }

    /// Whose a mailbox is that both records carry.
    pub(crate) fn holder_of_mailbox(
        &self,
        mailbox: &Mailbox,
        a: &Profile,
        b: &Profile,
        fit: &Fit,
    ) -> Holder {
        let carriers = self
            .mailboxes
            .get(&mailbox.key)
            .map_or(&[][..], Vec::as_slice);
        let local = mailbox.squash();
        // Whoever else writes from it does not make John's own address a shared one.
        let spelled = |profile: &Profile| {
            spelling(&local, &profile.name).is_some_and(|spells| spells <= Spells::Initial)
        };
        let is_named = spelled(a) || spelled(b);
        self.holder(carriers, a, b, fit, |other| !is_named || spelled(other))
    }

    /// Whose a number is that both records carry.
    pub(crate) fn holder_of_number(
        &self,
        number: &Number,
        a: &Profile,
        b: &Profile,
        fit: &Fit,
    ) -> Holder {
        let carriers = self
            .numbers
            .get(&number.key())
            .map_or(&[][..], Vec::as_slice);
        // Behind an extension sits whoever has that extension; a number without one is everybody's.
        self.holder(carriers, a, b, fit, |other| {
            other.numbers.iter().any(|own| {
                own.is_same_line(number)
                    && (number.extension.is_none() || own.extension == number.extension)
            })
        })
    }

    fn holder(
        &self,
        carriers: &[u32],
        a: &Profile,
        b: &Profile,
        fit: &Fit,
        counts: impl Fn(&Profile) -> bool,
    ) -> Holder {
        // Between strangers nothing depends on who else carries it.
        if fit.level == Level::Strangers {
            return Holder::Theirs;
        }
        let mut carriers: Vec<&Profile> = self
            .among(carriers, a, b)
            .filter(|other| counts(other))
            .take(MOST_CARRIERS + 1)
            .collect();
        if carriers.len() > MOST_CARRIERS {
            return Holder::Others(carriers.len());
        }
        // Who fits one of two records with one name is no third person; who fits an initial may be.
        carriers.retain(|other| {
            if fit.level <= Level::Slip || fit.level == Level::Renamed {
                is_stranger(other, a) && is_stranger(other, b)
            } else {
                let renamed =
                    |profile: &Profile| relate(&other.name, &profile.name).level == Level::Renamed;
                is_stranger(other, a) || is_stranger(other, b) || renamed(a) || renamed(b)
            }
        });
        let others = carriers.len();
        if others == 0 {
            Holder::Theirs
        } else {
            Holder::Others(others)
        }
    }

    /// Another person of the same last name who is as well what the lesser of the two names says: the
    /// first name begins with its initial, or it says no first name at all.
    pub(crate) fn rival<'a>(&'a self, a: &'a Profile, b: &'a Profile) -> Option<&'a Profile> {
        let full = |profile: &Profile| {
            profile
                .name
                .given
                .first()
                .is_some_and(|given| given.len() > 1)
        };
        let (named, lesser) = if full(a) { (a, b) } else { (b, a) };
        let initial = lesser
            .name
            .given
            .first()
            .and_then(|given| given.bytes().next());
        let relatives = self.families.get(&named.name.family_joined)?;
        self.among(relatives, a, b)
            .filter(|other| {
                initial.is_none()
                    || other
                        .name
                        .given
                        .first()
                        .and_then(|given| given.bytes().next())
                        == initial
            })
            .find(|other| {
                matches!(
                    relate(&other.name, &named.name).level,
                    Level::Strangers | Level::Partial
                )
            })
    }

    /// How many contacts bear the name of this one, itself included.
    pub(crate) fn namesakes(&self, profile: &Profile) -> usize {
        let relatives = self
            .families
            .get(&profile.name.family_joined)
            .map_or(&[][..], Vec::as_slice);
        let is_same = |other: &&Profile| other.name.given.first() == profile.name.given.first();
        relatives
            .iter()
            .filter_map(|at| self.profiles.get(*at as usize))
            .filter(is_same)
            .count()
    }

    fn among<'a>(
        &'a self,
        positions: &'a [u32],
        a: &'a Profile,
        b: &'a Profile,
    ) -> impl Iterator<Item = &'a Profile> {
        positions
            .iter()
            .filter_map(|at| self.profiles.get(*at as usize))
            .filter(|other| other.id != a.id && other.id != b.id)
    }

    pub(crate) fn position(&self, id: ContactId) -> Option<usize> {
        self.profiles
            .binary_search_by_key(&id, |profile| profile.id)
            .ok()
    }
}

/// Whether another carrier is surely somebody else.
fn is_stranger(other: &Profile, profile: &Profile) -> bool {
    match (other.name.kind, profile.name.kind) {
        (Kind::Nobody | Kind::Test, _) | (_, Kind::Nobody | Kind::Test) => false,
        (Kind::Person, Kind::Person) => are_strangers(&other.name, &profile.name),
        (Kind::Role, Kind::Role) => other.name.bag() != profile.name.bag(),
        // A job, or several people, beside a person.
        _ => true,
    }
}
