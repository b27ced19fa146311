//! The comparison of the three systems: what it costs, that it writes nothing, and that it agrees with the visits.

use std::collections::BTreeSet;

use journal::{Query, Store as _};
use model::mirror::{Link, System};
use model::{CompanyId, ContactId, Entry};
use policy::mirror::drift::{Difference, Fate, Field};
use reconcile::{Drift, Roster};
use sandbox::seed::{HARBOR_LINE, RENEE_OKAFOR, growcrm_contact, itglue_contact};
use sandbox::{Fault, Sandbox, Vendor};

use crate::stack::mirrored::Mirrored;
use crate::stack::within_patience;

const COMPANY: CompanyId = CompanyId::new(HARBOR_LINE);

/// The company in all three systems.
async fn compared(tenant: &Mirrored) -> [Drift; 2] {
    let roster = roster(tenant).await;
    let itglue = tenant.to_itglue().drift(&roster).await.unwrap();
    let growcrm = tenant.to_growcrm().drift(&roster).await.unwrap();
    [itglue, growcrm]
}

async fn roster(tenant: &Mirrored) -> Roster {
    let roster = Roster::read(&tenant.stack.reader(), COMPANY).await;
    roster.unwrap().unwrap()
}

/// Everybody of the company is mirrored.
async fn in_line() -> Mirrored {
    let tenant = Mirrored::example().await;
    let everybody = roster(&tenant).await.contacts;
    let everybody: Vec<u32> = everybody.into_keys().map(ContactId::get).collect();
    let _ = tenant.follow(HARBOR_LINE, &everybody).await;
    tenant
}

/// All that the journal knows of the company.
async fn known(tenant: &Mirrored) -> (Vec<Link>, Vec<Entry>) {
    let journal = &tenant.stack.journal;
    let mut links = Vec::new();
    for system in System::ALL {
        links.extend(journal.links(COMPANY, system, None).await.unwrap());
    }
    let query = Query::of_company(COMPANY);
    (links, journal.entries(&query).await.unwrap())
}

fn requests<V: Vendor>(server: &Sandbox<V>, mark: u64) -> Vec<String> {
    let requests = server.requests().since(mark).into_iter();
    let requests = requests.map(|request| format!("{} {}", request.method, request.path));
    requests.collect()
}

/// What is not as the rules want it.
fn open(drift: &Drift) -> Vec<(Option<u32>, Field, Fate)> {
    let of = |d: &Difference| (d.contact.map(ContactId::get), d.field, d.fate);
    let open = drift.differences.iter().filter(|d| !d.fate.is_settled());
    open.map(of).collect()
}

#[tokio::test]
async fn a_company_that_is_in_line_costs_a_list_in_each_mirror_and_has_nothing_open() {
    let tenant = in_line().await;
    let marks = (
        tenant.itglue.requests().mark(),
        tenant.growcrm.requests().mark(),
    );
    let before = known(&tenant).await;
    let drifts = compared(&tenant).await;
    for drift in &drifts {
        assert!(drift.place.is_some());
        assert_eq!(open(drift), []);
    }
    assert_eq!(requests(&tenant.itglue, marks.0), ["GET /contacts"]);
    assert_eq!(requests(&tenant.growcrm, marks.1), ["GET /api/contacts"]);
    assert_eq!(known(&tenant).await, before);
}

#[tokio::test]
async fn a_company_that_was_never_mirrored_is_compared_by_lists_too() {
    let tenant = Mirrored::example().await;
    let contacts = roster(&tenant).await.contacts.len();
    let marks = (
        tenant.itglue.requests().mark(),
        tenant.growcrm.requests().mark(),
    );
    let _ = compared(&tenant).await;
    let itglue = requests(&tenant.itglue, marks.0);
    assert!(itglue.len() <= 3 && contacts > 3, "{itglue:?}");
    let growcrm = requests(&tenant.growcrm, marks.1);
    assert!(growcrm.len() <= 3, "{growcrm:?}");
}

#[tokio::test]
async fn what_a_person_changed_in_the_mirrors_is_explained_and_a_visit_brings_it_in_line() {
    let tenant = in_line().await;
    let itglue_id = itglue_contact(RENEE_OKAFOR);
    let growcrm_id = growcrm_contact(RENEE_OKAFOR);
    {
        let account = tenant.itglue.world();
        let mut account = account.lock();
        let record = account.contacts.get_mut(&itglue_id).unwrap();
        record.title = Some("Boss of Bosses".to_owned());
        let crm = tenant.growcrm.world();
        let mut crm = crm.lock();
        let user = crm.users.get_mut(&growcrm_id).unwrap();
        user.phone = None;
    }
    let [itglue, growcrm] = compared(&tenant).await;
    let renee = Some(RENEE_OKAFOR);
    assert_eq!(open(&itglue), [(renee, Field::Title, Fate::Written)]);
    assert_eq!(open(&growcrm), [(renee, Field::Phone, Fate::Written)]);
    assert_eq!(
        itglue.fixable(),
        BTreeSet::from([ContactId::new(RENEE_OKAFOR)])
    );

    let to_itglue = tenant.to_itglue();
    let whom = itglue.fixable();
    let fixed = tenant.at(&tenant.itglue, &to_itglue, HARBOR_LINE, &whom);
    assert_eq!(within_patience(fixed).await.unwrap().writes.len(), 1);
    let to_growcrm = tenant.to_growcrm();
    let whom = growcrm.fixable();
    let fixed = tenant.at(&tenant.growcrm, &to_growcrm, HARBOR_LINE, &whom);
    assert_eq!(within_patience(fixed).await.unwrap().writes.len(), 1);
    for drift in compared(&tenant).await {
        assert_eq!(open(&drift), []);
    }
}

#[tokio::test]
async fn a_mirror_that_cannot_be_reached_keeps_nobody_from_comparing_the_other() {
    let tenant = in_line().await;
    tenant
        .itglue
        .world()
        .lock()
        .faults
        .push(Fault::bad_gateway().forever());
    let roster = roster(&tenant).await;
    let failed = within_patience(tenant.to_itglue().drift(&roster)).await;
    assert!(failed.is_err());
    let growcrm = tenant.to_growcrm().drift(&roster).await.unwrap();
    assert_eq!(open(&growcrm), []);
}
