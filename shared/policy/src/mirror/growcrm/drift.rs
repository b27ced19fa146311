//! Where Grow CRM is not as the PSA has it.

use std::collections::BTreeSet;

use model::growcrm::{self, Field as Part, Fields};
use model::mirror::{Call, GrowCrmCall, System};
use model::{Action, Contact, ContactId, Finding, FindingKind, Private};

use super::client::Place;
use super::draft::Draft;
use super::people::{Goal, Person, State};
use super::wanted::Wanted;
use super::{Snapshot, settled, target};
use crate::mirror::drift::{
    Difference, Fate, Field, LEADS, TAKEN_BACK, Winner, alone, enforced, in_order, unmapped,
};
use crate::mirror::{Line, Plan};
use crate::rules::Rules;

const SYSTEM: System = System::GrowCrm;

/// A record that is a contact's, as it is to be.
struct Seen<'s> {
    contact: ContactId,
    record: &'s growcrm::Contact,
    wanted: Wanted,
    /// What it is to be; absent when nothing can be written, as something that must be there is missing.
    after: Option<Fields>,
}

/// What the draft says, before it becomes a plan.
struct Draw<'s> {
    seen: Vec<Seen<'s>>,
    /// Those who are created once there is a client.
    waiting: Vec<(ContactId, Fields)>,
    /// Portal users that nobody in the PSA is.
    strangers: Vec<&'s growcrm::Contact>,
}

/// Everything in which Grow CRM is not as the PSA has it, whatever the mode. Portal users that nobody in the PSA is
/// are told as far as they were read. Nothing, while something is needed.
#[must_use]
pub fn drift(snapshot: &Snapshot, rules: &Rules) -> Vec<Difference> {
    let rules = enforced(rules, SYSTEM, snapshot.company.id);
    let mut told = Told {
        now: snapshot,
        differences: Vec::new(),
    };
    if snapshot.company.deleted {
        let plan = super::plan(snapshot, &rules);
        told.plan(&plan, &BTreeSet::new());
        return in_order(told.differences);
    }
    let Ok(draft) = settled(snapshot, &rules) else {
        return Vec::new();
    };
    let draw = Draw::of(&draft);
    let Ok(plan) = draft.written() else {
        return Vec::new();
    };
    let mut explained = BTreeSet::new();
    for seen in &draw.seen {
        told.remaining(seen, &plan, &mut explained);
    }
    told.plan(&plan, &explained);
    told.waiting(&draw.waiting);
    told.strangers(&draw.strangers);
    in_order(told.differences)
}

impl<'s> Draw<'s> {
    fn of(draft: &Draft<'s>) -> Self {
        let people = draft.people.values();
        let seen = people.clone().filter_map(|person| {
            let held = person.held.filter(|_| person.goal == Goal::Settle)?;
            let wanted = person.wanted.clone()?;
            let update = draft.update(person, &wanted, held);
            Some(Seen {
                contact: person.id,
                record: held.record,
                after: update.map(|update| update.sent),
                wanted,
            })
        });
        let default = draft.company().default_contact;
        let owner = default.and_then(|id| draft.people.get(&id));
        let creates = owner.is_some_and(|p| p.goal == Goal::Create && p.blocked.is_none());
        let is_first = matches!(draft.place, Place::ToCreate) && creates;
        let waits = |person: &&Person<'_>| {
            let is_here = matches!(person.state, State::Here(_));
            is_first && is_here && person.goal == Goal::Rest && Some(person.id) != default
        };
        let waiting = people.filter(waits).filter_map(|person| {
            let fields = person.wanted.as_ref()?.complete()?;
            Some((person.id, fields))
        });
        let client = draft.client();
        let all = draft.snapshot.all_records().into_values();
        let here = all.filter(|record| client.is_some() && Some(record.client) == client);
        Self {
            seen: seen.collect(),
            waiting: waiting.collect(),
            strangers: here.filter(|r| draft.holder(r.id).is_none()).collect(),
        }
    }
}

/// The differences so far.
struct Told<'s> {
    now: &'s Snapshot,
    differences: Vec<Difference>,
}

/// What one field is to be and what it is.
type Side = (Field, Option<Private>, Option<Private>);

