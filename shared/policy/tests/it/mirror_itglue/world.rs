//! A PSA, an IT Glue account and a map of records, small enough to look at whole. Visits are carried out on them
//! as the shell does it: read what is needed, plan, check, write, and learn from what is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use model::itglue::{
    self, Attached, ContactType, ContactTypeId, Email, Link as Sync, Location, Organization,
    OrganizationId, Phone, PhoneKind,
};
use model::mirror::{Call, ItGlueCall, Link, Mirrored, Place, System};
use model::{Action, Company, CompanyId, Contact, ContactId, Past, Private, TypeLabel};
use policy::Rules;
use policy::mirror::itglue::{Lock, Need, Snapshot, check, digest, drift_needs, needs, plan};
use policy::mirror::{Given, Line, Visited, stale};

use crate::world::{COMPANY, contact, enforce, id_of};

pub(crate) use model::itglue::Contact as Record;

/// The organization of [`COMPANY`].
pub(crate) const PLACE: OrganizationId = OrganizationId::new(5);
pub(crate) const ELSEWHERE: OrganizationId = OrganizationId::new(6);
/// How our line in the notes begins.
pub(crate) const LINE: &str = "Mirrored from ConnectWise contact ";
pub(crate) const OTHER: CompanyId = CompanyId::new(2);

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) rules: Rules,
    pub(crate) company: Company,
    pub(crate) identifier: Option<Private>,
    pub(crate) psa: BTreeMap<ContactId, Contact>,
    pub(crate) past: Vec<Past>,
    /// Whom the journal still has as they were before a merge.
    pub(crate) former: BTreeMap<ContactId, Contact>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) records: BTreeMap<itglue::ContactId, Record>,
    pub(crate) types: Vec<ContactType>,
    pub(crate) locations: Vec<Location>,
    pub(crate) attached: BTreeMap<itglue::ContactId, Attached>,
    /// Records whose addresses are locked.
    pub(crate) locked: BTreeSet<itglue::ContactId>,
    /// Records that cannot be removed.
    pub(crate) kept: BTreeSet<itglue::ContactId>,
    /// Titles that IT Glue does not accept.
    pub(crate) invalid: BTreeSet<String>,
    /// Organizations that were deleted.
    pub(crate) gone: BTreeSet<OrganizationId>,
    /// How many writes it refused.
    pub(crate) refused: usize,
    /// Whether records can be moved between organizations.
    pub(crate) moves: bool,
    pub(crate) map: BTreeMap<ContactId, (CompanyId, Link)>,
    pub(crate) place: Option<OrganizationId>,
    next: u64,
}

/// What a visit did.
pub(crate) struct Visit {
    /// The plan, and what the map learned, in words.
    pub(crate) words: String,
    /// What was read, in rounds.
    pub(crate) rounds: Vec<BTreeSet<Need>>,
    /// How many writes took effect.
    pub(crate) writes: usize,
    pub(crate) map_changes: usize,
}

impl World {
    /// The company with its organization, and nobody in either.
    pub(crate) fn new() -> Self {
        Self {
            rules: enforce(),
            company: Company {
                id: COMPANY,
                name: "Harbor Line".into(),
                identifier: None,
                default_contact: None,
                billing_contact: None,
                deleted: false,
                updated_at: None,
            },
            identifier: Some("HARBOR".into()),
            psa: BTreeMap::new(),
            past: Vec::new(),
            former: BTreeMap::new(),
            organizations: Vec::new(),
            records: BTreeMap::new(),
            types: [(1, "Approver"), (2, "Manager"), (9, "Inactive (PSA)")]
                .map(|(id, name)| ContactType {
                    id: ContactTypeId::new(id),
                    name: name.to_owned(),
                })
                .into(),
            locations: [(1, "Main"), (2, "Pier")]
                .map(|(id, name)| Location {
                    id: itglue::LocationId::new(id),
                    name: name.into(),
                })
                .into(),
            attached: BTreeMap::new(),
            locked: BTreeSet::new(),
            kept: BTreeSet::new(),
            invalid: BTreeSet::new(),
            gone: BTreeSet::new(),
            refused: 0,
            moves: true,
            map: BTreeMap::new(),
            place: Some(PLACE),
            next: 100,
        }
    }

    pub(crate) fn with(mut self, contact: Contact) -> Self {
        self.psa.insert(contact.id, contact);
        self
    }

    pub(crate) fn with_record(mut self, record: Record) -> Self {
        self.records.insert(record.id, record);
        self
    }

