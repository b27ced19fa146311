//! Grow CRM: reading the example account, and each write with everything that can happen to it, whichever way an
//! update treats what it leaves out.

mod lost;

use growcrm::{Config, ErrorKind, Reader, Settings, WelcomeMail, Writer};
use model::Private;
use model::growcrm::{ClientId, Contact, ContactId, Fields, Status};
use sandbox::Sandbox;
use sandbox::growcrm::{Account, Profile};
use sandbox::seed::{
    self, BLUE_SPRUCE, GROWCRM_ADDRESS_OF_STAFF, GROWCRM_SWAPPED, HALCYON, HARBOR_LINE,
    ILYA_BRANDT, KESTREL, PORTAL_FINE, RENEE_OKAFOR, growcrm_client, growcrm_contact,
};

use super::{cost, http};

const PROFILES: [Profile; 2] = [Profile::Strict, Profile::Lenient];

/// No record has that id.
const NOBODY: ContactId = ContactId::new(7);

async fn start(account: Account) -> (Sandbox<Account>, Writer) {
    let server = Sandbox::start(account).await.unwrap();
    let writer = Writer::new(reader(&server));
    (server, writer)
}

/// The example account, whose updates treat what they leave out in that way.
fn example(profile: Profile) -> Account {
    let mut account = seed::growcrm();
    account.switches.profile = profile;
    account
}

fn reader(server: &Sandbox<Account>) -> Reader {
    reader_at(server, "")
}

/// A reader that goes to a path of the server, where there may be nothing.
fn reader_at(server: &Sandbox<Account>, path: &str) -> Reader {
    let settings = Settings {
        base_url: format!("{}{path}", server.base_url()),
        api_key: server.world().lock().api_key.clone().into(),
    };
    Reader::new(Config::new(&settings).unwrap(), http())
}

fn client(company: u32) -> ClientId {
    ClientId::new(growcrm_client(company))
}

fn contact(id: u32) -> ContactId {
    ContactId::new(growcrm_contact(id))
}

fn newcomer() -> Fields {
    Fields {
        first_name: "Priya".into(),
        last_name: "Raman".into(),
        email: "priya@dental.example".into(),
        phone: Some("+1 312 555 0142 x7".into()),
        position: None,
    }
}

/// What to write of a contact of the example that is to have another position, and nothing else.
fn promoted(id: u32) -> Fields {
    let user = seed::growcrm().users[&growcrm_contact(id)].clone();
    Fields {
        first_name: user.first_name.into(),
        last_name: user.last_name.into(),
        email: user.email.unwrap().into(),
        phone: user.phone.map(Private::from),
        position: Some("Director".into()),
    }
}

/// Whether a contact was read as the account holds it.
#[track_caller]
fn check(account: &Account, read: &Contact) {
    let stored = &account.users[&read.id.get()];
    let text = |text: Option<&Private>| text.map(|text| text.reveal().to_owned());
    assert_eq!(Some(read.client.get()), stored.client);
    assert!(read.first_name.reveal() == stored.first_name, "{}", read.id);
    assert!(read.last_name.reveal() == stored.last_name, "{}", read.id);
    assert!(text(read.email.as_ref()) == stored.email, "{}", read.id);
    assert!(text(read.phone.as_ref()) == stored.phone, "{}", read.id);
    assert!(
        text(read.position.as_ref()) == stored.position,
        "{}",
        read.id
    );
    let owner = account.clients[&read.client.get()].owner;
    assert_eq!(read.account_owner, owner == Some(read.id.get()));
    assert_eq!(read.updated_at, Some(stored.updated));
    assert_eq!(
        text(read.social.get("linkedin")),
        stored.social.linkedin,
        "{}",
        read.id
    );
}

#[tokio::test]
async fn an_empty_account_is_read_as_empty() {
    let (server, _) = start(Account::empty()).await;
    let reader = reader(&server);
    reader.check().await.unwrap();
    assert!(reader.clients().await.unwrap().is_empty());
    assert_eq!(reader.client(ClientId::new(1)).await.unwrap(), None);
    let found = reader.contact_by_email("priya@dental.example").await;
    assert_eq!(found.unwrap(), None);
}

