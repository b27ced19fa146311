//! What holds whatever the PSA and IT Glue have.

use std::collections::BTreeSet;

use model::itglue::{Attached, ContactId as RecordId, ContactTypeId, Link as SyncLink};
use model::mirror::{Call, ItGlueCall, Place};
use model::{Action, Contact, Outcome, Purpose};
use policy::mirror::itglue::{Snapshot, check, plan};
use policy::mirror::{Line, Plan};
use policy::rules::{OnMerge, Pairing};
use proptest::prelude::*;

use super::part::merged;
use super::world::{
    ELSEWHERE, LINE, OTHER, Record, World, ada, email, named_type, phone, record, synced,
};
use crate::world::{contact, id_of};

fn arbitrary_contact() -> impl Strategy<Value = Contact> {
    let name = prop::sample::select(vec![
        ("Ada", "Byron"),
        ("Ada ", "Byron"),
        ("Ben", "Hall"),
        ("BEN", "hall "),
        ("", ""),
    ]);
    let address = || prop::sample::select(vec!["ada@x.example", "Ben@x.example", "broken", ""]);
    let number = prop::sample::select(vec!["(312) 555-0142", "3125550143 x12", "call me", ""]);
    let label = prop::sample::select(vec!["VIP", "Approver", ""]);
    let title = prop::sample::select(vec!["Owner", ""]);
    (
        name,
        address(),
        address(),
        number,
        label,
        title,
        any::<bool>(),
    )
        .prop_map(|((first, last), one, two, number, label, title, active)| {
            let mut contact = contact(0, first, last).with_field("title", title);
            for (id, address) in [(1, one), (2, two)] {
                if !address.is_empty() {
                    contact = contact.with_email(id, address);
                }
            }
            if !number.is_empty() {
                contact = contact.with_phone(3, number);
            }
            contact.active = active;
            named_type(contact, label)
        })
}

/// Notes that people wrote. Some are part of others, and some have no letters.
const NOTES: [&str; 9] = [
    "Tea.",
    "<p>Rum</p>",
    "Rum in the pot",
    "12",
    "<p>4123</p><p>12</p>",
    "!!!",
    "\u{1f389}",
    "<img src=\"door.png\">",
    "<a href=\"https://x.example\">Rum</a>",
];

/// A record that somebody made, and whether it is said to be a contact's, by us and by the native sync.
fn arbitrary_record(id: u64) -> impl Strategy<Value = (Record, bool, bool)> {
    let name = prop::sample::select(vec![("Ada", "Byron"), ("Ben", "Hall"), ("Eve", "Moss")]);
    let addresses = vec!["ada@x.example", "BEN@x.example", "own@x.example"];
    let addresses = prop::sample::subsequence(addresses, 0..3);
    let numbers = prop::sample::subsequence(vec!["3125550142", "3125550198"], 0..2);
    let notes = prop::sample::select(
        std::iter::once(None)
            .chain(NOTES.map(Some))
            .collect::<Vec<_>>(),
    );
    let switches = any::<(bool, bool, bool, bool)>();
    (
        name,
        addresses,
        numbers,
        notes,
        0u64..4,
        any::<Option<bool>>(),
        switches,
    )
        .prop_map(
            move |((first, last), addresses, numbers, notes, kind, important, switches)| {
                let (is_marked, is_synced, here, primary) = switches;
                let email = |value| email(value, "Home");
                let mut made = Record {
                    notes: notes.map(Into::into),
                    emails: addresses.into_iter().map(email).collect(),
                    phones: numbers
                        .into_iter()
                        .map(|value| phone(value, "Home"))
                        .collect(),
                    important,
                    contact_type: (kind > 0).then(|| ContactTypeId::new(kind)),
                    ..record(id, first, last)
                };
                if let Some(first) = made.emails.first_mut() {
                    first.primary = primary;
                }
                if !here {
                    made.organization = ELSEWHERE;
                }
                (made, is_marked, is_synced)
            },
        )
}

