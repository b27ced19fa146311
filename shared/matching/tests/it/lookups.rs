//! What [`Lookups`] asks for brings the contacts that [`matching::find`] would call one person, or send to
//! a person: read through a filter, a large company gives the same answer as read whole.

use std::collections::BTreeSet;

use matching::{Lookups, Matches, find};
use model::{CompanyId, Contact, ContactId, Private};
use proptest::prelude::*;

/// First and last name, addresses, and numbers with the name of their type.
type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

/// One person in two records, or perhaps: each asks for the other.
const EITHER_WAY: &[(Row, Row)] = &[
    // One address, however it is written and whatever the name beside it.
    (
        ("John", "Smith", &["john.smith@acme.example"], &[]),
        ("Smith, John", "", &["john.smith+psa@acme.example"], &[]),
    ),
    (
        ("John", "Smith", &["john.smith@acme.example"], &[]),
        ("John", "Smiht", &["John.Smith@Acme.example"], &[]),
    ),
    (
        ("John", "Smith", &["jsmith@acme.example"], &[]),
        ("J", "Smith", &["jsmith@acme.example"], &[]),
    ),
    (
        ("John", "Smith", &["jsmith@acme.example"], &[]),
        ("jsmith", "", &["jsmith@acme.example"], &[]),
    ),
    (
        ("John", "Smith", &["smith@acme.example"], &[]),
        ("", "Smith", &["smith@acme.example"], &[]),
    ),
    (
        ("John", "Smith", &["smith@acme.example"], &[]),
        ("Mr", "Smith", &["smith@acme.example"], &[]),
    ),
    (
        ("Li", "Wei", &["li.wei@acme.example"], &[]),
        ("Wei", "Li", &["li.wei@acme.example"], &[]),
    ),
    (
        ("Ada", "Byron", &["ada.byron@acme.example"], &[]),
        ("Ada Byron", "Acme", &["ada.byron@acme.example"], &[]),
    ),
    (
        ("Ada", "Byron", &["ada.byron@acme.example"], &[]),
        ("ada.byron@acme.example", "", &[], &[]),
    ),
    (
        ("Ada", "Byron", &["ada.byron@acme.example"], &[]),
        ("Ada", "Byron", &["Ada Byron <ADA.BYRON@acme.example>"], &[]),
    ),
    (
        ("Xiaoming", "Wang", &["xm.wang@acme.example"], &[]),
        ("王", "小明", &["xm.wang@acme.example"], &[]),
    ),
    (
        ("Ann", "Hall", &["ann.hall@acme.example"], &[]),
        ("Ann (née Hall)", "Lee", &["ann.hall@acme.example"], &[]),
    ),
    (
        ("Elisabeth", "Moore", &["liz.moore@acme.example"], &[]),
        ("Liz", "Moore", &["liz.moore@acme.example"], &[]),
    ),
    (
        ("Dr. Anna", "Weber", &["a.weber@acme.example"], &[]),
        ("Anna", "Weber", &["a.weber@acme.example"], &[]),
    ),
    (
        ("Łukasz", "Dąbrowski", &["l.dabrowski@acme.example"], &[]),
        ("Lukasz", "Dabrowski", &["l.dabrowski@acme.example"], &[]),
    ),
    (
        ("Ivana", "Novakova", &["ivana@acme.example"], &[]),
        ("Ivana", "Novak", &["ivana@acme.example"], &[]),
    ),
    (
        ("Mohammed", "Al Rashid", &["m.rashid@acme.example"], &[]),
        ("Mohamed", "Alrashid", &["m.rashid@acme.example"], &[]),
    ),
    (
        ("Zofia", "Lis", &["zofia.lis@acme.example"], &[]),
        (
            "Zofia",
            "Lis",
            &["zofia.lis@acme.example; zl@home.example"],
            &[],
        ),
    ),
    // One number in two formats.
    (
        ("Bob", "Marsh", &[], &[("(312) 555-0142", "Cell")]),
        ("Robert", "Marsh", &[], &[("+1 312.555.0142", "Cell")]),
    ),
    (
        ("Bob", "Marsh", &[], &[("3125550142", "Cell")]),
        ("Rob", "Marsh", &[], &[("001 312 555 01 42", "Cell")]),
    ),
    (
        ("Ana", "Ruiz", &[], &[("312 555 0188", "Direct")]),
        ("Ruiz", "Ana", &[], &[("3125550188", "Direct")]),
    ),
    (
        ("Jürgen", "Weiß", &[], &[("+49 30 902947-18", "Direct")]),
        ("Jurgen", "Weiss", &[], &[("030 90 29 47 18", "Direct")]),
    ),
    (
        ("José", "Núñez", &[], &[("+1 312 555 0107", "Direct")]),
        ("Jose", "Nunez", &[], &[("312-555-0107", "Direct")]),
    ),
    (
        ("Camille", "Leroy", &[], &[("06 12 34 56 78", "Mobile")]),
        ("Leroy", "Camille", &[], &[("+33 6 12 34 56 78", "Mobile")]),
    ),
    (
        ("Oliver", "Grant", &[], &[("020 7946 0183", "Direct")]),
        ("O", "Grant", &[], &[("+44 (0)20 7946 0183", "Direct")]),
    ),
    (
        ("Ada", "Byron", &[], &[("312-555-0142 x12", "Direct")]),
        ("A", "Byron", &[], &[("312.555.01.42 ext 12", "Direct")]),
    ),
    (
        ("Catherine", "O'Brien", &[], &[("312 555 0119", "Cell")]),
        ("Kate", "OBrien", &[], &[("(312)555-0119", "Cell")]),
    ),
    (
        ("Sergei", "Ivanov", &[], &[("312 555 0120", "Cell")]),
        ("Сергей", "Иванов", &[], &[("3125550120", "Cell")]),
    ),
    (
        ("William", "Hall", &[], &[("312 555 0121", "Cell")]),
        ("Bill", "Hall", &[], &[("312 555-0121", "Cell")]),
    ),
    (
        (
            "Margaret",
            "Olsen",
            &[],
            &[("312 555 0122 / 312 555 0123", "Cell")],
        ),
        ("Peggy", "Olsen", &[], &[("3125550123", "Cell")]),
    ),
    // Nothing but a name.
    (("John", "Smith", &[], &[]), ("John", "Smith", &[], &[])),
    (
        ("John", "Smith", &[], &[]),
        ("  JOHN ", " smith ", &[], &[]),
    ),
    (("John", "Smith", &[], &[]), ("Smith", "John", &[], &[])),
    (("John", "Smith", &[], &[]), ("John Smith", "", &[], &[])),
    (("John", "Smith", &[], &[]), ("Smith, John", "", &[], &[])),
    (("John", "Smith", &[], &[]), ("john.smith", "", &[], &[])),
    (("John", "Smith", &[], &[]), ("John", "Smiht", &[], &[])),
    (("John", "Smith", &[], &[]), ("Jon", "Smith", &[], &[])),
    (
        ("Jonathan", "Smyth", &[], &[]),
        ("Jonathan", "Smith", &[], &[]),
    ),
    (("Renée", "Miller", &[], &[]), ("Renee", "Miller", &[], &[])),
    (
        ("Renée", "Okafor", &[], &[]),
        ("RenÃ©e", "Okafor", &[], &[]),
    ),
    (
        ("Mary Ann", "Jones", &[], &[]),
        ("Maryann", "Jones", &[], &[]),
    ),
    (("Mary-Ann", "Jones", &[], &[]), ("Mary", "Jones", &[], &[])),
    (
        ("Jean-Pierre", "Dupont", &[], &[]),
        ("Jean Pierre", "Dupont", &[], &[]),
    ),
    (
        ("Maria", "Garcia Lopez", &[], &[]),
        ("Maria", "Garcia", &[], &[]),
    ),
    (
        ("Maria", "Garcia Lopez", &[], &[]),
        ("Maria", "Garcia-Lopez", &[], &[]),
    ),
    (
        ("Ludwig", "van der Berg", &[], &[]),
        ("Ludwig", "Vanderberg", &[], &[]),
    ),
    (
        ("Ivana", "Novakova", &[], &[]),
        ("Ivana", "Novak", &[], &[]),
    ),
    (
        ("Robert \"Bob\"", "Marsh", &[], &[]),
        ("Bob", "Marsh", &[], &[]),
    ),
    (
        ("Robert (Bob)", "Marsh", &[], &[]),
        ("Bob", "Marsh", &[], &[]),
    ),
    (
        ("Katherine", "O'Brien", &[], &[]),
        ("Kate", "OBrien", &[], &[]),
    ),
    (("Thomas", "O’Neil", &[], &[]), ("Tom", "ONeil", &[], &[])),
];