    /// The contact, with the record that a visit made of it.
    pub(crate) fn mirrored(self, contact: Contact) -> Self {
        let id = contact.id.get();
        let mut world = self.with(contact);
        world.visit(&[id]);
        world
    }

    pub(crate) fn contact(&mut self, id: u32) -> &mut Contact {
        let Some(contact) = self.psa.get_mut(&id_of(id)) else {
            panic!("the PSA has contact {id}");
        };
        contact
    }

    pub(crate) fn record(&mut self, id: u64) -> &mut Record {
        let Some(record) = self.records.get_mut(&itglue::ContactId::new(id)) else {
            panic!("IT Glue has contact {id}");
        };
        record
    }

    pub(crate) fn line(&self, id: u32) -> Option<&Link> {
        self.map.get(&id_of(id)).map(|(_, link)| link)
    }

    /// Takes a contact out of the PSA.
    pub(crate) fn delete(&mut self, id: u32) {
        self.psa.remove(&id_of(id));
    }

    /// Loses the map.
    pub(crate) fn forget(&mut self) {
        self.map.clear();
    }

    pub(crate) fn stale(&self, named: &[u32]) -> Vec<u32> {
        let contacts = self.of_company();
        let links: Vec<Link> = self.links().collect();
        let visited = Visited {
            company: &self.company,
            contacts: &contacts,
            whole: true,
            named: &named.iter().copied().map(id_of).collect(),
            links: &links,
            placed: self.place.is_some(),
            done: &[],
            past: &self.past,
        };
        let stale = stale(System::ItGlue, &visited, &self.rules);
        stale.into_iter().map(ContactId::get).collect()
    }

    fn of_company(&self) -> BTreeMap<ContactId, Contact> {
        let here = self
            .psa
            .values()
            .filter(|c| c.company == Some(self.company.id));
        here.map(|contact| (contact.id, contact.clone())).collect()
    }

    fn links(&self) -> impl Iterator<Item = Link> {
        let here = self.map.values().filter(|(at, _)| *at == self.company.id);
        here.map(|(_, link)| link.clone())
    }

    /// What is known before anything is read from IT Glue.
    pub(crate) fn snapshot(&self, asked: &[u32]) -> Snapshot {
        let asked: BTreeSet<ContactId> = asked.iter().copied().map(id_of).collect();
        let known = asked.iter().filter_map(|id| self.psa.get(id));
        Snapshot {
            identifier: self.identifier.clone(),
            contacts: known.map(|contact| (contact.id, contact.clone())).collect(),
            links: self
                .links()
                .filter(|link| asked.contains(&link.contact))
                .collect(),
            past: self.past.clone(),
            place: self.place,
            asked,
            ..Snapshot::new(Timestamp::constant(1_795_259_471, 0), self.company.clone())
        }
    }

    /// Reads until nothing new is needed.
    pub(crate) fn gather(&self, now: &mut Snapshot) -> Vec<BTreeSet<Need>> {
        let mut rounds: Vec<BTreeSet<Need>> = Vec::new();
        loop {
            let needs = needs(now, &self.rules);
            if needs.is_empty() {
                return rounds;
            }
            for need in &needs {
                let is_new = rounds.iter().all(|round| !round.contains(need));
                assert!(is_new, "{need:?} was read and is needed again");
                self.read(now, *need);
            }
            rounds.push(needs);
        }
    }

    /// Reads everybody and all else that a comparison needs.
    pub(crate) fn whole(&self, asked: &[u32]) -> Snapshot {
        let mut now = self.snapshot(asked);
        loop {
            if now.organization().is_some() && now.everybody.is_none() {
                self.read(&mut now, Need::Everybody);
            }
            let needs = drift_needs(&now, &self.rules);
            if needs.is_empty() {
                return now;
            }
            for need in needs {
                self.read(&mut now, need);
            }
        }
    }

