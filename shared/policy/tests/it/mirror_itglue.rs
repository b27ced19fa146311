//! IT Glue follows the PSA, one situation a test, each carried out on a small world.

mod drift;
mod fields;
mod find;
mod part;
mod properties;
mod refused;
mod world;

use model::itglue::Link;
use model::mirror::System;
use model::{Action, Cause, ChangeId, Entry, Image, Outcome, Past, Purpose, Rule, RunId, Source};
use policy::Rules;
use policy::mirror::itglue::{Need, plan};
use policy::mirror::{Visited, stale};

use crate::world::{contact, enforce, id_of};
use world::{ELSEWHERE, World, ada, record};

#[test]
fn where_nobody_is_asked_about_nothing_is_read_and_nothing_done() {
    let visit = World::new().with(ada()).visit(&[]);
    assert_eq!((visit.words.as_str(), visit.rounds.len()), ("", 0));
}

#[test]
fn a_known_contact_that_changed_costs_one_read_and_one_write() {
    let mut world = World::new().mirrored(ada());
    assert_eq!(world.stale(&[]), [0; 0]);
    world.contact(30).first_name = "Augusta".into();
    assert_eq!(world.stale(&[]), [30]);
    let visit = world.visit(&[30]);
    let record = model::itglue::ContactId::new(101);
    assert_eq!(visit.rounds, [[Need::Record(record)].into()]);
    assert_eq!(visit.writes, 1);
    insta::assert_snapshot!(visit.words, @"
    change [1] mirror-itglue: set first-name of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    map after [1]: contact 30 is record 101, ours
    ");
    assert_eq!(world.stale(&[30]), [0; 0]);
}

#[test]
fn a_known_contact_that_is_the_same_is_not_even_asked_about_and_if_it_is_nothing_is_written() {
    let mut world = World::new().mirrored(ada());
    assert_eq!(world.stale(&[30]), [0; 0]);
    let visit = world.visit(&[30]);
    assert_eq!(
        (visit.reads().len(), visit.writes, visit.map_changes),
        (1, 0, 0)
    );
}

#[test]
fn a_new_contact_is_looked_for_among_everybody_and_created() {
    let mut world = World::new().with(ada());
    assert_eq!(world.stale(&[]), [0; 0]);
    assert_eq!(world.stale(&[30]), [30]);
    let visit = world.visit(&[30]);
    let id = model::ContactId::new(30);
    assert_eq!(
        visit.rounds,
        [
            [Need::Line(id)].into(),
            [Need::Lines, Need::Everybody].into(),
        ]
    );
    insta::assert_snapshot!(visit.words, @"
    change [1] mirror-itglue: create a contact in IT Glue, in organization 5, for contact 30
          because contact 30 has no record in organization 5
    map after [1]: contact 30 is record 101, ours
    ");
    insta::assert_snapshot!(world.shown(101), @"
    Ada Byron in 5
    title Owner, type -, location -, important Some(false)
    emails ada@x.example* (Work)
    phones 3125550142* (Work)
    notes <p>Mirrored from ConnectWise contact 30</p>
    ");
}

#[test]
fn everybody_in_the_organization_is_read_once_for_all_who_are_unknown() {
    let ben = contact(31, "Ben", "Hall");
    let mut world = World::new()
        .with(ada())
        .with(ben)
        .mirrored(contact(32, "Li", "Wei"));
    let visit = world.visit(&[30, 31, 32]);
    assert_eq!(
        visit
            .reads()
            .iter()
            .filter(|need| **need == Need::Everybody)
            .count(),
        1
    );
    assert_eq!(visit.reads().len(), 2);
    assert_eq!(visit.writes, 2);
}

#[test]
fn the_native_sync_is_asked_about_the_unknown_only_where_it_knows_somebody_of_the_organization() {
    for (link, remote) in [(Link::Disabled, None), (Link::None, Some("7"))] {
        let mut known = record(72, "Eve", "Moss");
        known.link = link;
        known.remote_ids = remote.into_iter().map(str::to_owned).collect();
        let mut world = World::new()
            .with(ada())
            .with(contact(31, "Ben", "Hall"))
            .with_record(known);
        let reads = world.clone().visit(&[30, 31]).reads();
        let asked = [30, 31].map(|id| Need::ByPsa(id_of(id)));
        assert!(asked.iter().all(|need| reads.contains(need)), "{reads:?}");
        // One of another organization is none of theirs.
        world.record(72).organization = ELSEWHERE;
        let reads = world.visit(&[30, 31]).reads();
        assert_eq!(reads, [Need::Everybody]);
    }
}

#[test]
fn while_observing_nothing_is_written_and_all_of_it_is_told() {
    let mut world = World::new().with(ada());
    world.rules = Rules::default();
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    withheld (observe) [1] mirror-itglue: create a contact in IT Glue, in organization 5, for contact 30
          because contact 30 has no record in organization 5
    finding mirror-itglue: proposed, company 1, contact 30: in observe mode, this is not done: create a contact in IT Glue, in organization 5, for contact 30, because contact 30 has no record in organization 5
    ");
    assert!(world.map.is_empty());
}

#[test]
fn while_observing_the_map_learns_what_needs_no_write() {
    let mut world = World::new().mirrored(ada());
    world.rules = Rules::default();
    world.forget();
    insta::assert_snapshot!(world.visit(&[30]).words, @"map at once: contact 30 is record 101, ours");
}

#[test]
fn a_deleted_company_is_left_alone_and_told() {
    let mut world = World::new().mirrored(ada());
    world.company.deleted = true;
    world.delete(30);
    assert_eq!(world.stale(&[]), [30]);
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    finding mirror-itglue: orphan, company 1, contact 30: the company is deleted in the PSA; its contacts in IT Glue are left as they are, and somebody should decide what becomes of them
    map at once: contact 30 is record 101, ours
    ");
    // That is told once, and should the company come back, everybody is looked at.
    assert_eq!(world.stale(&[30]), [0; 0]);
    world.company.deleted = false;
    assert_eq!(world.stale(&[]), [30]);
}

#[test]
fn a_visit_to_the_psa_tells_who_is_to_be_looked_at() {
    let world = World::new()
        .mirrored(ada())
        .with(contact(31, "Ben", "Hall"));
    let (company, link) = (&world.company, world.line(30).unwrap().clone());
    let contacts = world.psa.clone();
    let read = |contacts, whole, named: &[u32], placed| {
        let visited = Visited {
            company,
            contacts,
            whole,
            named: &named.iter().copied().map(id_of).collect(),
            links: std::slice::from_ref(&link),
            placed,
            done: &[],
            past: &[],
        };
        let stale = stale(System::ItGlue, &visited, &enforce());
        stale
            .into_iter()
            .map(model::ContactId::get)
            .collect::<Vec<_>>()
    };
    // Who is unknown is looked at when an event names them, or when nobody knows where the company is.
    assert_eq!(read(&contacts, true, &[], true), [0; 0]);
    assert_eq!(read(&contacts, true, &[31], true), [31]);
    assert_eq!(read(&contacts, true, &[], false), [31]);
    assert_eq!(read(&contacts, false, &[], false), [0; 0]);
    // Who is gone is missed by a visit that read everybody, and by an event that names them.
    let nobody = std::collections::BTreeMap::new();
    assert_eq!(read(&nobody, true, &[], true), [30]);
    assert_eq!(read(&nobody, false, &[], true), [0; 0]);
    assert_eq!(read(&nobody, false, &[30], true), [30]);
    // Also of whom the map knows nothing.
    assert_eq!(read(&contacts, false, &[99], true), [99]);
}

#[test]
fn whoever_was_merged_away_in_a_visit_is_looked_at_though_the_map_does_not_know_them() {
    let world = World::new().with(ada());
    let at = jiff::Timestamp::UNIX_EPOCH;
    let entry = |outcome| Entry {
        id: ChangeId {
            run: RunId::new("r"),
            number: 1,
        },
        cause: Cause {
            source: Source::Command {
                name: "test".to_owned(),
            },
            message: None,
        },
        company: world.company.id,
        unit: 1,
        rule: Rule::MergeDuplicates,
        purpose: Purpose::Policy,
        action: Action::Merge {
            loser: id_of(31),
            survivor: id_of(30),
            references: Vec::new(),
        },
        reason: String::new(),
        evidence: Vec::new(),
        before: Image::default(),
        intended_at: at,
        outcome: Some(outcome),
        after: None,
        ended_at: Some(at),
    };
    let past = |entry: &Entry| Past {
        id: entry.id.clone(),
        at,
        rule: entry.rule,
        purpose: entry.purpose.clone(),
        action: entry.action.clone(),
        outcome: entry.outcome.clone(),
    };
    let read = |placed, done: &[Entry], past: &[Past]| {
        let visited = Visited {
            company: &world.company,
            contacts: &world.psa,
            whole: true,
            named: &std::collections::BTreeSet::new(),
            links: &[],
            placed,
            done,
            past,
        };
        let stale = stale(System::ItGlue, &visited, &enforce());
        let stale = stale.into_iter().map(model::ContactId::get);
        stale.collect::<Vec<_>>()
    };
    let (done, refused) = (entry(Outcome::Done), entry(Outcome::Stale));
    assert_eq!(read(true, std::slice::from_ref(&done), &[]), [31]);
    assert_eq!(read(true, &[refused], &[]), [0; 0]);
    // Of what was merged before, only at the first visit: nobody was told of it then.
    assert_eq!(read(true, &[], &[past(&done)]), [0; 0]);
    assert_eq!(read(false, &[], &[past(&done)]), [30, 31]);
}

#[test]
fn a_plan_without_what_it_needs_writes_nothing() {
    let world = World::new().with(ada());
    let plan = plan(&world.snapshot(&[30]), &enforce());
    assert_eq!(plan, policy::mirror::Plan::default());
}
