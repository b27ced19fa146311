//! IT Glue: reading the example account, and each write with everything that can happen to it.

mod lost;

use itglue::{Config, ErrorKind, Reader, Settings, Writer};
use model::itglue::{
    Attached, Change, Contact, ContactId, Draft, Edit, Email, Link, OrganizationId, Phone,
    PhoneKind,
};
use model::{CompanyId, Private};
use sandbox::Sandbox;
use sandbox::itglue::{Account, LabelType};
use sandbox::seed::{
    self, HARBOR_LINE, ILYA_BRANDT, JOHN_SMITH_DUPLICATE, KESTREL, ORCHARD, RENEE_OKAFOR,
    RIVERBEND, itglue_contact, itglue_location, itglue_organization,
};

use super::{cost, http};

/// No record has that id.
const NOBODY: ContactId = ContactId::new(7);

async fn start(account: Account) -> (Sandbox<Account>, Writer) {
    let server = Sandbox::start(account).await.unwrap();
    let writer = writer_at(&server, "");
    (server, writer)
}

/// A writer that goes to a path of the server, where there may be nothing.
fn writer_at(server: &Sandbox<Account>, path: &str) -> Writer {
    Writer::new(reader_at(server, path))
}

fn reader(server: &Sandbox<Account>) -> Reader {
    reader_at(server, "")
}

fn reader_at(server: &Sandbox<Account>, path: &str) -> Reader {
    let settings = Settings {
        region: format!("{}{path}", server.base_url()),
        api_key: server.world().lock().api_key.clone().into(),
    };
    Reader::new(Config::new(&settings).unwrap(), http())
}

fn organization(company: u32) -> OrganizationId {
    OrganizationId::new(itglue_organization(company))
}

fn contact(id: u32) -> ContactId {
    ContactId::new(itglue_contact(id))
}

fn work(address: &str) -> Email {
    Email {
        value: address.into(),
        label: "Work".to_owned(),
        primary: true,
    }
}

fn title(title: &str) -> Change {
    Change {
        title: Edit::Set(title.into()),
        ..Change::default()
    }
}

/// Somebody new, spelled in a way that IT Glue doesn't keep.
fn newcomer() -> Draft {
    Draft {
        first_name: "Priya".into(),
        last_name: "Raman".into(),
        title: Some("Practice Manager".into()),
        important: Some(false),
        notes: Some("<p>Hi<!-- 4711 --></p>".into()),
        emails: vec![work("priya@dental.example")],
        phones: vec![
            Phone {
                value: "+1 312-555-0142".into(),
                extension: Some("x204".into()),
                label: "Work".to_owned(),
                primary: true,
                kind: PhoneKind::Phone,
            },
            Phone {
                value: "312-555-0143".into(),
                extension: None,
                label: String::new(),
                primary: false,
                kind: PhoneKind::Fax,
            },
        ],
        ..Draft::default()
    }
}

/// Whether the account holds what the example does: it counts requests beside.
fn is_untouched(server: &Sandbox<Account>) -> bool {
    let mut account = server.world().snapshot();
    account.rate_limit = seed::itglue().rate_limit;
    account == seed::itglue()
}

/// Whether a contact was read as the account holds it.
#[track_caller]
fn check(account: &Account, read: &Contact) {
    let stored = &account.contacts[&read.id.get()];
    let text = |text: Option<&Private>| text.map(|text| text.reveal().to_owned());
    let name = |name: &Private| Some(name.reveal().to_owned()).filter(|name| !name.is_empty());
    assert!(name(&read.first_name) == stored.first_name, "{}", read.id);
    assert!(name(&read.last_name) == stored.last_name, "{}", read.id);
    assert!(text(read.title.as_ref()) == stored.title, "{}", read.id);
    assert!(text(read.notes.as_ref()) == stored.notes, "{}", read.id);
    assert_eq!(read.organization.get(), stored.organization);
    assert_eq!(read.contact_type.map(|id| id.get()), stored.contact_type);
    assert_eq!(read.location.map(|id| id.get()), stored.location);
    assert_eq!(read.important, stored.important);
    assert_eq!(read.updated_at, Some(stored.updated_at));
    let emails = read.emails.iter().map(|email| sandbox::itglue::Email {
        value: email.value.reveal().to_owned(),
        label_name: email.label.clone(),
        primary: email.primary,
    });
    assert!(emails.eq(stored.emails.iter().cloned()), "{}", read.id);
    let phones = read.phones.iter().map(|phone| sandbox::itglue::Phone {
        value: phone.value.reveal().to_owned(),
        extension: text(phone.extension.as_ref()),
        label_name: phone.label.clone(),
        label_type: match phone.kind {
            PhoneKind::Fax => LabelType::Fax,
            _ => LabelType::Phone,
        },
        primary: phone.primary,
    });
    assert!(phones.eq(stored.phones.iter().cloned()), "{}", read.id);
    let link = match &stored.psa_link {
        None => Link::None,
        Some(link) if link.orphaned => Link::Orphaned,
        Some(link) if link.sync => Link::Synced,
        Some(_) => Link::Disabled,
    };
    assert_eq!(read.link, link, "{}", read.id);
}