    fn read(&self, now: &mut Snapshot, need: Need) {
        let by = |is_it: &dyn Fn(&Organization) -> bool| {
            let found = self.organizations.iter().filter(|found| is_it(found));
            found.cloned().collect::<Vec<_>>()
        };
        let place = now.organization();
        match need {
            Need::Line(id) => {
                now.lines.insert(id, self.map.get(&id).cloned());
            }
            Need::Lines => now.all_links = Some(self.links().collect()),
            Need::Contact(id) => match self.psa.get(&id) {
                Some(contact) => {
                    now.contacts.insert(id, contact.clone());
                }
                None => {
                    now.gone.insert(id);
                }
            },
            Need::Former(id) => {
                now.former.insert(id, self.former.get(&id).cloned());
            }
            Need::Folded(id) => {
                now.folded.insert(id, Vec::new());
            }
            Need::Organization(id) => {
                now.is_place_there = Some(!self.gone.contains(&id));
                if self.gone.contains(&id) {
                    (now.everybody, now.locations) = (None, None);
                }
            }
            Need::OrganizationByPsa => {
                let psa_id = self.company.id.to_string();
                let found = by(&|found| found.psa_linked && found.remote_ids.contains(&psa_id));
                now.organizations.insert(need, found);
            }
            Need::OrganizationByShortName => {
                let found = by(&|found| found.short_name == self.identifier);
                now.organizations.insert(need, found);
            }
            Need::OrganizationByName => {
                let found = by(&|found| found.name == self.company.name);
                now.organizations.insert(need, found);
            }
            Need::Record(id) => {
                now.records.insert(id, self.records.get(&id).cloned());
            }
            Need::ByPsa(id) => {
                let psa_id = id.to_string();
                let tied = self
                    .records
                    .values()
                    .filter(|r| r.remote_ids.contains(&psa_id));
                now.by_psa.insert(id, tied.cloned().collect());
            }
            Need::Everybody => {
                let here = self
                    .records
                    .values()
                    .filter(|r| Some(r.organization) == place);
                now.everybody = Some(here.cloned().collect());
            }
            Need::Types => now.types = Some(self.types.clone()),
            Need::Locations => now.locations = Some(self.locations.clone()),
            Need::Attached(id) => {
                let none = Attached {
                    passwords: Some(0),
                    attachments: Some(0),
                    related_items: Some(0),
                };
                let attached = self.attached.get(&id).copied().unwrap_or(none);
                now.attached.insert(id, attached);
            }
        }
    }

    /// Visits the company for these contacts.
    pub(crate) fn visit(&mut self, asked: &[u32]) -> Visit {
        let mut now = self.snapshot(asked);
        let mut visit = Visit {
            words: String::new(),
            rounds: Vec::new(),
            writes: 0,
            map_changes: 0,
        };
        // A type that is created, and each refusal, take another round.
        for _ in 0..6 {
            visit.rounds.extend(self.gather(&mut now));
            let plan = plan(&now, &self.rules);
            assert_eq!(check(&now, &self.rules, &plan), [""; 0], "{}", plan.plan);
            let again = self.carry_out(&plan, &mut now, &mut visit);
            if !again {
                return visit;
            }
        }
        panic!("the visit does not end:\n{}", visit.words);
    }

    /// A visit that does not try again what was refused.
    pub(crate) fn visit_and_give_up(&mut self, asked: &[u32]) {
        let mut now = self.snapshot(asked);
        let mut visit = Visit {
            words: String::new(),
            rounds: self.gather(&mut now),
            writes: 0,
            map_changes: 0,
        };
        let plan = plan(&now, &self.rules);
        self.carry_out(&plan, &mut now, &mut visit);
    }

