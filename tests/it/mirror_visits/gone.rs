//! Contacts that are gone from the PSA: deleted by a person, and merged away before the map knew them.

use std::collections::{BTreeMap, BTreeSet};

use journal::Store as _;
use model::mirror::{Digest, Link, Mirrored as OnMap, System};
use model::{CompanyId, ContactId, RunId};
use reconcile::Located;
use sandbox::seed::{
    COPPERFIELD, GRANITE_PEAK, JOHN_SMITH, JOHN_SMITH_DUPLICATE, growcrm_contact, itglue_contact,
};
use serde_json::Value;

use crate::stack::cause;
use crate::stack::mirrored::Mirrored;

#[tokio::test]
async fn whoever_was_deleted_is_looked_at_in_the_mirrors_without_a_visit_and_only_once() {
    let tenant = Mirrored::example().await;
    let left = tenant
        .stack
        .world
        .lock()
        .contacts_of(COPPERFIELD)
        .pop()
        .unwrap();
    let _ = tenant.follow(COPPERFIELD, &[]).await;
    let path = format!("/company/contacts/{left}");
    tenant.stack.person("DELETE", &path, Value::Null);

    let contact = ContactId::new(left);
    let (process, cause) = (tenant.process(), cause());
    let located = process.locate(RunId::new("located"), contact, &cause);
    let Located::Gone { mirrors, .. } = located.await.unwrap() else {
        panic!("it is gone");
    };
    let here = CompanyId::new(COPPERFIELD);
    let both = System::ALL.map(|system| (system, here));
    assert_eq!(mirrors, BTreeMap::from(both));

    let contacts = BTreeSet::from([contact]);
    let (itglue, growcrm) = (tenant.to_itglue(), tenant.to_growcrm());
    let retired = tenant.at(&tenant.itglue, &itglue, COPPERFIELD, &contacts);
    let retired = retired.await.unwrap().writes;
    let of_it = retired
        .iter()
        .filter(|write| write.contains("set contact-type-id, notes"));
    assert_eq!(of_it.count(), 1, "{retired:?}");
    let removed = tenant.at(&tenant.growcrm, &growcrm, COPPERFIELD, &contacts);
    assert_eq!(removed.await.unwrap().writes.len(), 1);

    // Neither a visit of the whole company nor the same message again has anything left to do.
    let (visit, followed) = tenant.follow(COPPERFIELD, &[]).await;
    assert!(visit.mirrors.is_empty(), "{:?}", visit.mirrors);
    assert!(followed.iter().all(|followed| followed.is_nothing()));
    let again = tenant.at(&tenant.itglue, &itglue, COPPERFIELD, &contacts);
    assert_eq!(again.await.unwrap().writes, [] as [&str; 0]);
    let again = tenant.at(&tenant.growcrm, &growcrm, COPPERFIELD, &contacts);
    assert!(again.await.unwrap().is_nothing());
}

#[tokio::test]
async fn of_a_contact_that_was_merged_away_the_visit_tells_and_not_its_deletion() {
    let tenant = Mirrored::example().await;
    let loser = ContactId::new(JOHN_SMITH_DUPLICATE);
    let line = Link {
        contact: loser,
        record: OnMap::ItGlue {
            id: model::itglue::ContactId::new(itglue_contact(JOHN_SMITH_DUPLICATE)),
            given: None,
        },
        ours: true,
        digest: Digest::unsettled(),
    };
    let journal = &tenant.stack.journal;
    let company = CompanyId::new(GRANITE_PEAK);
    journal.link(company, &line).await.unwrap();
    let process = tenant.process();
    let request = tenant.stack.request(GRANITE_PEAK, &[JOHN_SMITH]);
    let visit = process.visit(&request).await.unwrap();
    assert!(visit.mirrors[&System::ItGlue].contains(&loser));

    // The PSA tells of the deletion before the visit has told the mirror, which has a record of it.
    let located = process.locate(RunId::new("located"), loser, &cause()).await;
    let Located::Gone { mirrors, .. } = located.unwrap() else {
        panic!("it is gone");
    };
    assert_eq!(mirrors, BTreeMap::new());
}

#[tokio::test]
async fn whoever_was_merged_away_in_the_very_first_visit_leaves_nothing_behind_in_the_mirrors() {
    let tenant = Mirrored::example().await;
    let (visit, [itglue, growcrm]) = tenant.follow(GRANITE_PEAK, &[JOHN_SMITH]).await;
    let loser = ContactId::new(JOHN_SMITH_DUPLICATE);
    for system in System::ALL {
        assert!(visit.mirrors[&system].contains(&loser), "{system}");
    }
    insta::assert_debug_snapshot!(itglue.writes, @r#"
    [
        "create the contact type \"Inactive (PSA)\" in IT Glue, for contact 83020: done",
        "set contact-type-id, contact-emails, contact-phones of IT Glue contact 4500083002, for contact 83002: done",
        "set contact-type-id, notes of IT Glue contact 4500083020, for contact 83020: done",
    ]
    "#);
    insta::assert_debug_snapshot!(itglue.findings, @r#"
    [
        "mirror-itglue orphan [83020 83002]",
    ]
    "#);
    insta::assert_debug_snapshot!(growcrm.writes, @r#"
    [
        "remove Grow CRM contact 383020, for contact 83020: done",
    ]
    "#);
    insta::assert_debug_snapshot!(growcrm.findings, @"[]");
    let login = growcrm_contact(JOHN_SMITH_DUPLICATE);
    assert!(!tenant.growcrm_has(login), "its login is closed");
    assert!(
        tenant
            .itglue_notes(itglue_contact(JOHN_SMITH_DUPLICATE))
            .contains("Merged into")
    );

    let (visit, followed) = tenant.follow(GRANITE_PEAK, &[JOHN_SMITH]).await;
    assert!(visit.mirrors.is_empty(), "{:?}", visit.mirrors);
    assert!(followed.iter().all(|followed| followed.is_nothing()));
}