#[tokio::test]
async fn an_empty_account_is_read_as_empty() {
    let (server, _) = start(Account::empty()).await;
    let reader = reader(&server);
    assert!(reader.organizations().await.unwrap().is_empty());
    assert!(reader.contact_types().await.unwrap().is_empty());
    let nowhere = OrganizationId::new(1);
    assert!(reader.contacts_of(nowhere).await.unwrap().is_empty());
    assert_eq!(reader.organization(nowhere).await.unwrap(), None);
}

#[tokio::test]
async fn the_whole_account_is_read_as_it_is() {
    let (server, _) = start(seed::itglue()).await;
    let (reader, account) = (reader(&server), server.world().snapshot());
    let organizations = reader.organizations().await.unwrap();
    let ids: Vec<u64> = organizations.iter().map(|found| found.id.get()).collect();
    assert!(ids.iter().eq(account.organizations.keys()));
    let mut seen = 0;
    for found in organizations {
        let (contacts, requests) = cost(&server, reader.contacts_of(found.id)).await;
        assert_eq!(requests, ["GET /contacts"]);
        let contacts = contacts.unwrap();
        let ids: Vec<u64> = contacts.iter().map(|contact| contact.id.get()).collect();
        assert_eq!(ids, account.contacts_of(found.id.get()));
        for contact in contacts {
            check(&account, &contact);
            seen += 1;
        }
    }
    assert_eq!(seen, account.contacts.len());
    let types = reader.contact_types().await.unwrap();
    assert_eq!(types.len(), account.contact_types.len());
}

#[tokio::test]
async fn one_contact_is_read_in_one_request() {
    let (server, _) = start(seed::itglue()).await;
    let account = server.world().snapshot();
    for id in [RENEE_OKAFOR, ILYA_BRANDT, 82101, 82103, 82005] {
        let id = contact(id);
        let (found, requests) = cost(&server, reader(&server).contact(id)).await;
        check(&account, &found.unwrap().unwrap());
        assert_eq!(requests, [format!("GET /contacts/{id}")]);
    }
}

#[tokio::test]
async fn the_organization_of_a_company_is_found_by_whatever_is_known_of_it() {
    let (server, _) = start(seed::itglue()).await;
    let reader = reader(&server);
    let harbor = reader
        .organizations_by_psa(CompanyId::new(HARBOR_LINE))
        .await;
    let harbor = harbor.unwrap();
    assert_eq!(harbor[0].id, organization(HARBOR_LINE));
    assert_eq!(harbor[0].remote_ids, ["812"]);
    assert!(harbor[0].psa_linked);
    let by_name = reader.organizations_by_name("Harbor Line Freight").await;
    assert_eq!(by_name.unwrap(), harbor);
    let by_short_name = reader.organizations_by_short_name("HarborLine").await;
    assert_eq!(by_short_name.unwrap(), harbor);
    let by_id = reader.organization(organization(HARBOR_LINE)).await;
    assert_eq!(by_id.unwrap().as_ref(), harbor.first());
    let orchard = reader.organizations_by_psa(CompanyId::new(ORCHARD)).await;
    assert!(orchard.unwrap().is_empty());
    let locations = reader.locations(organization(HARBOR_LINE)).await.unwrap();
    assert_eq!(locations[0].id.get(), itglue_location(HARBOR_LINE));
}

#[tokio::test]
async fn two_organizations_of_one_name_are_both_told() {
    let (server, _) = start(seed::itglue()).await;
    let account = server.world().snapshot();
    let name = &account.organizations[&itglue_organization(RIVERBEND)].name;
    let found = reader(&server).organizations_by_name(name).await;
    assert_eq!(found.unwrap().len(), 2);
}