    /// Whether to plan again.
    fn carry_out(
        &mut self,
        planned: &policy::mirror::Plan,
        now: &mut Snapshot,
        visit: &mut Visit,
    ) -> bool {
        if planned.misplaced {
            (self.place, now.place) = (None, None);
            visit.words.push_str("the place is forgotten\n");
        }
        if let Some(Place::ItGlue(place)) = planned.place {
            self.place = Some(place);
            now.place = Some(place);
            (now.is_place_doubted, now.is_place_there) = (false, None);
            let _ = writeln!(visit.words, "place {place}");
        }
        let words = planned.plan.to_string();
        if words != "nothing to do\n" {
            visit.words.push_str(&words);
        }
        let mut again = false;
        let mut failed = BTreeSet::new();
        let mut created = BTreeMap::new();
        for change in &planned.plan.changes {
            let Action::Mirror {
                contact,
                call: Call::ItGlue(call),
            } = &change.action
            else {
                panic!("a call to IT Glue");
            };
            if failed.contains(&change.unit) {
                continue;
            }
            match self.call(call) {
                Ok(id) => {
                    visit.writes += 1;
                    created.extend(id.map(|id| (*contact, id)));
                }
                Err((code, refusal)) => {
                    refusal(now);
                    self.refused += 1;
                    self.past.push(Past {
                        id: model::ChangeId {
                            run: model::RunId::new(format!("r{}", self.refused)),
                            number: 1,
                        },
                        at: now.taken_at,
                        rule: change.rule,
                        purpose: change.purpose.clone(),
                        action: change.action.clone(),
                        outcome: Some(model::Outcome::Refused {
                            code: code.to_owned(),
                        }),
                    });
                    failed.insert(change.unit);
                    again = true;
                }
            }
            if let ItGlueCall::CreateType { .. } = call {
                now.types = Some(self.types.clone());
                again = true;
            }
        }
        for change in &planned.map {
            if change.after.is_some_and(|unit| failed.contains(&unit)) {
                continue;
            }
            visit.map_changes += 1;
            let id = change.contact;
            let line = match &change.line {
                Line::Is(link) => Some(link.clone()),
                Line::IsCreated {
                    given: Given::ItGlue(given),
                    digest,
                } => Some(Link {
                    contact: id,
                    record: Mirrored::ItGlue {
                        id: created[&id],
                        given: Some(given.clone()),
                    },
                    ours: true,
                    digest: digest.clone(),
                }),
                Line::IsCreated { .. } => panic!("a record of IT Glue"),
                Line::Gone => None,
            };
            let after = change
                .after
                .map_or_else(|| "at once".to_owned(), |unit| format!("after [{unit}]"));
            let _ = match &line {
                Some(link) => {
                    let Mirrored::ItGlue { id: record, .. } = &link.record else {
                        panic!("a record of IT Glue");
                    };
                    let ours = if link.ours { ", ours" } else { "" };
                    writeln!(
                        visit.words,
                        "map {after}: contact {id} is record {record}{ours}"
                    )
                }
                None => writeln!(visit.words, "map {after}: contact {id} has none"),
            };
            if let Some(link) = line.as_ref().filter(|_| !self.company.deleted) {
                let contact = &self.psa[&id];
                assert_eq!(link.digest, digest(&self.company, contact, &self.rules));
            }
            match line {
                Some(link) => self.map.insert(id, (self.company.id, link)),
                None => self.map.remove(&id),
            };
        }
        if again {
            // What was written is read again.
            let (locked, immovable) = (now.locked.clone(), now.immovable.clone());
            let is_place_doubted = now.is_place_doubted;
            let asked: Vec<u32> = now.asked.iter().copied().map(ContactId::get).collect();
            let types = now.types.clone();
            *now = Snapshot {
                locked,
                immovable,
                is_place_doubted,
                types,
                ..self.snapshot(&asked)
            };
        }
        again
    }

    #[expect(
        clippy::type_complexity,
        reason = "what a visit learns from a refusal is written into its snapshot"
    )]
    fn call(
        &mut self,
        call: &ItGlueCall,
    ) -> Result<Option<itglue::ContactId>, (&'static str, Box<dyn Fn(&mut Snapshot)>)> {
        match call {
            ItGlueCall::Create {
                organization,
                draft,
            } => {
                if self.gone.contains(organization) {
                    let doubt = |now: &mut Snapshot| now.is_place_doubted = true;
                    return Err(("NotFound", Box::new(doubt)));
                }
                let id = self.next_id();
                let nobody = Record {
                    organization: *organization,
                    ..record(id, "", "")
                };
                let new = itglue::Change::from(draft).applied_to(&nobody);
                self.records.insert(new.id, new.clone());
                return Ok(Some(new.id));
            }
            ItGlueCall::Update { record, change } => {
                let id = *record;
                let old = self.records[&id].clone();
                let owned = ["important", "notes"];
                assert!(
                    old.link != Sync::Synced
                        || change.fields().iter().all(|field| owned.contains(field)),
                    "the native sync owns it"
                );
                if self.locked.contains(&id) && change.emails.is_some() {
                    let lock = move |now: &mut Snapshot| {
                        now.locked.insert(id, Lock::Emails);
                    };
                    return Err(("SyncedEmails", Box::new(lock)));
                }
                if change.organization.is_some() && !self.moves {
                    let stays = move |now: &mut Snapshot| {
                        now.immovable.insert(id);
                    };
                    return Err(("unchanged: organization-id", Box::new(stays)));
                }
                if let itglue::Edit::Set(title) = &change.title
                    && self.invalid.contains(title.reveal())
                {
                    return Err(("Validation", Box::new(|_| {})));
                }
                self.records.insert(id, change.applied_to(&old));
            }
            ItGlueCall::Remove { record } => {
                assert_eq!(self.records[record].link, Sync::None);
                if self.kept.contains(record) {
                    let id = *record;
                    let kept = move |now: &mut Snapshot| {
                        now.locked.insert(id, Lock::AllButOurs);
                    };
                    return Err(("SyncedRecord", Box::new(kept)));
                }
                self.records.remove(record);
            }
            ItGlueCall::CreateType { name } => {
                let id = ContactTypeId::new(self.next_id());
                self.types.push(ContactType {
                    id,
                    name: name.clone(),
                });
            }
        }
        Ok(None)
    }

    fn next_id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A record as a person sees it.
    pub(crate) fn shown(&self, id: u64) -> String {
        let Some(record) = self.records.get(&itglue::ContactId::new(id)) else {
            return format!("{id} is not there");
        };
        let text = |text: &Option<Private>| text.as_ref().map_or("-", Private::reveal).to_owned();
        let kind = self
            .types
            .iter()
            .find(|each| Some(each.id) == record.contact_type);
        let kind = kind.map_or("-", |each| &each.name);
        let place = self
            .locations
            .iter()
            .find(|each| Some(each.id) == record.location);
        let place = place.map_or("-", |each| each.name.reveal());
        let star = |primary: bool| if primary { "*" } else { "" };
        let emails: Vec<String> = record
            .emails
            .iter()
            .map(|e| format!("{}{} ({})", e.value.reveal(), star(e.primary), e.label))
            .collect();
        let phones: Vec<String> = record
            .phones
            .iter()
            .map(|p| {
                let extension = p
                    .extension
                    .as_ref()
                    .map_or(String::new(), |e| format!("x{}", e.reveal()));
                let fax = if p.kind == PhoneKind::Fax {
                    ", fax"
                } else {
                    ""
                };
                format!(
                    "{}{extension}{} ({}{fax})",
                    p.value.reveal(),
                    star(p.primary),
                    p.label
                )
            })
            .collect();
        format!(
            "{} {} in {}\ntitle {}, type {kind}, location {place}, important {:?}\nemails {}\nphones {}\nnotes {}",
            record.first_name.reveal(),
            record.last_name.reveal(),
            record.organization,
            text(&record.title),
            record.important,
            emails.join(", "),
            phones.join(", "),
            text(&record.notes),
        )
    }
}

