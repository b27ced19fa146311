//! What `drift` tells of IT Glue: the same as the plan, and what stays different afterwards.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use model::itglue::{ContactType, ContactTypeId, Link as Sync};
use model::mirror::{Call, ItGlueCall};
use model::{Action, Mode, Private};
use policy::mirror::drift::{Difference, Fate, Field, Winner};
use policy::mirror::itglue::{Snapshot, drift, plan};
use proptest::prelude::*;

use super::properties::{ALL, Event, arbitrary_event, arbitrary_world, happens};
use super::world::{
    ELSEWHERE, World, ada, email, marked, named_type, organization, phone, record, synced,
};
use crate::world::{contact, id_of};

fn drift_of(world: &World, asked: &[u32]) -> Vec<Difference> {
    drift(&world.whole(asked), &world.rules)
}

/// Differences as a person reads them.
fn told(world: &World, asked: &[u32]) -> String {
    let mut told = String::new();
    for difference in drift_of(world, asked) {
        let Difference {
            contact,
            record,
            field,
            psa,
            mirror,
            winner,
            fate,
            why,
        } = difference;
        let id = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
        let text = |text: Option<Private>| id(text.map(|text| text.reveal().to_owned()));
        let _ = writeln!(
            told,
            "{}/{} {field}: {} | {} => {winner}, {fate}: {why}",
            id(contact.map(|contact| contact.to_string())),
            id(record.map(|record| record.to_string())),
            text(psa),
            text(mirror),
        );
    }
    told
}

#[test]
fn what_is_in_line_does_not_differ() {
    let world = World::new().mirrored(ada());
    assert_eq!(told(&world, &[30]), "");
    assert_eq!(told(&World::new(), &[]), "");
}

