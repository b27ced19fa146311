//! Grow CRM as a mirror.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use growcrm::WelcomeMail;
use jiff::{SignedDuration, Timestamp};
use model::growcrm::{Client, ClientId, Contact, Fields};
use model::mirror::{Call, GrowCrmCall, Link, Mirrored, Place, Record, System};
use model::{Action, CompanyId, ContactId, Email, Entry, Finding, FindingKind, Outcome, Past};
use policy::Rules;
use policy::mirror::drift::Difference;
use policy::mirror::growcrm::{self as policy_of, Need, Snapshot};
use policy::mirror::{Given, Line, MapChange, Plan};

use super::vendor::{Learned, Made, Refusal, Shared, Start, Vendor, failure};
use crate::error::Error;

/// The list of all clients is read again after this long.
const CLIENTS_LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// Grow CRM. Without a writer nothing can be written, whatever the rules say.
pub struct GrowCrm {
    reader: growcrm::Reader,
    writer: Option<growcrm::Writer>,
    clients: Mutex<Option<(Timestamp, Vec<Client>)>>,
}

impl GrowCrm {
    /// The CRM that these clients reach.
    #[must_use]
    pub fn new(reader: growcrm::Reader, writer: Option<growcrm::Writer>) -> Self {
        Self {
            reader,
            writer,
            clients: Mutex::default(),
        }
    }

    /// All clients, if they were read some minutes ago. A company without a client would have them read at every
    /// visit otherwise.
    fn known_clients(&self, now: Timestamp) -> Option<Vec<Client>> {
        let known = self.clients.lock();
        let known = known.unwrap_or_else(PoisonError::into_inner).clone();
        let is_new = |at: Timestamp| now.duration_since(at) < CLIENTS_LIFETIME;
        known.and_then(|(at, clients)| is_new(at).then_some(clients))
    }

    async fn read_clients(&self, snapshot: &mut Snapshot, now: Timestamp) -> Result<(), Error> {
        let clients = self.reader.clients().await?;
        self.keep_clients(Some((now, clients.clone())));
        snapshot.clients = Some(clients);
        snapshot.clients_are_new = true;
        Ok(())
    }

    fn keep_clients(&self, clients: Option<(Timestamp, Vec<Client>)>) {
        *self.clients.lock().unwrap_or_else(PoisonError::into_inner) = clients;
    }

    /// What reads it.
    #[must_use]
    pub fn reader(&self) -> &growcrm::Reader {
        &self.reader
    }
}

impl Vendor for GrowCrm {
    const SYSTEM: System = System::GrowCrm;

    type Snapshot = Snapshot;
    type Need = Need;
    type Error = growcrm::Error;

    fn snapshot(start: Start) -> Snapshot {
        let Start {
            company,
            asked,
            links,
            place,
            past,
            taken_at,
        } = start;
        let mut snapshot = Snapshot {
            asked,
            links,
            past,
            ..Snapshot::new(taken_at, company)
        };
        snapshot.place = place.and_then(client);
        snapshot
    }

    fn company(snapshot: &Snapshot) -> CompanyId {
        snapshot.company.id
    }

    fn lines(snapshot: &Snapshot) -> &[Link] {
        &snapshot.links
    }

    fn place(snapshot: &Snapshot) -> Option<Place> {
        snapshot.place.map(Place::GrowCrm)
    }

    fn past(snapshot: &Snapshot) -> &[Past] {
        &snapshot.past
    }

    fn needs(snapshot: &Snapshot, rules: &Rules) -> BTreeSet<Need> {
        policy_of::needs(snapshot, rules)
    }

    fn plan(snapshot: &Snapshot, rules: &Rules) -> Plan {
        policy_of::plan(snapshot, rules)
    }

    fn check(snapshot: &Snapshot, rules: &Rules, plan: &Plan) -> Vec<String> {
        policy_of::check(snapshot, rules, plan)
    }