#[tokio::test]
async fn the_whole_account_is_read_as_it_is() {
    let (server, _) = start(seed::growcrm()).await;
    let (reader, account) = (reader(&server), server.world().snapshot());
    let clients = reader.clients().await.unwrap();
    let ids: Vec<u64> = clients.iter().map(|client| client.id.get()).collect();
    assert!(ids.iter().eq(account.clients.keys()));
    for found in &clients {
        let stored = &account.clients[&found.id.get()];
        assert!(found.company_name.reveal() == stored.company_name);
        assert_eq!(found.owner.map(ContactId::get), stored.owner);
        assert_eq!(found.tags, stored.tags);
        let is_suspended = found.id == client(HALCYON);
        assert_eq!(found.status == Status::Suspended, is_suspended);

        let (contacts, requests) = cost(&server, reader.contacts_of(found.id)).await;
        assert_eq!(requests, ["GET /api/contacts"]);
        let contacts = contacts.unwrap();
        let ids: Vec<u64> = contacts.iter().map(|contact| contact.id.get()).collect();
        assert_eq!(ids, account.contacts_of(found.id.get()));
        for contact in &contacts {
            check(&account, contact);
        }
    }
}

#[tokio::test]
async fn one_contact_is_read_in_one_request() {
    let (server, _) = start(seed::growcrm()).await;
    let account = server.world().snapshot();
    for id in [RENEE_OKAFOR, ILYA_BRANDT, PORTAL_FINE] {
        let id = contact(id);
        let (found, requests) = cost(&server, reader(&server).contact(id)).await;
        check(&account, &found.unwrap().unwrap());
        assert_eq!(requests, [format!("GET /api/contacts/{id}")]);
    }
}

#[tokio::test]
async fn clients_are_found_by_their_labels_and_contacts_by_their_address() {
    let (server, _) = start(seed::growcrm()).await;
    let reader = reader(&server);
    let labeled = reader.clients_by_tag("cw-company-812").await.unwrap();
    assert_eq!(labeled[0].id, client(HARBOR_LINE));
    let kestrel = reader.clients_by_tag("cw-company-821").await.unwrap();
    assert!(kestrel.is_empty());
    let found = reader.contact_by_email("Renee.Okafor@HarborLine.example");
    assert_eq!(found.await.unwrap().unwrap().id, contact(RENEE_OKAFOR));
    let staff = reader.contact_by_email("jharper@northwind.example").await;
    assert_eq!(staff.unwrap(), None);
}

#[tokio::test]
async fn a_contact_is_created_changed_made_owner_and_deleted_in_one_request_each() {
    for profile in PROFILES {
        let (server, writer) = start(example(profile)).await;
        let harbor = client(HARBOR_LINE);
        let fields = newcomer();
        let create = writer.create(harbor, &fields, WelcomeMail::Withhold);
        let (created, requests) = cost(&server, create).await;
        assert_eq!(requests, ["POST /api/contacts"]);
        let created = created.unwrap();
        assert!(created.is_as_asked(), "{:?}", created.differences);
        check(&server.world().snapshot(), &created.record);
        let id = created.record.id;

        let fields = Fields {
            last_name: "Raman-Cole".into(),
            phone: None,
            position: Some("Director".into()),
            ..newcomer()
        };
        let (changed, requests) = cost(&server, writer.update(id, &fields)).await;
        assert_eq!(requests, [format!("PATCH /api/contacts/{id}")]);
        let changed = changed.unwrap();
        assert!(changed.is_as_asked(), "{:?}", changed.differences);
        assert_eq!(changed.record.phone, None);
        check(&server.world().snapshot(), &changed.record);

        let (owner, requests) = cost(&server, writer.make_owner(id)).await;
        assert_eq!(requests, [format!("PUT /api/contacts/{id}/account-owner")]);
        assert!(owner.unwrap().is_as_asked());
        let former = reader(&server).contact(contact(RENEE_OKAFOR)).await;
        assert!(!former.unwrap().unwrap().account_owner);

        let (deleted, requests) = cost(&server, writer.delete(id)).await;
        deleted.unwrap();
        assert_eq!(requests, [format!("DELETE /api/contacts/{id}")]);
        assert_eq!(reader(&server).contact(id).await.unwrap(), None);
        writer.delete(id).await.unwrap();
        assert!(server.world().snapshot().outbox.is_empty());
    }
}

