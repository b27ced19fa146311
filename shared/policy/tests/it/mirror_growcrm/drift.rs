//! What `drift` tells of Grow CRM: the same as the plan, and what stays different afterwards.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use model::growcrm::{self, ClientId};
use model::mirror::{Call, GrowCrmCall};
use model::{Action, ContactId, Mode, Private};
use policy::mirror::drift::{Difference, Fate, Field};
use policy::mirror::growcrm::{Snapshot, drift, plan};
use proptest::prelude::*;

use super::crm::{ADA, BEN, CIA, CLIENT, Crm, ada, ben, cia};
use super::properties::{arbitrary_crm, asked, visit};

const ALL: [ContactId; 3] = [ADA, BEN, CIA];

fn drift_of(crm: &Crm, asked: &[ContactId]) -> Vec<Difference> {
    drift(&crm.whole(asked), &crm.rules)
}

/// Differences as a person reads them.
fn told(crm: &Crm, asked: &[ContactId]) -> String {
    let mut told = String::new();
    for difference in drift_of(crm, asked) {
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
    let crm = Crm::new([ada(), ben()]).mirrored();
    assert_eq!(told(&crm, &ALL[..2]), "");
    assert_eq!(told(&Crm::new([]), &[]), "");
}

#[test]
fn the_psa_leads_and_what_the_crm_alone_knows_stays() {
    let mut crm = Crm::new([ada().with_phone(2, "312 555 0101")]).mirrored();
    let record = crm.record_mut(ADA);
    record.phone = None;
    record.position = Some("Captain".into());
    record.first_name = "Adah".into();
    insta::assert_snapshot!(told(&crm, &[ADA]), @r#"
    20/101 first name: Ada | Adah => the PSA, written: the PSA leads
    20/101 title: - | Captain => the mirror, kept: Grow CRM alone knows it, and we never gave it
    20/101 phone: 312 555 0101 | - => the PSA, written: the PSA leads
    "#);
    crm.visit(&[ADA]);
    insta::assert_snapshot!(told(&crm, &[ADA]), @"20/101 title: - | Captain => the mirror, kept: Grow CRM alone knows it, and we never gave it");
}

#[test]
fn who_is_missing_who_left_and_who_is_nobody_is_told() {
    let mut crm = Crm::new([ada(), ben()]).mirrored().with(cia());
    crm.edit(BEN, |contact| contact.active = false);
    crm.add_record(CLIENT, "Dee", "Fox", "dee@x.example");
    crm.add_record(ClientId::new(99), "Eve", "Moss", "eve@x.example");
    insta::assert_snapshot!(told(&crm, &ALL), @r#"
    21/102 record: - | Ben Hall => the PSA, written: contact 21 is inactive in the PSA
    22/- record: Cia Sun | - => the PSA, written: contact 22 is not in Grow CRM
    -/103 record: - | Dee Fox => nobody yet, for a person: nobody in the PSA is known to be this portal user, who may log in all the same; look at it there
    "#);
    crm.visit(&ALL);
    insta::assert_snapshot!(told(&crm, &ALL), @"-/103 record: - | Dee Fox => nobody yet, for a person: nobody in the PSA is known to be this portal user, who may log in all the same; look at it there");
}

#[test]
fn an_address_that_is_taken_elsewhere_is_for_a_person() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.add_record(ClientId::new(99), "Eve", "Moss", "new@x.example");
    crm.set_email(ADA, "new@x.example");
    crm.edit(BEN, |contact| contact.communications.clear());
    let mut snapshot = crm.whole(&ALL[..2]);
    let taken: model::Email = "new@x.example".parse().unwrap();
    let holder = crm
        .records
        .values()
        .find(|r| r.has_address("new@x.example"));
    snapshot.by_email.insert(taken, holder.cloned());
    let differences = drift(&snapshot, &crm.rules);
    let fates: Vec<_> = differences
        .iter()
        .map(|d| (d.contact, d.field, d.fate))
        .collect();
    assert_eq!(
        fates,
        [
            (Some(ADA), Field::Email, Fate::Person),
            (Some(BEN), Field::Email, Fate::Person)
        ]
    );
    assert!(
        differences[0]
            .why
            .contains("belongs to another client (99)")
    );
    assert!(differences[1].why.contains("has no email address"));
}

#[test]
fn another_owner_and_a_record_that_is_gone_are_told() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.company.default_contact = Some(BEN);
    let gone = crm.record_of(CIA);
    crm.records.remove(&gone);
    insta::assert_snapshot!(told(&crm, &ALL), @r#"
    21/102 account owner: yes | Grow CRM contact 101 => the PSA, written: contact 21 is the company's default contact
    22/- record: Cia Sun | - => the PSA, written: contact 22 is not in Grow CRM
    22/103 map: - | - => the PSA, written: our map leads to a record that is gone or is not its own any more, so the line is taken off
    "#);
}

#[test]
fn a_company_without_a_client_is_told_once_or_gets_one() {
    let mut crm = Crm::new([ada(), ben()]);
    insta::assert_snapshot!(told(&crm, &ALL[..2]), @"-/- client: - | - => nobody yet, for a person: no client in Grow CRM is tagged cw-company-1, so nobody of company 1 is mirrored; tag its client, or have clients created (create-clients)");
    crm.rules.growcrm.create_clients = true;
    insta::assert_snapshot!(told(&crm, &ALL[..2]), @r#"
    20/- client: Harbor Line | - => the PSA, written: the company has no client in Grow CRM, and contact 20 is its default contact
    20/- record: Ada Byron | - => the PSA, written: the company has no client in Grow CRM, and contact 20 is its default contact
    21/- record: Ben Hall | - => the PSA, written next: it is created once the company's client is there
    "#);
    crm.company.deleted = true;
    insta::assert_snapshot!(told(&crm, &ALL[..2]), @"-/- client: - | - => nobody yet, for a person: the company was deleted in the PSA; its client in Grow CRM stays as it is, and a person should decide what becomes of it");
}

#[test]
fn observing_changes_nothing_about_what_differs() {
    let mut crm = Crm::new([ada()]).mirrored();
    crm.record_mut(ADA).first_name = "Adah".into();
    let enforced = drift_of(&crm, &[ADA]);
    crm.rules = crm.rules.in_mode(Mode::Observe);
    assert_eq!(drift_of(&crm, &[ADA]), enforced);
    assert_eq!(enforced.len(), 1);
}

/// What a plan writes: whom it is about, which record, and what of it.
fn writes(now: &Snapshot, crm: &Crm) -> BTreeSet<(ContactId, Option<u64>, String)> {
    let mut writes = BTreeSet::new();
    for change in plan(now, &crm.rules).plan.changes {
        let Action::Mirror {
            contact,
            call: Call::GrowCrm(call),
        } = change.action
        else {
            unreachable!("a mirror writes to its own system")
        };
        let (record, fields): (_, Vec<String>) = match call {
            GrowCrmCall::Create { .. } => (None, vec!["record".to_owned()]),
            GrowCrmCall::CreateClient { .. } => {
                (None, vec!["record".to_owned(), "client".to_owned()])
            }
            GrowCrmCall::Remove { record } => (Some(record), vec!["record".to_owned()]),
            GrowCrmCall::MakeOwner { record, .. } => (record, vec!["account owner".to_owned()]),
            GrowCrmCall::SetTags { .. } => (None, vec!["client".to_owned()]),
            GrowCrmCall::Update { record, fields } => {
                let differ = fields.differences(&crm.records[&record]);
                (
                    Some(record),
                    differ.iter().map(ToString::to_string).collect(),
                )
            }
        };
        let record = record.map(growcrm::ContactId::get);
        writes.extend(fields.into_iter().map(|field| (contact, record, field)));
    }
    writes
}

/// What is told to be written, in the same terms.
fn told_as_written(differences: &[Difference]) -> BTreeSet<(ContactId, Option<u64>, String)> {
    let written = differences.iter().filter(|d| d.fate == Fate::Written);
    let written = written.filter(|d| d.field != Field::Map);
    let named = written.filter_map(|difference| {
        let field = match difference.field {
            Field::Title => "position".to_owned(),
            field => field.to_string(),
        };
        Some((difference.contact?, difference.record, field))
    });
    named.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn what_is_told_to_be_written_is_exactly_what_the_plan_writes(
        crm in arbitrary_crm(),
        which in prop::collection::vec(prop::bool::weighted(0.9), 7),
    ) {
        let now = crm.whole(&asked(&which));
        let differences = drift(&now, &crm.rules);
        prop_assert_eq!(told_as_written(&differences), writes(&now, &crm));
        let plan = plan(&now, &crm.rules).plan;
        if differences.is_empty() {
            prop_assert_eq!(plan.to_string(), "nothing to do\n");
        }
        let for_a_person = differences.iter().any(|d| d.fate == Fate::Person);
        prop_assert!(plan.findings.is_empty() || for_a_person, "{}", plan);
    }

    #[test]
    fn once_a_visit_was_made_nothing_is_left_to_write(mut crm in arbitrary_crm()) {
        let all = asked(&[true; 7]);
        let visited = visit(&mut crm, &all);
        let left = drift_of(&crm, &all).into_iter().filter(|d| d.fate.is_fixable());
        prop_assert_eq!(left.count(), 0, "{}then\n{}", visited, told(&crm, &all));
    }
}