    fn shared(need: &Need) -> Option<Shared> {
        match need {
            Need::Line(contact) => Some(Shared::Line(*contact)),
            Need::Lines => Some(Shared::Lines),
            Need::Contact(contact) => Some(Shared::Contact(*contact)),
            Need::Company => Some(Shared::Company),
            Need::Former(contact) => Some(Shared::Former(*contact)),
            _ => None,
        }
    }

    fn learn(snapshot: &mut Snapshot, learned: Learned) {
        match learned {
            Learned::Contact(id, Some(contact)) => {
                snapshot.contacts.insert(id, *contact);
            }
            Learned::Contact(id, None) => {
                snapshot.gone.insert(id);
            }
            Learned::Former(id, contact) => {
                snapshot.former.insert(id, contact.map(|contact| *contact));
            }
            // That is of IT Glue alone.
            Learned::Folded(..) => {}
            Learned::Line(contact, line) => {
                let here = snapshot.company.id;
                let ours = line.as_deref().filter(|(company, _)| *company == here);
                let lists = [Some(&mut snapshot.links), snapshot.all_links.as_mut()];
                for links in lists.into_iter().flatten() {
                    links.retain(|link| link.contact != contact);
                    links.extend(ours.map(|(_, link)| link.clone()));
                    links.sort_by_key(|link| link.contact);
                }
                snapshot.lines.insert(contact, line.map(|line| *line));
            }
            Learned::Lines(links) => snapshot.all_links = Some(links),
            Learned::Company(contacts, is_all) => {
                let contacts = contacts.into_iter().map(|contact| (contact.id, contact));
                snapshot.contacts.extend(contacts);
                snapshot.whole = Some(is_all);
            }
            Learned::Place(place) => snapshot.place = place.and_then(client),
        }
    }

    async fn read(
        &self,
        need: &Need,
        snapshot: &mut Snapshot,
        now: Timestamp,
    ) -> Result<(), Error> {
        let reader = &self.reader;
        match need {
            // These are in the PSA and in the journal.
            Need::Line(_) | Need::Lines | Need::Contact(_) | Need::Former(_) | Need::Company => {}
            Need::Clients => match self.known_clients(now) {
                Some(clients) => snapshot.clients = Some(clients),
                None => self.read_clients(snapshot, now).await?,
            },
            Need::ClientsAnew => self.read_clients(snapshot, now).await?,
            Need::Client(id) => {
                let found = reader.client(*id).await?;
                snapshot.client.insert(*id, found);
            }
            Need::Record(id) => {
                let found = reader.contact(*id).await?;
                snapshot.records.insert(*id, found);
            }
            Need::ByEmail(address) => {
                let found = reader.contact_by_email(address.reveal()).await?;
                snapshot.by_email.insert(address.clone(), found);
            }
            Need::Users(client) => {
                let found = reader.contacts_of(*client).await?;
                snapshot.users.insert(*client, found);
            }
            Need::Named(client, id) => {
                let names = snapshot.contacts.get(id).map(|contact| {
                    let (first, last) = (&contact.first_name, &contact.last_name);
                    if last.is_blank() { first } else { last }
                });
                let found = match names {
                    Some(name) => reader.contacts_with(*client, name.reveal()).await?,
                    None => Vec::new(),
                };
                snapshot.named.insert(*id, found);
            }
        }
        Ok(())
    }

    fn drift(snapshot: &Snapshot, rules: &Rules) -> Vec<Difference> {
        policy_of::drift(snapshot, rules)
    }

    fn home(snapshot: &Snapshot, rules: &Rules) -> Option<Place> {
        snapshot.home(rules).map(Place::GrowCrm)
    }

    async fn read_all(&self, place: Place, snapshot: &mut Snapshot) -> Result<(), Error> {
        let Some(client) = client(place) else {
            return Ok(());
        };
        let found = self.reader.contacts_of(client).await?;
        snapshot.users.insert(client, found);
        Ok(())
    }