#[tokio::test]
async fn what_is_not_changed_is_kept_by_writing_it_again() {
    for profile in PROFILES {
        let (server, writer) = start(example(profile)).await;
        let before = reader(&server).contact(contact(PORTAL_FINE)).await;
        let before = before.unwrap().unwrap();
        let fields = Fields {
            position: Some("Director".into()),
            ..before.fields().unwrap()
        };
        let changed = writer.update(before.id, &fields).await.unwrap();
        assert!(changed.is_as_asked());
        assert_eq!(changed.record.phone, before.phone);
        let lost = before.lost_handles(&changed.record);
        let expected: &[&str] = match profile {
            Profile::Strict => &["linkedin"],
            Profile::Lenient => &[],
        };
        assert_eq!(lost, expected);
    }
}

#[tokio::test]
async fn a_client_is_created_with_its_owner_and_labeled() {
    for short in [false, true] {
        let mut account = seed::growcrm();
        account.switches.short_client_answers = short;
        let (server, writer) = start(account).await;
        let tags = ["cw-company-840".to_owned()];
        let owner = newcomer();
        let create = writer.create_client("Orchard", &owner, &tags, WelcomeMail::Withhold);
        let (created, requests) = cost(&server, create).await;
        let created = created.unwrap();
        assert!(created.is_as_asked(), "{:?}", created.differences);
        let id = created.record.id;
        let mut expected = vec!["POST /api/clients".to_owned()];
        if short {
            expected.push(format!("GET /api/clients/{id}"));
        }
        assert_eq!(requests, expected);

        let mut tags = created.record.tags;
        tags.push("gold".to_owned());
        let (labeled, requests) = cost(&server, writer.set_tags(id, &tags)).await;
        assert_eq!(requests, [format!("PUT /api/clients/{id}/tags")]);
        assert!(labeled.unwrap().is_as_asked());
        let stored = server.world().snapshot().clients[&id.get()].clone();
        assert_eq!(stored.tags, ["cw-company-840", "gold"]);
        assert!(server.world().snapshot().outbox.is_empty());
    }
}

#[tokio::test]
async fn a_welcome_is_sent_only_when_asked_for() {
    let (server, writer) = start(seed::growcrm()).await;
    let created = writer
        .create(client(HARBOR_LINE), &newcomer(), WelcomeMail::Send)
        .await
        .unwrap();
    let outbox = server.world().snapshot().outbox;
    assert_eq!(outbox.len(), 1);
    assert_eq!(outbox[0].user, created.record.id.get());
}

#[tokio::test]
async fn who_is_not_there_is_told_from_a_wrong_address() {
    let (server, writer) = start(seed::growcrm()).await;
    let (found, requests) = cost(&server, reader(&server).contact(NOBODY)).await;
    assert_eq!(found.unwrap(), None);
    assert_eq!(requests, ["GET /api/contacts/7", "GET /api/clients"]);
    let gone = writer.update(NOBODY, &newcomer()).await;
    assert!(gone.unwrap_err().is_not_found());
    let gone = writer.make_owner(NOBODY).await;
    assert!(gone.unwrap_err().is_not_found());
    writer.delete(NOBODY).await.unwrap();

    let reader = reader_at(&server, "/crm");
    let writer = Writer::new(reader.clone());
    let renee = contact(RENEE_OKAFOR);
    let harbor = client(HARBOR_LINE);
    let (fields, mail) = (newcomer(), WelcomeMail::Withhold);
    for error in [
        reader.check().await.unwrap_err(),
        reader.contact(renee).await.unwrap_err(),
        reader.contacts_of(harbor).await.unwrap_err(),
        writer.update(renee, &fields).await.unwrap_err(),
        writer.create(harbor, &fields, mail).await.unwrap_err(),
        writer.delete(renee).await.unwrap_err(),
        writer.make_owner(renee).await.unwrap_err(),
        writer.set_tags(harbor, &[]).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "EndpointMissing", "{error}");
        assert!(!error.may_have_been_applied());
    }
    assert!(server.world().snapshot() == seed::growcrm());
}