/// The same, where the first, which came later, asks for the second. The second alone does not know all
/// forms that its name may have been given.
const FROM_THE_NEWCOMER: &[(Row, Row)] = &[
    (("Bob", "Marsh", &[], &[]), ("Robert", "Marsh", &[], &[])),
    (("Jürgen", "Weiß", &[], &[]), ("Jurgen", "Weiss", &[], &[])),
    (
        ("Renée", "Müller", &[], &[]),
        ("Renee", "Mueller", &[], &[]),
    ),
    (("José", "Núñez", &[], &[]), ("Jose", "Nunez", &[], &[])),
    (("", "John Smith", &[], &[]), ("John", "Smith", &[], &[])),
    (("", "Smith, John", &[], &[]), ("John", "Smith", &[], &[])),
    (("john_smith", "", &[], &[]), ("John", "Smith", &[], &[])),
    (("Dr. Anna", "Weber", &[], &[]), ("Anna", "Weber", &[], &[])),
    (
        ("Ludwig", "van der Berg", &[], &[]),
        ("Ludwig", "Berg", &[], &[]),
    ),
    (
        ("Maria", "Garcia Lopez", &[], &[]),
        ("Maria", "Lopez", &[], &[]),
    ),
    (
        ("Сергей", "Иванов", &[], &[]),
        ("Sergei", "Ivanov", &[], &[]),
    ),
    (
        ("William", "Hall", &["william.hall@gmail.com"], &[]),
        ("Bill", "Hall", &["williamhall@gmail.com"], &[]),
    ),
];