#[test]
fn the_psa_leads_and_what_it_glue_alone_knows_stays() {
    let mut world = World::new().mirrored(ada());
    let record = world.record(101);
    record.title = Some("Boss".into());
    record.emails.push(email("own@x.example", "Home"));
    record.phones.clear();
    record.important = Some(true);
    insta::assert_snapshot!(told(&world, &[30]), @r#"
    30/101 title: Owner | Boss => the PSA, written: the PSA leads
    30/101 important: no | yes => the mirror, kept: somebody marked it in IT Glue, and we never did
    30/101 email: - | own@x.example (Home) => the mirror, kept: IT Glue alone knows it, and we never gave it
    30/101 phone: 3125550142 (Work) * | - => the PSA, written: the PSA leads
    "#);
    world.visit(&[30]);
    insta::assert_snapshot!(told(&world, &[30]), @r#"
    30/101 important: no | yes => the mirror, kept: somebody marked it in IT Glue, and we never did
    30/101 email: - | own@x.example (Home) => the mirror, kept: IT Glue alone knows it, and we never gave it
    "#);
}

#[test]
fn what_we_gave_and_the_psa_lost_goes() {
    let mut world = World::new().mirrored(ada());
    world.contact(30).fields.remove("title");
    world
        .contact(30)
        .communications
        .retain(|item| item.id.get() != 2);
    insta::assert_snapshot!(told(&world, &[30]), @r#"
    30/101 title: - | Owner => the PSA, written: it was given by us and is gone from the PSA, so it goes
    30/101 phone: - | 3125550142 (Work) * => the PSA, written: it was given by us and is gone from the PSA, so it goes
    "#);
}

#[test]
fn who_is_missing_who_left_and_who_is_nobody_is_told() {
    let ben = contact(31, "Ben", "Hall").with_email(5, "ben@x.example");
    let eve = contact(32, "Eve", "Moss").with_email(6, "eve@x.example");
    let mut world = World::new().mirrored(ben).mirrored(eve).with(ada());
    world.contact(31).active = false;
    world.delete(32);
    world = world
        .with_record(record(71, "Front", "Desk"))
        .with_record(marked(72, "Al", "Gone", 29))
        .with_record(synced(record(73, "Syd", "Nell"), 99));
    insta::assert_snapshot!(told(&world, &[30, 31, 32]), @r#"
    30/- record: Ada Byron | - => the PSA, written: contact 30 has no record in organization 5
    31/101 type: Inactive (PSA) | - => the PSA, written: contact 31 is inactive in the PSA
    31/101 notes: Inactive in ConnectWise since 2026-11-21. | - => the PSA, written: contact 31 is inactive in the PSA
    32/- record: - | - => nobody yet, for a person: contact 32 was deleted in the PSA, and its record in IT Glue, 102, is kept as an inactive one; somebody should look at it and remove it there
    32/102 type: Inactive (PSA) | - => the PSA, written: contact 32 was deleted in the PSA
    32/102 notes: Deleted in ConnectWise | - => the PSA, written: contact 32 was deleted in the PSA
    -/72 record: - | Al Gone => nobody yet, for a person: our line in its notes names a contact that is not one of the company; look at it there
    -/73 record: - | Syd Nell => nobody yet, for a person: the native sync ties it to a contact that is not one of the company; see to it there
    -/71 record: - | Front Desk => the mirror, kept: nobody in the PSA is known to be this one: it is IT Glue's own
    "#);
    world.visit(&[30, 31, 32]);
    insta::assert_snapshot!(told(&world, &[30, 31, 32]), @r#"
    -/72 record: - | Al Gone => nobody yet, for a person: our line in its notes names a contact that is not one of the company; look at it there
    -/73 record: - | Syd Nell => nobody yet, for a person: the native sync ties it to a contact that is not one of the company; see to it there
    -/102 record: - | Eve Moss => nobody yet, for a person: its contact is no more, and it is kept as an inactive one; look at it and remove it there
    -/71 record: - | Front Desk => the mirror, kept: nobody in the PSA is known to be this one: it is IT Glue's own
    "#);
}

#[test]
fn a_line_of_the_map_that_leads_nowhere_is_told() {
    let mut world = World::new().mirrored(ada());
    world.records.clear();
    insta::assert_snapshot!(told(&world, &[30]), @r#"
    30/- record: Ada Byron | - => the PSA, written: contact 30 has no record in organization 5
    30/101 map: - | - => the PSA, written: our map leads to a record that is gone or is not its own any more, so the line is taken off
    "#);
}

#[test]
fn a_company_without_an_organization_is_told_once() {
    let mut world = World::new().with(ada());
    world.place = None;
    insta::assert_snapshot!(told(&world, &[30]), @"-/- organization: - | - => nobody yet, for a person: company 1 has no organization in IT Glue, so its contacts are not mirrored; create or link it in IT Glue; it is looked for again at the next change");
    world.organizations.push(organization(5, "Harbor Line"));
    insta::assert_snapshot!(told(&world, &[30]), @"30/- record: Ada Byron | - => the PSA, written: contact 30 has no record in organization 5");
    world.company.deleted = true;
    insta::assert_snapshot!(told(&world, &[30]), @"-/- organization: - | - => nobody yet, for a person: the company is deleted in the PSA; its contacts in IT Glue are left as they are, and somebody should decide what becomes of them");
}

#[test]
fn what_the_native_sync_owns_is_for_a_person() {
    let mut made = synced(record(71, "Ada", "Byron"), 30);
    made.title = Some("Boss".into());
    made.emails.push(email("ada@x.example", "Work"));
    made.phones.push(phone("3125550142", "Work"));
    let world = World::new().with(ada()).with_record(made);
    insta::assert_snapshot!(told(&world, &[30]), @r#"
    30/71 title: Owner | Boss => the native sync, for a person: the native sync owns this record; see why it does not carry it over
    30/71 email: ada@x.example (Work) * | ada@x.example (Work) => the native sync, for a person: the native sync owns this record; see why it does not carry it over
    30/71 phone: 3125550142 (Work) * | 3125550142 (Work) => the native sync, for a person: the native sync owns this record; see why it does not carry it over
    30/71 PSA link: Mirrored from ConnectWise contact 30 | - => the PSA, written: our line in the notes tells whose record it is
    "#);
}

#[test]
fn those_who_wait_for_a_type_are_told_with_it() {
    let mut world = World::new().mirrored(ada());
    world.types.retain(|each| each.name != "Inactive (PSA)");
    world.contact(30).active = false;
    insta::assert_snapshot!(told(&world, &[30]), @r#"
    30/- type: Inactive (PSA) | - => the PSA, written: the rules name this type for inactive contacts, and IT Glue has none of this name
    30/101 type: Inactive (PSA) | - => the PSA, written: contact 30 is inactive in the PSA
    30/101 notes: Inactive in ConnectWise since 2026-11-21. | - => the PSA, written: contact 30 is inactive in the PSA
    "#);
}

#[test]
fn a_type_or_location_that_it_glue_does_not_have_is_for_a_person() {
    let site = serde_json::json!({ "name": "Shed" });
    let mut world = World::new();
    world.rules.itglue.types = vec![policy::rules::Pairing::new("Approver", "Signs off")];
    world.rules.itglue.locations = true;
    let mut ada = named_type(ada(), "Approver");
    ada.fields.insert("site".to_owned(), site.into());
    let world = world.mirrored(ada);
    insta::assert_snapshot!(told(&world, &[30]), @r#"
    30/101 type: Signs off | - => nobody yet, for a person: IT Glue has no type of this name; create it there, or name another one (types)
    30/101 location: Shed | - => nobody yet, for a person: the organization has no location of this name, or several; make it one there
    "#);
}

#[test]
fn a_record_in_another_organization_comes_along() {
    let mut world = World::new().mirrored(ada());
    world.record(101).organization = ELSEWHERE;
    insta::assert_snapshot!(told(&world, &[30]), @"30/101 organization: 5 | 6 => the PSA, written: the PSA leads");
}

#[test]
fn observing_changes_nothing_about_what_differs() {
    let mut world = World::new().mirrored(ada());
    world.record(101).title = Some("Boss".into());
    let enforced = drift_of(&world, &[30]);
    world.rules = world.rules.in_mode(Mode::Observe);
    assert_eq!(drift_of(&world, &[30]), enforced);
    assert_eq!(enforced.len(), 1);
}

/// What a plan writes: whom it is about, which record, and what of it.
fn writes(now: &Snapshot, world: &World) -> BTreeSet<(u32, Option<u64>, String)> {
    let mut writes = BTreeSet::new();
    let first = plan(now, &world.rules);
    let mut now = now.clone();
    let mut all = first.plan.changes.clone();
    for change in &first.plan.changes {
        if let Action::Mirror {
            call: Call::ItGlue(ItGlueCall::CreateType { name }),
            ..
        } = &change.action
        {
            let id = ContactTypeId::new(u64::MAX);
            let name = name.clone();
            now.types
                .get_or_insert_default()
                .push(ContactType { id, name });
            all.extend(plan(&now, &world.rules).plan.changes);
        }
    }
    for change in all {
        let Action::Mirror {
            contact,
            call: Call::ItGlue(call),
        } = change.action
        else {
            panic!("a call to IT Glue");
        };
        let (record, fields) = match call {
            ItGlueCall::Create { .. } => (None, vec!["record"]),
            ItGlueCall::CreateType { .. } => (None, vec!["contact-type-id"]),
            ItGlueCall::Remove { record } => (Some(record), vec!["record"]),
            ItGlueCall::Update { record, change } => (Some(record), change.fields()),
        };
        let record = record.map(|record| record.get());
        writes.extend(
            fields
                .into_iter()
                .map(|f| (contact.get(), record, f.to_owned())),
        );
    }
    writes
}

/// What is told to be written, in the same terms.
fn told_as_written(differences: &[Difference]) -> BTreeSet<(u32, Option<u64>, String)> {
    let written = differences.iter().filter(|d| d.fate == Fate::Written);
    let written = written.filter(|d| d.field != Field::Map);
    let named = written.map(|difference| {
        let field = match difference.field {
            Field::Organization => "organization-id",
            Field::Record => "record",
            Field::FirstName => "first-name",
            Field::LastName => "last-name",
            Field::Title => "title",
            Field::Type => "contact-type-id",
            Field::Location => "location-id",
            Field::Important => "important",
            Field::Email => "contact-emails",
            Field::Phone => "contact-phones",
            Field::Notes | Field::PsaLink => "notes",
            Field::Client | Field::AccountOwner | Field::Map => "nothing of IT Glue",
        };
        let contact = difference.contact.map_or(0, model::ContactId::get);
        (contact, difference.record, field.to_owned())
    });
    named.collect()
}

/// The addresses that IT Glue has of a contact and the PSA does not.
fn alone(world: &World) -> BTreeSet<(u32, String)> {
    let mut alone = BTreeSet::new();
    for (id, (_, link)) in &world.map {
        let model::mirror::Mirrored::ItGlue { id: record, .. } = link.record else {
            panic!("a record of IT Glue");
        };
        let (Some(contact), Some(record)) = (world.psa.get(id), world.records.get(&record)) else {
            continue;
        };
        if contact.company != Some(world.company.id) {
            continue;
        }
        let known: BTreeSet<String> = contact
            .emails()
            .into_iter()
            .map(|(address, _)| address.reveal().to_lowercase())
            .collect();
        let has = record
            .emails
            .iter()
            .map(|e| e.value.reveal().to_lowercase());
        alone.extend(has.filter(|e| !known.contains(e)).map(|e| (id.get(), e)));
    }
    alone
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_told_to_be_written_is_exactly_what_the_plan_writes(
        mut world in arbitrary_world(),
        events in prop::collection::vec(arbitrary_event(), 0..4),
        follow in any::<bool>(),
    ) {
        for event in events {
            if follow {
                world.visit(&ALL);
            }
            happens(&mut world, event);
        }
        let now = world.whole(&ALL);
        let differences = drift(&now, &world.rules);
        prop_assert_eq!(told_as_written(&differences), writes(&now, &world), "{}", told(&world, &ALL));
        let plan = plan(&now, &world.rules).plan;
        if differences.is_empty() {
            prop_assert_eq!(plan.to_string(), "nothing to do\n");
        }
        let for_a_person = differences.iter().any(|d| d.fate == Fate::Person);
        prop_assert!(plan.findings.is_empty() || for_a_person, "{}", plan);
    }

    #[test]
    fn once_a_visit_was_made_nothing_is_left_to_write_and_all_that_it_glue_alone_knows_is_told(
        mut world in arbitrary_world(),
        events in prop::collection::vec(arbitrary_event(), 0..4),
    ) {
        world.visit(&ALL);
        for event in events {
            // What is locked shows only when it is written to.
            if matches!(event, Event::Lock(_)) {
                continue;
            }
            happens(&mut world, event);
            world.visit(&ALL);
        }
        let differences = drift_of(&world, &ALL);
        let left = differences.iter().filter(|d| d.fate.is_fixable());
        prop_assert_eq!(left.count(), 0, "{}", told(&world, &ALL));
        let native = world.records.values().any(|record| record.link == Sync::Synced);
        if !native {
            let kept = differences.iter().filter(|d| d.field == Field::Email && d.psa.is_none());
            let kept = kept.filter_map(|d| {
                let shown = d.mirror.as_ref()?.reveal().split(" (").next()?.to_lowercase();
                Some((d.contact?.get(), shown))
            });
            prop_assert_eq!(kept.collect::<BTreeSet<_>>(), alone(&world), "{}", told(&world, &ALL));
        }
        let of_mirror = differences.iter().filter(|d| d.winner == Winner::Mirror);
        for difference in of_mirror {
            prop_assert_eq!(difference.fate, Fate::Kept);
        }
    }
}

#[test]
fn every_contact_is_looked_at_and_no_record_is_told_twice() {
    let mut world = World::new();
    for id in 30..34 {
        let address = format!("p{id}@x.example");
        world = world.with(contact(id, "Pat", "Doe").with_email(id, &address));
    }
    let differences = drift_of(&world, &ALL);
    let contacts: Vec<_> = differences.iter().filter_map(|d| d.contact).collect();
    assert_eq!(contacts, ALL.map(id_of));
}