impl Told<'_> {
    fn tell(
        &mut self,
        contact: Option<ContactId>,
        record: Option<growcrm::ContactId>,
        (field, psa, mirror): Side,
        (winner, fate, why): (Winner, Fate, &str),
    ) {
        self.differences.push(Difference {
            contact,
            record: record.map(growcrm::ContactId::get),
            field,
            psa,
            mirror,
            winner,
            fate,
            why: why.to_owned(),
        });
    }

    /// What the plan writes, takes off the map and leaves to a person.
    fn plan(&mut self, plan: &Plan, explained: &BTreeSet<ContactId>) {
        for change in &plan.plan.changes {
            self.written(change);
        }
        let gone = plan.map.iter();
        let gone = gone.filter(|change| change.after.is_none() && change.line == Line::Gone);
        for change in gone {
            let mut links = self.now.own_links();
            let link = links.find(|link| link.contact == change.contact);
            let record = link.and_then(target).map(|(record, _)| record.get());
            self.differences.push(unmapped(change.contact, record));
        }
        for finding in &plan.plan.findings {
            let contact = finding.contacts.first();
            let is_explained = finding.kind == FindingKind::NotMirrored
                && contact.is_some_and(|contact| explained.contains(contact));
            if !is_explained {
                self.found(finding);
            }
        }
    }

    fn written(&mut self, change: &model::Change) {
        let Action::Mirror {
            contact,
            call: Call::GrowCrm(call),
        } = &change.action
        else {
            return;
        };
        let contact = Some(*contact);
        let verdict = (Winner::Psa, Fate::Written, change.reason.as_str());
        match call {
            GrowCrmCall::Create { fields, .. } => {
                let side = (Field::Record, of_fields(fields), None);
                self.tell(contact, None, side, verdict);
            }
            GrowCrmCall::CreateClient {
                company_name,
                fields,
                ..
            } => {
                let side = (Field::Client, Some(company_name.clone()), None);
                self.tell(contact, None, side, verdict);
                let side = (Field::Record, of_fields(fields), None);
                self.tell(contact, None, side, verdict);
            }
            GrowCrmCall::Remove { record } => {
                let has = self.now.record(*record).and_then(of_record);
                self.tell(contact, Some(*record), (Field::Record, None, has), verdict);
            }
            GrowCrmCall::MakeOwner { record, before, .. } => {
                let before = before.map(|id| format!("Grow CRM contact {id}").into());
                let side = (Field::AccountOwner, Some("yes".into()), before);
                self.tell(contact, *record, side, verdict);
            }
            GrowCrmCall::SetTags { after, .. } => {
                let side = (Field::Client, Some(after.join(", ").into()), None);
                self.tell(contact, None, side, verdict);
            }
            GrowCrmCall::Update { record, fields } => {
                let Some(before) = self.now.record(*record) else {
                    return;
                };
                for part in fields.differences(before) {
                    let (wanted, has) = (value(fields, part), held(before, part));
                    let why = match wanted {
                        Some(_) => LEADS,
                        None => TAKEN_BACK,
                    };
                    let verdict = (Winner::Psa, Fate::Written, why);
                    self.tell(contact, Some(*record), (field(part), wanted, has), verdict);
                }
            }
        }
    }

    /// What still differs once all is written.
    fn remaining(&mut self, seen: &Seen<'_>, plan: &Plan, explained: &mut BTreeSet<ContactId>) {
        let contact = Some(seen.contact);
        let mut findings = plan.plan.findings.iter();
        let finding = findings.find(|finding| {
            finding.kind == FindingKind::NotMirrored && finding.contacts.first() == contact.as_ref()
        });
        for part in PARTS {
            let wanted = seen.wanted.value(part);
            let has = match &seen.after {
                Some(after) => value(after, part),
                None => held(seen.record, part),
            };
            if !differ(part, seen, wanted.as_ref()) {
                continue;
            }
            let is_insisted_on = matches!(part, Part::FirstName | Part::LastName | Part::Email);
            let side = (field(part), wanted.clone(), has);
            let record = Some(seen.record.id);
            if wanted.is_none() && !is_insisted_on {
                let why = alone(SYSTEM);
                self.tell(contact, record, side, (Winner::Mirror, Fate::Kept, &why));
                continue;
            }
            let why = finding.map_or(
                "nothing can be written while Grow CRM insists on something that the PSA does not have",
                |finding| finding.words.as_str(),
            );
            explained.extend(contact);
            let verdict = (Winner::Nobody, Fate::Person, why);
            self.tell(contact, record, side, verdict);
        }
    }

    fn found(&mut self, finding: &Finding) {
        let is_of_all = finding.kind == FindingKind::NoMirror;
        let contact = finding.contacts.first().filter(|_| !is_of_all);
        let field = if is_of_all {
            Field::Client
        } else {
            Field::Record
        };
        let verdict = (Winner::Nobody, Fate::Person, finding.words.as_str());
        let missing = contact.filter(|_| finding.kind == FindingKind::NotMirrored);
        let missing = missing.and_then(|id| self.now.contacts.get(id));
        let missing = missing.filter(|contact| contact.active);
        let wanted = missing.and_then(|contact| name(&contact.first_name, &contact.last_name));
        self.tell(contact.copied(), None, (field, wanted, None), verdict);
    }

    fn waiting(&mut self, waiting: &[(ContactId, Fields)]) {
        for (contact, fields) in waiting {
            let side = (Field::Record, of_fields(fields), None);
            let why = "it is created once the company's client is there";
            let verdict = (Winner::Psa, Fate::Later, why);
            self.tell(Some(*contact), None, side, verdict);
        }
    }

    fn strangers(&mut self, strangers: &[&growcrm::Contact]) {
        for record in strangers {
            let side = (Field::Record, None, of_record(record));
            let why = match self.like(record) {
                Some(id) => format!(
                    "contact {id} is inactive and looks like this portal user, who may log in all the same; look at \
                     it there"
                ),
                None => "nobody in the PSA is known to be this portal user, who may log in all the same; look at it \
                         there"
                    .to_owned(),
            };
            let verdict = (Winner::Nobody, Fate::Person, why.as_str());
            self.tell(None, Some(record.id), side, verdict);
        }
    }
}

