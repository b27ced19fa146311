//! What was done in the PSA is taken back there, and both mirrors come along.

use model::Outcome;
use policy::rules::{MergeMethod, Preference};
use reconcile::End;
use sandbox::itglue::Contact;
use sandbox::seed::{
    BIRCHWOOD, ITGLUE_ONLY_PHONE_OF_FORMER, MARRIED, growcrm_contact, itglue_contact,
    itglue_location,
};
use serde_json::json;

use crate::stack::enforced;
use crate::stack::mirrored::{Followed, Mirrored};

const NOTES: &str = "<p>Knows the code of the gate.</p>";
/// A type that the account has.
const VENDOR: u64 = 118_210;

/// Birchwood as it is mirrored, with a contact of whom IT Glue alone knows a good deal.
async fn birchwood(rules: policy::Rules) -> Mirrored {
    let tenant = Mirrored::example_by(rules).await;
    let (_, first) = tenant.follow(BIRCHWOOD, &[]).await;
    for followed in first {
        assert_eq!(followed.writes, [] as [&str; 0], "all is in line");
    }
    {
        let account = tenant.itglue.world();
        let mut account = account.lock();
        let former = account
            .contacts
            .get_mut(&itglue_contact(MARRIED.1))
            .unwrap();
        let marker = former.notes.clone().unwrap_or_default();
        former.notes = Some(format!("{NOTES}<p>{marker}</p>"));
        former.important = Some(true);
        former.contact_type = Some(VENDOR);
        former.location = Some(itglue_location(BIRCHWOOD));
    }
    tenant
}

/// A second contact turns out to be one: it gets the name and the address of today. Answers with the run that merged
/// the two.
async fn merged(tenant: &Mirrored) -> model::RunId {
    let stack = &tenant.stack;
    stack.person_sets(MARRIED.1, &[("lastName", json!("Novak"))]);
    stack.person_adds_email(MARRIED.1, "edith.novak@birchwood.example", false);
    let (visit, followed) = tenant.follow(BIRCHWOOD, &[MARRIED.1]).await;
    for followed in &followed {
        assert_ne!(followed.writes, [] as [&str; 0], "{followed:?}");
    }
    visit.run
}

/// Takes a run back, and follows in both mirrors. Answers with the id of the loser by now.
async fn taken_back(tenant: &Mirrored, run: model::RunId) -> (u32, [Followed; 2]) {
    let (undone, followed) = tenant.take_back(run).await;
    let ends: Vec<End> = undone
        .reversals
        .iter()
        .map(|reversed| reversed.end)
        .collect();
    assert!(ends.iter().all(|end| *end == End::Reverted), "{ends:?}");
    let mut outcomes = undone
        .visit
        .entries
        .iter()
        .filter_map(|e| e.outcome.as_ref());
    let back = outcomes.find_map(|outcome| match outcome {
        Outcome::Returned { contact } => Some(contact.get()),
        _ => None,
    });
    (back.unwrap_or(MARRIED.1), followed)
}

/// What a person sees of a contact in IT Glue.
fn seen(tenant: &Mirrored, contact: u64) -> Option<Contact> {
    let account = tenant.itglue.world();
    let contact = account.lock().contacts.get(&contact).cloned()?;
    Some(Contact {
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        ..contact
    })
}

/// The record of a contact in IT Glue, by the line in its notes.
fn record_of(tenant: &Mirrored, contact: u32) -> Contact {
    let account = tenant.itglue.world();
    let account = account.lock();
    let line = format!("Mirrored from ConnectWise contact {contact}<");
    let is_its = |record: &&Contact| record.notes.as_ref().is_some_and(|n| n.contains(&line));
    account.contacts.values().find(is_its).unwrap().clone()
}

/// A record that is not as it should be.
fn told(record: &Contact) -> String {
    serde_json::to_string_pretty(record).unwrap()
}

fn phones(record: &Contact) -> Vec<&str> {
    record
        .phones
        .iter()
        .map(|phone| phone.value.as_str())
        .collect()
}

/// The address of the portal's account owner, and those of all users of the client.
fn portal(tenant: &Mirrored) -> (Option<String>, Vec<String>) {
    let account = tenant.growcrm.world();
    let account = account.lock();
    let client = account.users[&growcrm_contact(MARRIED.0)].client.unwrap();
    let here = account.users.values().filter(|user| {
        user.client == Some(client) && user.status != sandbox::growcrm::Status::Deleted
    });
    let here: Vec<_> = here.collect();
    let owner = account.clients[&client].owner;
    let owner = owner.and_then(|owner| account.users[&owner].email.clone());
    let mut all: Vec<String> = here.iter().filter_map(|user| user.email.clone()).collect();
    all.sort();
    (owner, all)
}

/// Nothing is left to do anywhere, and nobody was mailed.
async fn is_settled(tenant: &Mirrored, contacts: &[u32]) {
    let (visit, followed) = tenant.follow(BIRCHWOOD, contacts).await;
    assert!(visit.mirrors.is_empty(), "{:?}", visit.mirrors);
    assert!(followed.iter().all(Followed::is_nothing), "{followed:?}");
    assert_eq!(tenant.growcrm.world().lock().outbox.len(), 0);
}

