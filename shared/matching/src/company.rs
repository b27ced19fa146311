//! The contacts of one company, and who of them carries which address and number.

use std::collections::BTreeSet;
use std::hash::Hasher;

use model::{Contact, ContactId};

use crate::fit::{Fit, Level, are_strangers, relate};
use crate::hash::{Fnv, Lookup};
use crate::mailbox::{Mailbox, Spells, spelling};
use crate::name::Kind;
use crate::number::Number;
use crate::profile::Profile;

/// An address or number with more carriers than this belongs to an office, whatever their names.
const MOST_CARRIERS: usize = 12;

/// What more than this carry is not even looked at one by one.
const CROWD: usize = 60;

/// The contacts of one company, read once, with who carries which address and number. Whether one
/// is somebody's own can only be said in the light of all who carry it.
#[derive(Clone, Debug, Default)]
pub struct Company {
    pub(crate) profiles: Vec<Profile>,
    mailboxes: Lookup<String, Vec<u32>>,
    /// By line, and by line and extension.
    numbers: Lookup<(u64, Option<u32>), Vec<u32>>,
    families: Lookup<String, Vec<u32>>,
    /// How many bear each first and last name.
    names: Lookup<u64, usize>,
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
            let keys: BTreeSet<(u64, Option<u32>)> = profile
                .numbers
                .iter()
                .flat_map(|number| [(number.key(), None), (number.key(), number.extension)])
                .collect();
            for key in keys {
                company.numbers.entry(key).or_default().push(at);
            }
            *company.names.entry(full_name(profile)).or_default() += 1;
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
            .get(&(number.key(), number.extension))
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
        if carriers.len() > CROWD {
            return Holder::Others(carriers.len() - 2);
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
        self.names.get(&full_name(profile)).copied().unwrap_or(0)
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

/// First and last name as a number. Two names with one number would only be counted together.
fn full_name(profile: &Profile) -> u64 {
    let mut hasher = Fnv::default();
    for word in profile
        .name
        .given
        .first()
        .into_iter()
        .chain([&profile.name.family_joined])
    {
        hasher.write(word.as_bytes());
        hasher.write_u8(0);
    }
    hasher.finish()
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

#[cfg(test)]
mod tests {
    use model::CompanyId;

    use super::*;

    fn contact(id: u32, first: &str, last: &str) -> Contact {
        Contact::new(ContactId::new(id), CompanyId::new(1), first, last)
    }

    /// Whose the first mailbox of the first contact is, between the first two.
    fn mailbox_holder(contacts: &[Contact]) -> Holder {
        let company = Company::of(contacts);
        let [a, b] = [&contacts[0], &contacts[1]].map(Profile::of);
        let fit = relate(&a.name, &b.name);
        company.holder_of_mailbox(&a.mailboxes[0].0, &a, &b, &fit)
    }

    /// The same for the first number.
    fn number_holder(contacts: &[Contact]) -> Holder {
        let company = Company::of(contacts);
        let [a, b] = [&contacts[0], &contacts[1]].map(Profile::of);
        let fit = relate(&a.name, &b.name);
        company.holder_of_number(&a.numbers[0], &a, &b, &fit)
    }

    fn at(address: &str, names: &[(&str, &str)]) -> Vec<Contact> {
        let each = (1..).zip(names);
        each.map(|(id, (first, last))| contact(id, first, last).with_email(id, address))
            .collect()
    }

    fn on(numbers_and_names: &[(&str, (&str, &str))]) -> Vec<Contact> {
        let each = (1..).zip(numbers_and_names);
        each.map(|(id, (number, (first, last)))| contact(id, first, last).with_phone(id, number))
            .collect()
    }

    #[test]
    fn an_empty_company_holds_nothing() {
        let nobody = Company::of([]);
        let john = Profile::of(&contact(1, "John", "Smith"));
        assert!(nobody.profiles.is_empty());
        assert_eq!(nobody.position(john.id), None);
        assert_eq!(nobody.namesakes(&john), 0);
        assert!(nobody.rival(&john, &john).is_none());
    }

    #[test]
    fn contacts_are_kept_in_order_of_their_ids_and_once() {
        let contacts = [3, 1, 2, 1].map(|id| contact(id, "John", "Smith"));
        let company = Company::of(&contacts);
        let ids: Vec<u32> = company
            .profiles
            .iter()
            .map(|profile| profile.id.get())
            .collect();
        assert_eq!(ids, [1, 2, 3]);
        assert_eq!(company.position(ContactId::new(2)), Some(1));
        assert_eq!(company.position(ContactId::new(4)), None);
    }

    #[test]
    fn a_mailbox_is_theirs_unless_somebody_with_another_name_uses_it() {
        let (john, jsmith) = (("John", "Smith"), ("J", "Smith"));
        for (address, others, holder) in [
            ("desk.two@acme.example", &[][..], Holder::Theirs),
            (
                "desk.two@acme.example",
                &[("Smith, John", "")],
                Holder::Theirs,
            ),
            ("desk.two@acme.example", &[("", "")], Holder::Theirs),
            ("desk.two@acme.example", &[("Test", "Test")], Holder::Theirs),
            (
                "desk.two@acme.example",
                &[("Mary", "Hall")],
                Holder::Others(1),
            ),
            (
                "desk.two@acme.example",
                &[("Mary", "Hall"), ("Li", "Wei")],
                Holder::Others(2),
            ),
            (
                "desk.two@acme.example",
                &[("Reception", "")],
                Holder::Others(1),
            ),
            // Whoever else writes from John's own address does not make it a shared one.
            (
                "john.smith@acme.example",
                &[("Mary", "Hall"), ("Li", "Wei")],
                Holder::Theirs,
            ),
        ] {
            let names = [&[john, john][..], others].concat();
            assert_eq!(
                mailbox_holder(&at(address, &names)),
                holder,
                "{address} {others:?}"
            );
        }
        // Who fits the initial as well may be the one it stands for.
        let names = [john, jsmith, ("Jane", "Smith")];
        assert_eq!(
            mailbox_holder(&at("desk.two@acme.example", &names)),
            Holder::Others(1)
        );
    }

    #[test]
    fn between_strangers_it_does_not_matter_who_else_carries_it() {
        let names = [("John", "Smith"), ("Mary", "Hall"), ("Li", "Wei")];
        assert_eq!(
            mailbox_holder(&at("desk.two@acme.example", &names)),
            Holder::Theirs
        );
    }

    #[test]
    fn a_number_of_many_is_an_offices_whatever_their_names() {
        let number = "312 555 0142";
        for (others, holder) in [
            (MOST_CARRIERS, Holder::Theirs),
            (MOST_CARRIERS + 1, Holder::Others(MOST_CARRIERS + 1)),
        ] {
            let rows = vec![(number, ("John", "Smith")); others + 2];
            assert_eq!(number_holder(&on(&rows)), holder, "{others}");
        }
    }

    #[test]
    fn behind_an_extension_sits_whoever_has_that_extension() {
        let john = ("John", "Smith");
        let mary = ("Mary", "Hall");
        for (ours, theirs, holder) in [
            ("312 555 0142", "312 555 0142", Holder::Others(1)),
            ("312 555 0142", "312 555 0142 x7", Holder::Others(1)),
            ("312 555 0142 x12", "312 555 0142 x7", Holder::Theirs),
            ("312 555 0142 x12", "312 555 0142", Holder::Theirs),
            ("312 555 0142 x12", "312 555 0142 x12", Holder::Others(1)),
            ("312 555 0142", "773 555 0142", Holder::Theirs),
        ] {
            let rows = [(ours, john), (ours, john), (theirs, mary)];
            assert_eq!(number_holder(&on(&rows)), holder, "{ours} and {theirs}");
        }
    }

    #[test]
    fn a_rival_is_whoever_fits_the_lesser_name_as_well() {
        for (lesser, other, is_rival) in [
            (("J", "Smith"), ("Jane", "Smith"), true),
            (("", "Smith"), ("Mary", "Smith"), true),
            (("J", "Smith"), ("Mary", "Smith"), false),
            (("J", "Smith"), ("Jane", "Hall"), false),
            (("J", "Smith"), ("Johnny", "Smith"), false),
        ] {
            let contacts = [
                contact(1, "John", "Smith"),
                contact(2, lesser.0, lesser.1),
                contact(3, other.0, other.1),
            ];
            let company = Company::of(&contacts);
            let (a, b) = (&company.profiles[0], &company.profiles[1]);
            let expected = is_rival.then(|| ContactId::new(3));
            assert_eq!(
                company.rival(a, b).map(|rival| rival.id),
                expected,
                "{lesser:?} {other:?}"
            );
            assert_eq!(
                company.rival(b, a).map(|rival| rival.id),
                expected,
                "{other:?} {lesser:?}"
            );
        }
    }

    #[test]
    fn namesakes_are_all_who_bear_the_name_itself_included() {
        let contacts = [
            contact(1, "John", "Smith"),
            contact(2, "Smith, John", ""),
            contact(3, "John", "Smith Jr"),
            contact(4, "Mary", "Smith"),
            contact(5, "John", "Hall"),
        ];
        let company = Company::of(&contacts);
        for (at, count) in [(0, 3), (1, 3), (2, 3), (3, 1), (4, 1)] {
            assert_eq!(company.namesakes(&company.profiles[at]), count, "{at}");
        }
    }
}