#[tokio::test]
async fn contacts_are_found_by_address_and_by_the_native_sync() {
    let (server, _) = start(seed::itglue()).await;
    let reader = reader(&server);
    let address = "Renee.Okafor@HarborLine.example".parse().unwrap();
    let found = reader.contacts_by_email(organization(HARBOR_LINE), &address);
    let (found, requests) = cost(&server, found).await;
    assert_eq!(found.unwrap()[0].id, contact(RENEE_OKAFOR));
    assert_eq!(requests.len(), 1);
    let elsewhere = reader.contacts_by_email(organization(KESTREL), &address);
    assert!(elsewhere.await.unwrap().is_empty());
    let tied = reader.contacts_by_psa(model::ContactId::new(82101)).await;
    let tied = tied.unwrap();
    assert_eq!(tied[0].id, contact(82101));
    assert_eq!(tied[0].remote_ids, ["82101"]);
    let untied = reader.contacts_by_psa(model::ContactId::new(RENEE_OKAFOR));
    assert!(untied.await.unwrap().is_empty());
}

#[tokio::test]
async fn what_hangs_on_a_contact_is_counted() {
    let (server, _) = start(seed::itglue()).await;
    let reader = reader(&server);
    let counts = |passwords, attachments, related_items| Attached {
        passwords: Some(passwords),
        attachments: Some(attachments),
        related_items: Some(related_items),
    };
    for (id, expected) in [
        (RENEE_OKAFOR, counts(2, 1, 3)),
        (JOHN_SMITH_DUPLICATE, counts(1, 0, 0)),
        (ILYA_BRANDT, counts(0, 0, 0)),
    ] {
        let (attached, requests) = cost(&server, reader.attached(contact(id))).await;
        assert_eq!(attached.unwrap(), Some(expected));
        assert_eq!(requests.len(), 1);
    }
    assert_eq!(reader.attached(NOBODY).await.unwrap(), None);
}