fn contact(id: u32, (first, last, emails, phones): Row) -> Contact {
    let mut contact = Contact::new(ContactId::new(id), CompanyId::new(1), first, last);
    let mut items = id * 100..;
    for (email, item) in emails.iter().zip(items.by_ref()) {
        contact = contact.with_email(item, email);
    }
    for ((number, line), item) in phones.iter().zip(items) {
        contact = contact.with_phone(item, number);
        if let Some(item) = contact.communications.last_mut() {
            item.type_name = (*line).to_owned();
        }
    }
    contact
}

/// Whether a system of record that compares without regard to case would bring this contact.
fn bring(lookups: &Lookups, contact: &Contact) -> bool {
    let lower = |text: &Private| text.reveal().trim().to_lowercase();
    let (first, last) = (lower(&contact.first_name), lower(&contact.last_name));
    let values: Vec<String> = contact
        .communications
        .iter()
        .map(|item| lower(&item.value))
        .collect();
    let by_part = lookups
        .parts
        .iter()
        .any(|part| values.iter().any(|value| value.contains(&lower(part))));
    let by_name = lookups
        .names
        .iter()
        .any(|name| first.starts_with(&lower(&name.first)) && last.starts_with(&lower(&name.last)));
    by_part || by_name
}

fn is_found(matches: &Matches) -> bool {
    !matches.groups.is_empty() || !matches.reviews.is_empty()
}

#[test]
fn strangers_are_not_brought() {
    let john = contact(
        1,
        (
            "John",
            "Smith",
            &["john.smith@acme.example"],
            &[("3125550142", "Cell")],
        ),
    );
    let ada = contact(
        2,
        (
            "Ada",
            "Byron",
            &["ada.byron@acme.example"],
            &[("3125550199", "Cell")],
        ),
    );
    assert!(!bring(&Lookups::of(&john), &ada));
    assert!(!bring(&Lookups::of(&ada), &john));
    assert!(!is_found(&find([&john, &ada], &BTreeSet::new())));
}