pub(super) fn arbitrary_world() -> impl Strategy<Value = World> {
    let contacts = prop::collection::vec(arbitrary_contact(), 1..4);
    let records = (
        arbitrary_record(71),
        arbitrary_record(72),
        arbitrary_record(73),
        0usize..4,
    );
    // Some of these are contacts, others were once.
    let marks = Just((28u32..34).collect::<Vec<_>>()).prop_shuffle();
    let switches = any::<(bool, bool, bool, bool, bool)>();
    let hung = prop::collection::btree_set(71u64..74, 0..3);
    (contacts, records, marks, switches, hung).prop_map(
        |(contacts, (one, two, three, count), marks, switches, hung)| {
            let mut world = World::new();
            for (id, mut contact) in (30..).zip(contacts) {
                contact.id = id_of(id);
                world = world.with(contact);
            }
            let records = [one, two, three].into_iter().take(count).zip(marks);
            for ((mut made, is_marked, is_synced), mark) in records {
                if is_marked {
                    let notes = made
                        .notes
                        .map_or(String::new(), |notes| notes.reveal().to_owned());
                    made.notes = Some(format!("{notes}<p>{LINE}{mark}</p>").into());
                }
                if is_synced {
                    made = synced(made, mark);
                }
                world = world.with_record(made);
            }
            for id in hung {
                world
                    .attached
                    .insert(RecordId::new(id), Attached::default());
            }
            let (retires, moves, maps, lacks_type, keeps_types) = switches;
            if retires {
                world.rules.itglue.on_merge = OnMerge::Retire;
            }
            if maps {
                world.rules.itglue.types = vec![Pairing::new("Approver", "Approver")];
            }
            if lacks_type {
                world.types.retain(|each| each.name != "Inactive (PSA)");
            }
            world.rules.itglue.create_types = !keeps_types;
            world.moves = moves;
            world
        },
    )
}

/// Something that happens in the PSA between two visits.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Edit(usize, Box<Contact>),
    Delete(usize),
    Merge(usize, usize),
    Leave(usize),
    ForgetMap,
    Lock(u64),
    /// Somebody takes our line out of notes.
    Unmark(usize),
    /// The native sync gets to know a record.
    Tie(usize, usize, SyncLink),
}

pub(super) fn arbitrary_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0usize..3, arbitrary_contact()).prop_map(|(at, to)| Event::Edit(at, Box::new(to))),
        1 => (0usize..3).prop_map(Event::Delete),
        2 => (0usize..3, 0usize..3).prop_map(|(loser, survivor)| Event::Merge(loser, survivor)),
        1 => (0usize..3).prop_map(Event::Leave),
        1 => Just(Event::ForgetMap),
        1 => (71u64..74).prop_map(Event::Lock),
        3 => (0usize..6).prop_map(Event::Unmark),
        1 => (0usize..6, 0usize..3, prop::sample::select(vec![
            SyncLink::Synced,
            SyncLink::Disabled,
            SyncLink::Orphaned,
        ])).prop_map(|(record, contact, link)| Event::Tie(record, contact, link)),
    ]
}

/// What happens between visits, and who each visit is asked about.
fn arbitrary_days() -> impl Strategy<Value = Vec<(Event, Vec<u32>)>> {
    prop::collection::vec((arbitrary_event(), arbitrary_asked()), 0..4)
}

/// A visit is rarely asked about everybody.
fn arbitrary_asked() -> impl Strategy<Value = Vec<u32>> {
    prop::sample::subsequence(ALL.to_vec(), 1..=ALL.len())
}

pub(super) fn happens(world: &mut World, event: Event) {
    let ids: Vec<_> = world.psa.keys().copied().collect();
    let at = |number: usize| ids.get(number).copied();
    match event {
        Event::Edit(number, mut to) => {
            if let Some(id) = at(number) {
                to.id = id;
                world.psa.insert(id, *to);
            }
        }
        Event::Delete(number) => {
            if let Some(id) = at(number) {
                world.psa.remove(&id);
            }
        }
        Event::Merge(loser, survivor) => {
            if let (Some(loser), Some(survivor)) = (at(loser), at(survivor))
                && loser != survivor
            {
                world.psa.remove(&loser);
                merged(world, loser.get(), survivor.get(), Outcome::Done);
            }
        }
        Event::Leave(number) => {
            if let Some(id) = at(number) {
                world.contact(id.get()).company = Some(OTHER);
            }
        }
        Event::ForgetMap => world.forget(),
        Event::Lock(record) => {
            world.locked.insert(RecordId::new(record));
        }
        Event::Unmark(number) => {
            if let Some(record) = world.records.values_mut().nth(number)
                && let Some(notes) = &record.notes
            {
                let notes = notes.reveal().to_owned();
                let end = notes.find(&format!("<p>{LINE}")).unwrap_or(notes.len());
                record.notes = Some(notes[..end].into());
            }
        }
        Event::Tie(number, contact, link) => {
            if let Some(contact) = at(contact)
                && let Some(record) = world.records.values_mut().nth(number)
            {
                record.link = link;
                record.remote_ids = vec![contact.to_string()];
            }
        }
    }
}

/// Everybody there ever was.
pub(super) const ALL: [u32; 4] = [30, 31, 32, 33];

/// Each line of notes as it was written.
fn lines(notes: &str) -> Vec<String> {
    let marks = ["<p>", "</p>", "<div>", "</div>"];
    let notes = marks
        .iter()
        .fold(notes.to_owned(), |notes, mark| notes.replace(mark, "\n"));
    notes
        .lines()
        .map(str::to_owned)
        .filter(|line| !line.is_empty())
        .collect()
}