    fn may_write(&self) -> bool {
        self.writer.is_some()
    }

    fn before(snapshot: &Snapshot, call: &Call) -> Vec<Record> {
        let changed = match call {
            Call::GrowCrm(
                GrowCrmCall::Update { record, .. }
                | GrowCrmCall::Remove { record }
                | GrowCrmCall::MakeOwner {
                    record: Some(record),
                    ..
                },
            ) => snapshot.record(*record).cloned(),
            _ => None,
        };
        changed.map(Record::GrowCrm).into_iter().collect()
    }

    async fn call(
        &self,
        call: &Call,
        created: Option<&Record>,
    ) -> Result<Made, Refusal<growcrm::Error>> {
        let (Some(writer), Call::GrowCrm(call)) = (&self.writer, call) else {
            return Ok(Made::default());
        };
        match call {
            GrowCrmCall::Create {
                client,
                fields,
                send_email,
            } => {
                let welcome = if *send_email {
                    WelcomeMail::Send
                } else {
                    WelcomeMail::Withhold
                };
                stored(writer.create(*client, fields, welcome).await?)
            }
            GrowCrmCall::Update { record, fields } => stored(writer.update(*record, fields).await?),
            GrowCrmCall::Remove { record } => {
                writer.delete(*record).await?;
                Ok(Made::default())
            }
            GrowCrmCall::MakeOwner { record, .. } => {
                let new = created.and_then(|record| match record {
                    Record::GrowCrm(contact) => Some(contact.id),
                    Record::ItGlue(_) => None,
                });
                match record.or(new) {
                    Some(contact) => stored(writer.make_owner(contact).await?),
                    None => Ok(Made::default()),
                }
            }
            GrowCrmCall::CreateClient {
                company_name,
                fields,
                tags,
            } => {
                let name = company_name.reveal();
                let created = writer.create_client(name, fields, tags, WelcomeMail::Withhold);
                let created = created.await?;
                self.keep_clients(None);
                let made = Made {
                    record: owner(&created.record, fields).map(Record::GrowCrm),
                    place: Some(Place::GrowCrm(created.record.id)),
                    ..Made::default()
                };
                Refusal::unless_as_asked(created.differences, made)
            }
            GrowCrmCall::SetTags { client, after, .. } => {
                let _ = writer.set_tags(*client, after).await?;
                Ok(Made::default())
            }
        }
    }

    fn made(snapshot: &mut Snapshot, call: &Call, made: &Made) {
        let Call::GrowCrm(call) = call else {
            return;
        };
        match call {
            GrowCrmCall::Remove { record } => {
                forget(snapshot, *record);
                snapshot.records.insert(*record, None);
            }
            GrowCrmCall::SetTags { client, after, .. } => {
                let listed = snapshot.clients.iter_mut().flatten();
                let single = snapshot.client.values_mut().flatten();
                for known in listed.chain(single).filter(|known| known.id == *client) {
                    known.tags.clone_from(after);
                }
            }
            GrowCrmCall::CreateClient { fields, .. } => {
                // The owner may have been a lead with a phone of its own, so it is read before it is written to.
                if let Ok(address) = fields.email.reveal().parse::<Email>() {
                    snapshot.by_email.remove(&address);
                }
                return;
            }
            GrowCrmCall::Create { .. }
            | GrowCrmCall::Update { .. }
            | GrowCrmCall::MakeOwner { .. } => {}
        }
        let Some(Record::GrowCrm(record)) = &made.record else {
            return;
        };
        forget(snapshot, record.id);
        if record.account_owner {
            let listed = snapshot.clients.iter_mut().flatten();
            let single = snapshot.client.values_mut().flatten();
            for client in listed
                .chain(single)
                .filter(|client| client.id == record.client)
            {
                client.owner = Some(record.id);
            }
            let found = found(snapshot).filter(|other| other.client == record.client);
            found.for_each(|other| other.account_owner = false);
            let others = snapshot.records.values_mut().flatten();
            for other in others.filter(|other| other.client == record.client) {
                other.account_owner = false;
            }
        }
        if let Some(address) = address(record) {
            snapshot.by_email.insert(address, Some(record.clone()));
        }
        snapshot.records.insert(record.id, Some(record.clone()));
    }