/// Calls back with each pair that is one person, or may be. What becomes of each pair is not for these
/// tests to say, but of nearly all something does.
fn for_each_found(pairs: &[(Row, Row)], mut check: impl FnMut(&Contact, &Contact, &str)) {
    let mut found = 0;
    for (one, other) in pairs {
        let (a, b) = (contact(1, *one), contact(2, *other));
        if is_found(&find([&a, &b], &BTreeSet::new())) {
            found += 1;
            check(&a, &b, &format!("{one:?} and {other:?}"));
        }
    }
    assert!(found * 10 >= pairs.len() * 9, "{found} of {}", pairs.len());
}

#[test]
fn each_of_two_records_that_may_be_one_person_asks_for_the_other() {
    for_each_found(EITHER_WAY, |one, other, words| {
        assert!(bring(&Lookups::of(one), other), "{words}");
        assert!(bring(&Lookups::of(other), one), "{words}, the other way");
    });
}

#[test]
fn a_record_made_with_less_care_asks_for_the_one_there_is() {
    for_each_found(FROM_THE_NEWCOMER, |newcomer, other, words| {
        assert!(bring(&Lookups::of(newcomer), other), "{words}");
    });
}

/// A name, and another form of it.
fn names() -> impl Strategy<Value = [(&'static str, &'static str); 2]> {
    let one = ("Robert", "Marsh");
    prop::sample::select(vec![
        [one, ("Bob", "Marsh")],
        [one, ("Marsh", "Robert")],
        [one, ("Marsh, Robert", "")],
        [one, ("R", "Marsh")],
        [one, ("Robert", "Marhs")],
        [one, one],
    ])
}

/// A number of North America as people type it.
fn typed(digits: u32) -> impl Strategy<Value = String> {
    let digits = format!("{digits:04}");
    prop::sample::select(vec![
        format!("312555{digits}"),
        format!("(312) 555-{digits}"),
        format!("+1 312.555.{digits}"),
        format!("1-312-555-{digits}"),
        format!("312 555 {} {}", &digits[..2], &digits[2..]),
        format!("312.555.{}.{}", &digits[..2], &digits[2..]),
        format!("Cell: 312-555-{digits}"),
        format!("312/555{digits}"),
    ])
}

fn two_spellings() -> impl Strategy<Value = (String, String)> {
    // Too many fives make a number that is typed where none is known, and 1212 is directory assistance.
    (1_000..5_000_u32)
        .prop_filter("looks like a number", |digits| {
            !digits.to_string().contains("55") && *digits != 1212
        })
        .prop_flat_map(|digits| (typed(digits), typed(digits)))
}

proptest! {
    /// Whose a number is depends on all who carry it, so it must bring them whatever their names.
    #[test]
    fn whoever_carries_a_number_is_brought_whatever_the_format(
        [(first, last), _] in names(), (one, other) in two_spellings(),
    ) {
        let a = Contact::new(ContactId::new(1), CompanyId::new(1), first, last).with_phone(10, &one);
        let b = Contact::new(ContactId::new(2), CompanyId::new(1), "Ada", "Byron").with_phone(20, &other);
        prop_assert!(bring(&Lookups::of(&a), &b), "{one} {other}");
        prop_assert!(bring(&Lookups::of(&b), &a), "{other} {one}");
    }

    #[test]
    fn whatever_is_found_is_asked_for(
        [one, other] in names(), (number, spelled) in two_spellings(), tagged in any::<bool>(),
        with_number in any::<bool>(),
    ) {
        let make = |id: u32, (first, last): (&str, &str)| {
            Contact::new(ContactId::new(id), CompanyId::new(1), first, last)
        };
        let address = if tagged { "r.marsh+psa@acme.example" } else { "R.Marsh@acme.example" };
        let (a, b) = if with_number {
            (make(1, one).with_phone(10, &number), make(2, other).with_phone(20, &spelled))
        } else {
            (make(1, one).with_email(10, "r.marsh@acme.example"), make(2, other).with_email(20, address))
        };
        prop_assert!(is_found(&find([&a, &b], &BTreeSet::new())), "{one:?} {other:?}");
        prop_assert!(bring(&Lookups::of(&a), &b), "{one:?} {other:?}");
        prop_assert!(bring(&Lookups::of(&b), &a), "{other:?} {one:?}");
    }
}