/// What a reader of all records can find.
fn known(world: &World) -> BTreeSet<String> {
    let records = world.records.values();
    records
        .flat_map(|record| {
            let emails = record
                .emails
                .iter()
                .map(|e| e.value.reveal().to_lowercase());
            let phones = record.phones.iter().map(|p| p.value.reveal().to_owned());
            let notes = record.notes.iter().flat_map(|notes| lines(notes.reveal()));
            emails.chain(phones).chain(notes).collect::<Vec<_>>()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_visit_that_was_carried_out_leaves_nothing_to_write(
        mut world in arbitrary_world(),
        first in arbitrary_asked(),
        events in arbitrary_days(),
    ) {
        world.visit(&first);
        for (event, asked) in events {
            happens(&mut world, event);
            // Each visit also has the checker agree with its plan.
            let first = world.visit(&asked).words;
            let again = world.visit(&asked);
            prop_assert_eq!(again.writes, 0, "{}then\n{}", first, again.words);
            prop_assert_eq!(again.map_changes, 0, "{}then\n{}", first, again.words);
        }
    }

    #[test]
    fn nothing_that_only_it_glue_knew_is_lost(
        mut world in arbitrary_world(),
        first in arbitrary_asked(),
        events in arbitrary_days(),
    ) {
        // What IT Glue knows before the PSA is heard of, and what the PSA never says.
        let own: BTreeSet<String> = known(&world)
            .into_iter()
            .filter(|known| {
                let noted = NOTES.into_iter().flat_map(lines).any(|line| line == *known);
                noted || ["own@x.example", "3125550198"].contains(&known.as_str())
            })
            .collect();
        let mut told = world.visit(&first).words;
        for (event, asked) in events {
            happens(&mut world, event);
            told.push_str(&world.visit(&asked).words);
        }
        let lost: Vec<String> = own.difference(&known(&world)).cloned().collect();
        prop_assert_eq!(lost, [""; 0], "{}", told);
    }

    #[test]
    fn nobody_is_there_twice(
        mut world in arbitrary_world(),
        first in arbitrary_asked(),
        events in arbitrary_days(),
    ) {
        world.visit(&first);
        for (event, asked) in events {
            happens(&mut world, event);
            world.visit(&asked);
            // Who is gone is taken off the map once somebody asks about it.
            let lines = world.map.iter().filter(|(id, _)| world.psa.contains_key(id));
            let ids: Vec<_> = lines
                .map(|(_, (_, link))| match link.record {
                    model::mirror::Mirrored::ItGlue { id, .. } => id,
                    model::mirror::Mirrored::GrowCrm { .. } => panic!("a record of IT Glue"),
                })
                .collect();
            let different: BTreeSet<_> = ids.iter().collect();
            prop_assert_eq!(different.len(), ids.len());
        }
    }

    #[test]
    fn the_same_snapshot_gives_the_same_plan_and_observing_writes_nothing(mut world in arbitrary_world()) {
        let mut now = world.snapshot(&ALL);
        world.gather(&mut now);
        prop_assert_eq!(plan(&now, &world.rules), plan(&now.clone(), &world.rules));
        world.rules = world.rules.in_mode(model::Mode::Observe);
        let observed = world.visit(&ALL);
        prop_assert_eq!(observed.writes, 0);
    }
}

/// A snapshot in which a removal would be right, and its plan.
fn removal() -> (World, Snapshot, Plan) {
    let twin = contact(31, "Ada", "Byron").with_email(11, "a.byron@x.example");
    let mut world = World::new().mirrored(ada()).mirrored(twin);
    world
        .record(102)
        .emails
        .push(email("own@x.example", "Home"));
    world.psa.remove(&id_of(31));
    merged(&mut world, 31, 30, Outcome::Done);
    let mut now = world.snapshot(&[30, 31]);
    world.gather(&mut now);
    let plan = plan(&now, &world.rules);
    assert_eq!(check(&now, &world.rules, &plan), [""; 0]);
    (world, now, plan)
}

#[test]
fn the_checker_objects_to_a_removal_that_is_not_safe() {
    let (world, now, plan) = removal();
    let objects = |now: &Snapshot, plan: &Plan| check(now, &world.rules, plan).join("; ");
    let mut other = now.clone();
    other.attached.clear();
    insta::assert_snapshot!(objects(&other, &plan), @"something may hang on record 102");
    let mut other = now.clone();
    other.links[1].ours = false;
    insta::assert_snapshot!(objects(&other, &plan), @"record 102 was not created by us");
    let mut other = now.clone();
    let record = other
        .records
        .get_mut(&RecordId::new(102))
        .unwrap()
        .as_mut()
        .unwrap();
    record.link = SyncLink::Synced;
    insta::assert_snapshot!(objects(&other, &plan), @"record 102 is not ours to remove");
    let mut other = now.clone();
    other.past.clear();
    insta::assert_snapshot!(objects(&other, &plan), @"nobody takes over record 102");
    let mut other = plan.clone();
    other.plan.changes.remove(0);
    insta::assert_snapshot!(objects(&now, &other), @"contact-emails of record 102 would be lost with it");
    let mut rules = world.rules.clone();
    rules.itglue.on_merge = OnMerge::Retire;
    insta::assert_snapshot!(check(&now, &rules, &plan).join("; "), @"the rules do not want record 102 removed");
    insta::assert_snapshot!(check(&now, &policy::Rules::default(), &plan).join("; "), @"mirror-itglue may not write here");
}

#[test]
fn the_checker_reads_notes_by_itself() {
    let (world, now, plan) = removal();
    let objections = |theirs: &str, kept: &str| {
        let mut now = now.clone();
        for (id, notes) in [(102, theirs), (101, kept)] {
            let record = now.records.get_mut(&RecordId::new(id)).unwrap();
            let ours = record.as_ref().unwrap().notes.clone().unwrap();
            let notes = format!("{notes}{}", ours.reveal());
            record.as_mut().unwrap().notes = Some(notes.into());
        }
        check(&now, &world.rules, &plan).join("; ")
    };
    assert_eq!(objections("<p>IT</p>", "<p>Our IT person</p>"), "");
    for (theirs, kept) in [
        ("<p>IT</p>", "<p>Please wait</p>"),
        ("<p>12</p>", "<p>Door 4123</p>"),
        ("<p>!!!</p>", "<p>Tea</p>"),
        ("<img src=\"a\">", "<img src=\"a\">"),
    ] {
        assert_eq!(
            objections(theirs, kept),
            "notes of record 102 would be lost with it"
        );
    }
}

#[test]
fn the_checker_objects_to_what_would_lose_something_and_to_a_second_record() {
    let (world, now, plan) = removal();
    let objects = |now: &Snapshot, plan: &Plan| check(now, &world.rules, plan).join("; ");
    let mut other = now.clone();
    let record = other
        .records
        .get_mut(&RecordId::new(101))
        .unwrap()
        .as_mut()
        .unwrap();
    record.emails.push(email("late@x.example", "Work"));
    record.notes = Some("Late.".into());
    insta::assert_snapshot!(objects(&other, &plan), @"record 101 would lose an address that we did not give it");
    let mut twice = plan;
    let mut again = twice.plan.changes[0].clone();
    again.unit = 9;
    twice.plan.changes.push(again);
    insta::assert_snapshot!(objects(&now, &twice), @"record 101 would be written to twice");

    let created = World::new().with(ada());
    let mut now = created.snapshot(&[30]);
    created.gather(&mut now);
    let plan = policy::mirror::itglue::plan(&now, &created.rules);
    let mut made = record_of_ada();
    let mut other = now.clone();
    other.everybody = Some(vec![made.clone()]);
    insta::assert_snapshot!(objects(&other, &plan), @"record 72 may be that of contact 30");
    made.remote_ids = vec!["30".to_owned()];
    other.by_psa.insert(id_of(30), vec![made]);
    other.everybody = None;
    insta::assert_snapshot!(objects(&other, &plan), @"the native sync has a record of contact 30; contact 30 was not looked for among everybody");
    let mut elsewhere = plan;
    elsewhere.place = Some(Place::ItGlue(ELSEWHERE));
    now.place = None;
    insta::assert_snapshot!(objects(&now, &elsewhere), @"organization 5 is not the company's");
}

fn record_of_ada() -> Record {
    let mut made = record(72, "Ada", "Byron");
    made.emails = vec![email("ada@x.example", "Work")];
    made
}

#[test]
fn the_checker_wants_the_map_to_follow_the_writes_and_a_mirror_to_keep_to_its_system() {
    let (world, now, mut plan) = removal();
    plan.map[0].after = Some(7);
    plan.plan.changes[0].action = Action::Retire { contact: id_of(30) };
    plan.plan.changes[1].action = Action::Mirror {
        contact: id_of(31),
        call: Call::ItGlue(ItGlueCall::CreateType {
            name: "Anything".to_owned(),
        }),
    };
    insta::assert_snapshot!(check(&now, &world.rules, &plan).join("; "), @r#"a mirror writes nowhere but to its own system; the type "Anything" is not to be created; the map would learn of contact 31 after what is not done"#);
    assert!(plan.map.iter().any(|change| change.line == Line::Gone));
    assert!(matches!(
        plan.plan.changes[0].purpose,
        Purpose::Merge { .. }
    ));
    assert_eq!(world.past[0].outcome, Some(Outcome::Done));
}