impl Visit {
    /// What was read, without what the journal and the PSA answer.
    pub(crate) fn reads(&self) -> Vec<Need> {
        let free = |need: &Need| {
            !matches!(
                need,
                Need::Line(_) | Need::Lines | Need::Contact(_) | Need::Former(_) | Need::Folded(_)
            )
        };
        self.rounds.iter().flatten().copied().filter(free).collect()
    }
}

/// A record that somebody made by hand.
pub(crate) fn record(id: u64, first: &str, last: &str) -> Record {
    Record {
        id: itglue::ContactId::new(id),
        organization: PLACE,
        first_name: first.into(),
        last_name: last.into(),
        title: None,
        contact_type: None,
        location: None,
        important: None,
        notes: None,
        emails: Vec::new(),
        phones: Vec::new(),
        link: Sync::None,
        remote_ids: Vec::new(),
        resource_url: Some(format!("https://examplemsp.itglue.com/5/contacts/{id}")),
        updated_at: None,
    }
}

/// The same, with our line in its notes.
pub(crate) fn marked(id: u64, first: &str, last: &str, contact: u32) -> Record {
    Record {
        notes: Some(format!("<p>{LINE}{contact}</p>").into()),
        ..record(id, first, last)
    }
}

pub(crate) fn synced(mut record: Record, contact: u32) -> Record {
    record.link = Sync::Synced;
    record.remote_ids = vec![contact.to_string()];
    record
}

pub(crate) fn email(value: &str, label: &str) -> Email {
    Email {
        value: value.into(),
        label: label.to_owned(),
        primary: false,
    }
}

pub(crate) fn phone(value: &str, label: &str) -> Phone {
    Phone {
        value: value.into(),
        extension: None,
        label: label.to_owned(),
        primary: false,
        kind: PhoneKind::Phone,
    }
}

/// The company's usual contact.
pub(crate) fn ada() -> Contact {
    contact(30, "Ada", "Byron")
        .with_email(1, "ada@x.example")
        .with_phone(2, "(312) 555-0142")
        .with_field("title", "Owner")
}

pub(crate) fn named_type(mut contact: Contact, name: &str) -> Contact {
    contact.types.push(TypeLabel {
        id: model::ContactTypeId::new(1),
        name: name.to_owned(),
    });
    contact
}

pub(crate) fn organization(id: u64, name: &str) -> Organization {
    Organization {
        id: OrganizationId::new(id),
        name: name.into(),
        short_name: None,
        psa_linked: false,
        remote_ids: Vec::new(),
    }
}