impl Told<'_> {
    /// An inactive contact with the address or the name of a record that was never known to be its.
    fn like(&self, record: &growcrm::Contact) -> Option<ContactId> {
        let inactive = self.now.contacts.values().filter(|contact| !contact.active);
        let is_like = |contact: &&Contact| {
            let emails = contact.emails();
            let mut emails = emails.iter();
            let has_name = || {
                let own = name(&contact.first_name, &contact.last_name);
                own.is_some() && own == of_record(record)
            };
            emails.any(|(email, _)| record.has_address(email.reveal())) || has_name()
        };
        let found = inactive.into_iter().find(is_like);
        found.map(|contact| contact.id)
    }
}

/// All fields there are.
const PARTS: [Part; 5] = [
    Part::FirstName,
    Part::LastName,
    Part::Email,
    Part::Phone,
    Part::Position,
];

/// Whether a field of a record is not what the PSA has, also once it is what it is to be.
fn differ(part: Part, seen: &Seen<'_>, wanted: Option<&Private>) -> bool {
    let mut after = seen.record.clone();
    if let Some(fields) = seen.after.clone() {
        let Fields {
            first_name,
            last_name,
            email,
            phone,
            position,
        } = fields;
        after.first_name = first_name;
        after.last_name = last_name;
        after.email = Some(email);
        after.phone = phone;
        after.position = position;
    }
    let text = || wanted.cloned().unwrap_or_default();
    let asked = Fields {
        first_name: text(),
        last_name: text(),
        email: text(),
        phone: wanted.cloned(),
        position: wanted.cloned(),
    };
    asked.differences(&after).contains(&part)
}

fn field(part: Part) -> Field {
    match part {
        Part::FirstName => Field::FirstName,
        Part::LastName => Field::LastName,
        Part::Email => Field::Email,
        Part::Phone => Field::Phone,
        Part::Position => Field::Title,
    }
}

fn value(fields: &Fields, part: Part) -> Option<Private> {
    let text = match part {
        Part::FirstName => Some(&fields.first_name),
        Part::LastName => Some(&fields.last_name),
        Part::Email => Some(&fields.email),
        Part::Phone => fields.phone.as_ref(),
        Part::Position => fields.position.as_ref(),
    };
    text.filter(|text| !text.is_blank()).cloned()
}

fn held(record: &growcrm::Contact, part: Part) -> Option<Private> {
    let text = match part {
        Part::FirstName => Some(&record.first_name),
        Part::LastName => Some(&record.last_name),
        Part::Email => record.email.as_ref(),
        Part::Phone => record.phone.as_ref(),
        Part::Position => record.position.as_ref(),
    };
    text.filter(|text| !text.is_blank()).cloned()
}

fn of_fields(fields: &Fields) -> Option<Private> {
    name(&fields.first_name, &fields.last_name)
}

fn of_record(record: &growcrm::Contact) -> Option<Private> {
    name(&record.first_name, &record.last_name)
}

fn name(first: &Private, last: &Private) -> Option<Private> {
    let name = format!("{} {}", first.reveal(), last.reveal());
    Some(Private::from(name.trim())).filter(|name| !name.is_blank())
}