    fn refused(snapshot: &mut Snapshot, call: &Call, refusal: &Refusal<growcrm::Error>) -> bool {
        let Call::GrowCrm(call) = call else {
            return false;
        };
        let (GrowCrmCall::Create { fields, .. }
        | GrowCrmCall::Update { fields, .. }
        | GrowCrmCall::CreateClient { fields, .. }) = call
        else {
            return false;
        };
        match refusal {
            Refusal::Error(error) => match (error.kind(), call) {
                (growcrm::ErrorKind::EmailTaken { .. }, _) => {
                    let address: Option<Email> = fields.email.reveal().parse().ok();
                    address.is_some_and(|address| {
                        // Whoever has it may have got it since it was looked for.
                        snapshot.by_email.remove(&address);
                        snapshot.taken.insert(address)
                    })
                }
                (kind, GrowCrmCall::Create { client, .. }) if may_blame_the_client(kind) => {
                    let is_known = snapshot.client.contains_key(client);
                    !is_known && snapshot.doubted.insert(*client)
                }
                _ => false,
            },
            Refusal::Otherwise { made, .. } => {
                Self::made(snapshot, &Call::GrowCrm(call.clone()), made);
                false
            }
        }
    }

    fn noticed(
        snapshot: &Snapshot,
        contact: ContactId,
        call: &Call,
        made: &Made,
        otherwise: &[&'static str],
    ) -> Option<Finding> {
        let Call::GrowCrm(call) = call else {
            return None;
        };
        let (kind, contacts, words) = match (call, made) {
            (
                GrowCrmCall::Update { record, .. },
                Made {
                    record: Some(Record::GrowCrm(after)),
                    ..
                },
            ) => {
                let lost = snapshot.record(*record)?.lost_handles(after);
                let lost = (!lost.is_empty()).then(|| lost.join(" and "))?;
                let words = format!(
                    "Grow CRM dropped what its contact {record} had for {lost} when it was written to for contact \
                     {contact}; a person should enter that again, and the journal has the record as it was"
                );
                (FindingKind::NotMirrored, vec![contact], words)
            }
            // No later plan changes a client.
            (
                GrowCrmCall::CreateClient { tags, .. },
                Made {
                    place: Some(Place::GrowCrm(client)),
                    ..
                },
            ) if !otherwise.is_empty() => {
                let (fields, tags) = (otherwise.join(", "), tags.join(" and "));
                let words = format!(
                    "Grow CRM created client {client}, and not as it was asked to ({fields}); a person should mend it \
                     there, as without the tag {tags} it is not found again should the map get lost"
                );
                (FindingKind::NoMirror, Vec::new(), words)
            }
            _ => return None,
        };
        Some(Finding {
            rule: Self::SYSTEM.rule(),
            kind,
            company: Some(snapshot.company.id),
            contacts,
            words,
            evidence: Vec::new(),
        })
    }

    fn line(change: &MapChange, created: Option<&Record>) -> Option<Link> {
        match &change.line {
            Line::Is(link) => Some(link.clone()),
            Line::IsCreated {
                given: Given::GrowCrm(given),
                digest,
            } => match created {
                Some(Record::GrowCrm(record)) => Some(Link {
                    contact: change.contact,
                    record: Mirrored::GrowCrm {
                        id: record.id,
                        given: Some(given.clone()),
                    },
                    ours: true,
                    digest: digest.clone(),
                }),
                _ => None,
            },
            Line::IsCreated { .. } | Line::Gone => None,
        }
    }

    async fn find_out(&self, entry: &Entry) -> Result<Outcome, Error> {
        let Action::Mirror {
            call: Call::GrowCrm(call),
            ..
        } = &entry.action
        else {
            return Ok(Outcome::Unknown);
        };
        let reader = &self.reader;
        let took_effect = match call {
            GrowCrmCall::Create { client, fields, .. } => {
                let found = reader.contact_by_email(fields.email.reveal()).await?;
                found.is_some_and(|found| found.client == *client && fields.names_same(&found))
            }
            GrowCrmCall::Update { record, fields } => {
                let contact = reader.contact(*record).await?;
                contact.is_some_and(|contact| fields.differences(&contact).is_empty())
            }
            GrowCrmCall::Remove { record } => reader.contact(*record).await?.is_none(),
            GrowCrmCall::MakeOwner {
                record: Some(record),
                ..
            } => {
                let contact = reader.contact(*record).await?;
                contact.is_some_and(|contact| contact.account_owner)
            }
            // Whose owner it was to be is not known by its id; the next plan sees who it is.
            GrowCrmCall::MakeOwner { record: None, .. } => return Ok(Outcome::Unknown),
            GrowCrmCall::CreateClient { tags, .. } => {
                let clients = reader.clients().await?;
                clients
                    .iter()
                    .any(|client| tags.iter().all(|tag| client.is_tagged(tag)))
            }
            GrowCrmCall::SetTags { client, after, .. } => {
                let client = reader.client(*client).await?;
                client.is_some_and(|client| after.iter().all(|tag| client.is_tagged(tag)))
            }
        };
        Ok(if took_effect {
            Outcome::FoundDone
        } else {
            Outcome::FoundUndone
        })
    }
}

failure!(growcrm);

fn client(place: Place) -> Option<ClientId> {
    match place {
        Place::GrowCrm(client) => Some(client),
        Place::ItGlue(_) => None,
    }
}

/// Whether a contact may not have been created because its client is gone. It is not documented how the CRM says so.
fn may_blame_the_client(kind: &growcrm::ErrorKind) -> bool {
    use growcrm::ErrorKind;
    match kind {
        ErrorKind::Validation { fields } => fields.iter().any(|field| field == "clientid"),
        ErrorKind::NotFound { .. }
        | ErrorKind::EndpointMissing
        | ErrorKind::Conflict
        | ErrorKind::Unexpected { .. } => true,
        _ => false,
    }
}

fn stored(stored: growcrm::Stored<Contact>) -> Result<Made, Refusal<growcrm::Error>> {
    Refusal::unless_as_asked(stored.differences, Record::GrowCrm(stored.record).into())
}

/// The account owner that came with a new client. The answer has no more of it than its id, and no more of it was
/// written than names and address.
fn owner(client: &Client, fields: &Fields) -> Option<Contact> {
    let (first, last) = (fields.first_name.reveal(), fields.last_name.reveal());
    Some(Contact {
        email: Some(fields.email.clone()),
        account_owner: true,
        ..Contact::new(client.owner?, client.id, first, last)
    })
}

fn address(record: &Contact) -> Option<Email> {
    record.email.as_ref()?.reveal().parse().ok()
}

/// What was found by looking for something else than a record.
fn found(snapshot: &mut Snapshot) -> impl Iterator<Item = &mut Contact> {
    let by_email = snapshot.by_email.values_mut().flatten();
    let named = snapshot.named.values_mut().flatten();
    by_email
        .chain(named)
        .chain(snapshot.users.values_mut().flatten())
}

/// Takes a record out of what was found before it was written to. The address that it had is free.
fn forget(snapshot: &mut Snapshot, record: model::growcrm::ContactId) {
    let by_email = snapshot.by_email.values_mut();
    for found in by_email.filter(|found| found.as_ref().is_some_and(|found| found.id == record)) {
        *found = None;
    }
    let lists = snapshot.named.values_mut();
    for found in lists.chain(snapshot.users.values_mut()) {
        found.retain(|found| found.id != record);
    }
}