#[tokio::test]
async fn a_merge_that_is_taken_back_gives_each_contact_its_records_again() {
    let tenant = birchwood(enforced()).await;
    let survivors = seen(&tenant, itglue_contact(MARRIED.0)).unwrap();
    let before = portal(&tenant);
    let run = merged(&tenant).await;
    assert!(seen(&tenant, itglue_contact(MARRIED.1)).is_none());
    let folded = seen(&tenant, itglue_contact(MARRIED.0)).unwrap();
    assert!(phones(&folded).contains(&ITGLUE_ONLY_PHONE_OF_FORMER));
    assert_eq!(folded.important, Some(true));
    assert_eq!(portal(&tenant).1.len(), before.1.len() - 1);

    let (back, [itglue, growcrm]) = taken_back(&tenant, run).await;
    assert_ne!(back, MARRIED.1);
    assert_eq!((itglue.findings.len(), growcrm.findings.len()), (0, 0));
    let own = record_of(&tenant, back);
    assert!(phones(&own).contains(&ITGLUE_ONLY_PHONE_OF_FORMER));
    assert!(own.notes.as_ref().unwrap().contains(NOTES));
    assert_eq!(own.important, Some(true));
    assert_eq!(own.contact_type, Some(VENDOR));
    assert_eq!(own.location, Some(itglue_location(BIRCHWOOD)));
    let now = seen(&tenant, itglue_contact(MARRIED.0)).unwrap();
    // The mark is off, which is what none is, and our line may be written another way.
    assert_ne!(now.important, Some(true));
    let line = |notes: &Option<String>| {
        notes
            .as_ref()
            .unwrap()
            .replace("<p>", "")
            .replace("</p>", "")
    };
    assert_eq!(line(&now.notes), line(&survivors.notes));
    let now = Contact {
        important: survivors.important,
        notes: survivors.notes.clone(),
        ..now
    };
    assert!(now == survivors, "{}", told(&now));
    assert_eq!(portal(&tenant).1.len(), before.1.len());
    is_settled(&tenant, &[MARRIED.0, back]).await;
}

#[tokio::test]
async fn what_somebody_has_changed_on_the_survivors_record_since_stays_there() {
    let tenant = birchwood(enforced()).await;
    let run = merged(&tenant).await;
    {
        let account = tenant.itglue.world();
        let mut account = account.lock();
        let folded = account
            .contacts
            .get_mut(&itglue_contact(MARRIED.0))
            .unwrap();
        let is_own =
            |phone: &&mut sandbox::itglue::Phone| phone.value == ITGLUE_ONLY_PHONE_OF_FORMER;
        folded.phones.iter_mut().find(is_own).unwrap().label_name = "Home".to_owned();
        let notes = folded.notes.clone().unwrap();
        folded.notes = Some(format!("<p>Mind the dog.</p>{notes}"));
    }
    let (back, _) = taken_back(&tenant, run).await;
    let now = seen(&tenant, itglue_contact(MARRIED.0)).unwrap();
    assert!(phones(&now).contains(&ITGLUE_ONLY_PHONE_OF_FORMER));
    assert!(now.notes.unwrap().contains("Mind the dog."));
    assert!(phones(&record_of(&tenant, back)).contains(&ITGLUE_ONLY_PHONE_OF_FORMER));
    is_settled(&tenant, &[MARRIED.0, back]).await;
}

#[tokio::test]
async fn a_contact_that_was_retired_as_a_duplicate_and_is_active_again_has_its_records_again() {
    let mut rules = enforced();
    rules.merge.method = MergeMethod::Retire;
    let tenant = birchwood(rules).await;
    let run = merged(&tenant).await;
    assert!(seen(&tenant, itglue_contact(MARRIED.1)).is_none());
    let (back, _) = taken_back(&tenant, run).await;
    assert_eq!(back, MARRIED.1);
    let own = record_of(&tenant, back);
    assert!(phones(&own).contains(&ITGLUE_ONLY_PHONE_OF_FORMER));
    let now = seen(&tenant, itglue_contact(MARRIED.0)).unwrap();
    assert!(!phones(&now).contains(&ITGLUE_ONLY_PHONE_OF_FORMER));
    is_settled(&tenant, &[MARRIED.0, back]).await;
}

#[tokio::test]
async fn the_account_owner_goes_back_with_the_default_contact() {
    let mut rules = enforced();
    rules.merge.survivor = vec![Preference::Oldest];
    let tenant = birchwood(rules).await;
    let company = format!("/company/companies/{BIRCHWOOD}");
    let role = json!([{ "op": "replace", "path": "defaultContact", "value": { "id": MARRIED.1 } }]);
    tenant.stack.person("PATCH", &company, role);
    let _ = tenant.follow(BIRCHWOOD, &[MARRIED.1]).await;
    let run = merged(&tenant).await;
    assert_eq!(tenant.stack.default_of(BIRCHWOOD), Some(MARRIED.0));
    let owner = portal(&tenant).0;

    let (back, _) = taken_back(&tenant, run).await;
    assert_eq!(tenant.stack.default_of(BIRCHWOOD), Some(back));
    assert_ne!(portal(&tenant).0, owner);
    is_settled(&tenant, &[MARRIED.0, back]).await;
}