#[tokio::test]
async fn whoever_has_an_address_is_named_and_nobody_is_created() {
    let (server, writer) = start(seed::growcrm()).await;
    let of_staff = seed::growcrm();
    let of_staff = of_staff
        .users
        .values()
        .find(|user| user.first_name == "Ingrid");
    let of_staff = of_staff.unwrap().email.clone().unwrap();
    assert!(server.world().lock().user_by_email(&of_staff).is_some());
    let kestrel = client(KESTREL);
    for (address, holder) in [
        (
            "RENEE.okafor@harborline.example",
            Some(contact(RENEE_OKAFOR)),
        ),
        (&*of_staff, None),
    ] {
        let fields = Fields {
            email: address.into(),
            ..newcomer()
        };
        let taken = ErrorKind::EmailTaken { holder };
        let create = writer.create(kestrel, &fields, WelcomeMail::Withhold);
        let (created, requests) = cost(&server, create).await;
        let error = created.unwrap_err();
        assert_eq!(*error.kind(), taken);
        assert!(!error.is_transient() && !error.may_have_been_applied());
        assert_eq!(requests, ["POST /api/contacts", "GET /api/contacts"]);
        let updated = writer.update(contact(82101), &fields).await;
        assert_eq!(*updated.unwrap_err().kind(), taken);
    }
    assert!(server.world().snapshot() == seed::growcrm());
    let known = server
        .world()
        .lock()
        .users
        .contains_key(&growcrm_contact(GROWCRM_ADDRESS_OF_STAFF));
    assert!(!known);
}

#[tokio::test]
async fn two_addresses_are_swapped_by_way_of_a_third() {
    for profile in PROFILES {
        let (server, writer) = start(example(profile)).await;
        let (one, other) = (promoted(GROWCRM_SWAPPED.0), promoted(GROWCRM_SWAPPED.1));
        let with = |fields: &Fields, email: &Private| Fields {
            email: email.clone(),
            ..fields.clone()
        };
        let ids = [GROWCRM_SWAPPED.0, GROWCRM_SWAPPED.1].map(contact);
        let refused = writer.update(ids[0], &with(&one, &other.email)).await;
        let holder = Some(ids[1]);
        assert_eq!(
            *refused.unwrap_err().kind(),
            ErrorKind::EmailTaken { holder }
        );
        let aside = with(&other, &"aside@copperfield.example".into());
        for (id, fields) in [
            (ids[1], &aside),
            (ids[0], &with(&one, &other.email)),
            (ids[1], &with(&other, &one.email)),
        ] {
            assert!(writer.update(id, fields).await.unwrap().is_as_asked());
        }
        let account = server.world().snapshot();
        assert!(account.users[&ids[0].get()].email.as_deref() == Some(other.email.reveal()));
    }
}

#[tokio::test]
async fn an_unknown_client_gets_nobody() {
    let (_server, writer) = start(seed::growcrm()).await;
    let nowhere = ClientId::new(7);
    let created = writer
        .create(nowhere, &newcomer(), WelcomeMail::Withhold)
        .await;
    let fields = vec!["clientid".to_owned()];
    assert_eq!(
        *created.unwrap_err().kind(),
        ErrorKind::Validation { fields }
    );
}

#[tokio::test]
async fn the_deleted_address_is_free_again() {
    let (server, writer) = start(seed::growcrm()).await;
    let fields = promoted(ILYA_BRANDT);
    writer.delete(contact(ILYA_BRANDT)).await.unwrap();
    let created = writer
        .create(client(BLUE_SPRUCE), &fields, WelcomeMail::Withhold)
        .await
        .unwrap();
    assert!(created.is_as_asked());
    assert_ne!(created.record.id, contact(ILYA_BRANDT));
    let found = reader(&server)
        .contact_by_email(fields.email.reveal())
        .await;
    assert_eq!(found.unwrap(), Some(created.record));
}