#[tokio::test]
async fn a_contact_is_created_changed_moved_and_deleted_in_one_request_each() {
    let (server, writer) = start(seed::itglue()).await;
    let reader = reader(&server);
    let (harbor, kestrel) = (organization(HARBOR_LINE), organization(KESTREL));
    let (created, requests) = cost(&server, writer.create(harbor, &newcomer())).await;
    assert_eq!(requests, ["POST /contacts"]);
    let created = created.unwrap();
    assert!(created.is_as_asked(), "{:?}", created.differences);
    let created = created.record;
    check(&server.world().snapshot(), &created);
    let read = reader.contact(created.id).await.unwrap();
    assert_eq!(read.as_ref(), Some(&created));

    let change = Change {
        organization: Some(kestrel),
        title: Edit::Clear,
        emails: Some(vec![work("p.raman@dental.example")]),
        ..Change::default()
    };
    let (changed, requests) = cost(&server, writer.update(created.id, &change)).await;
    assert_eq!(requests, [format!("PATCH /contacts/{}", created.id)]);
    let changed = changed.unwrap();
    assert!(changed.is_as_asked(), "{:?}", changed.differences);
    check(&server.world().snapshot(), &changed.record);
    let expected = Contact {
        resource_url: changed.record.resource_url.clone(),
        updated_at: changed.record.updated_at,
        ..change.applied_to(&created)
    };
    assert_eq!(changed.record, expected);

    let (deleted, requests) = cost(&server, writer.delete(created.id)).await;
    deleted.unwrap();
    assert_eq!(requests, ["DELETE /contacts"]);
    assert_eq!(reader.contact(created.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_contact_that_cannot_be_moved_is_told_to_be_where_it_was() {
    let mut account = seed::itglue();
    account.switches.moves_contacts = false;
    let (_server, writer) = start(account).await;
    let change = Change {
        organization: Some(organization(KESTREL)),
        ..title("Engineer")
    };
    let changed = writer.update(contact(RENEE_OKAFOR), &change).await.unwrap();
    assert_eq!(changed.differences, ["organization-id"]);
    assert_eq!(changed.record.organization, organization(HARBOR_LINE));
    assert_eq!(changed.record.title, Some("Engineer".into()));
}

#[tokio::test]
async fn one_number_under_two_labels_is_stored_as_asked() {
    let (_server, writer) = start(seed::itglue()).await;
    let number = |label: &str, primary| Phone {
        value: "312-555-0142".into(),
        extension: None,
        label: label.to_owned(),
        primary,
        kind: PhoneKind::Phone,
    };
    let change = Change {
        phones: Some(vec![number("Cell", false), number("Work", true)]),
        ..Change::default()
    };
    let changed = writer.update(contact(RENEE_OKAFOR), &change).await.unwrap();
    assert!(changed.is_as_asked(), "{:?}", changed.differences);
}

#[tokio::test]
async fn who_is_not_there_is_told_from_a_wrong_address() {
    let (server, writer) = start(seed::itglue()).await;
    let (found, requests) = cost(&server, reader(&server).contact(NOBODY)).await;
    assert_eq!(found.unwrap(), None);
    assert_eq!(requests, ["GET /contacts/7"]);
    let gone = writer.update(NOBODY, &title("Engineer")).await;
    assert!(gone.unwrap_err().is_not_found());
    writer.delete(NOBODY).await.unwrap();

    let (reader, writer) = (reader_at(&server, "/it"), writer_at(&server, "/it"));
    let renee = contact(RENEE_OKAFOR);
    let harbor = organization(HARBOR_LINE);
    for error in [
        reader.contact(renee).await.unwrap_err(),
        reader.contacts_of(harbor).await.unwrap_err(),
        reader.attached(renee).await.unwrap_err(),
        writer.update(renee, &title("Engineer")).await.unwrap_err(),
        writer.create(harbor, &newcomer()).await.unwrap_err(),
        writer.delete(renee).await.unwrap_err(),
        writer.create_contact_type("Inactive").await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "EndpointMissing", "{error}");
        assert!(!error.may_have_been_applied());
    }
    assert!(is_untouched(&server));
}

#[tokio::test]
async fn a_key_that_is_not_accepted_writes_nothing() {
    let (server, writer) = start(seed::itglue()).await;
    server.world().lock().api_key = "ITG.ANOTHER".to_owned();
    let error = writer.delete(contact(RENEE_OKAFOR)).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Unauthorized);
    let created = writer.create(organization(HARBOR_LINE), &newcomer()).await;
    assert_eq!(*created.unwrap_err().kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn what_the_native_sync_owns_is_refused_and_stays_as_it_is() {
    let (server, writer) = start(seed::itglue()).await;
    let owned = contact(82101);
    let (refused, requests) = cost(&server, writer.update(owned, &title("Engineer"))).await;
    let refused = refused.unwrap_err();
    let all = ErrorKind::SyncedRecord { emails_only: false };
    assert_eq!(*refused.kind(), all);
    assert!(!refused.is_transient() && !refused.may_have_been_applied());
    assert_eq!(requests.len(), 1);
    assert_eq!(*writer.delete(owned).await.unwrap_err().kind(), all);
    assert!(is_untouched(&server));

    let free = Change {
        notes: Edit::Set("Hi".into()),
        important: Edit::Set(true),
        ..Change::default()
    };
    assert!(writer.update(owned, &free).await.unwrap().is_as_asked());
    let orphan = writer.update(contact(82103), &title("Engineer")).await;
    assert!(orphan.unwrap().is_as_asked());
}

#[tokio::test]
async fn addresses_that_a_directory_owns_are_refused_and_the_rest_is_not() {
    let (_server, writer) = start(seed::itglue()).await;
    let locked = contact(82005);
    let with_emails = Change {
        emails: Some(vec![work("b@bluespruce.example")]),
        ..title("Engineer")
    };
    let refused = writer.update(locked, &with_emails).await.unwrap_err();
    let emails = ErrorKind::SyncedRecord { emails_only: true };
    assert_eq!(*refused.kind(), emails);
    let written = writer.update(locked, &title("Engineer")).await.unwrap();
    assert!(written.is_as_asked());
    assert_eq!(written.record.link, Link::None);
}

#[tokio::test]
async fn large_pages_that_time_out_are_read_in_smaller_ones() {
    let mut account = seed::itglue();
    account.switches.page_that_times_out = Some(100);
    let (server, _) = start(account).await;
    let contacts = reader(&server).contacts_of(organization(HARBOR_LINE)).await;
    let expected = server
        .world()
        .lock()
        .contacts_of(itglue_organization(HARBOR_LINE));
    assert_eq!(contacts.unwrap().len(), expected.len());
}
