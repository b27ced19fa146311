//! What was decided, as changes in their order and as lines of the map.

use std::collections::{BTreeMap, BTreeSet};

use model::growcrm::{self, Fields};
use model::mirror::{Call, GrowCrmCall, Place as Placed};
use model::{Action, Change, ContactId, Finding, FindingKind, Mode, Purpose, Rule, Withheld};

use super::Need;
use super::client::{self, Place};
use super::draft::Draft;
use super::owner::Handover;
use super::people::{Goal, Held, Person};
use super::wanted::{Address, Update, Wanted};
use crate::mirror::{MapChange, Plan, merged_into};

const RULE: Rule = Rule::MirrorGrowCrm;

/// Changes that stand and fall together, before they have their place.
pub(super) struct Unit {
    /// Whether it removes what is elsewhere, brings records in line, makes an owner or removes a record, and of whom:
    /// what comes first where nothing else decides.
    pub(super) rank: (Stage, ContactId),
    /// Whose line of the map waits for it.
    pub(super) concerns: BTreeSet<ContactId>,
    /// Whose addresses are free afterwards.
    frees: BTreeSet<ContactId>,
    /// Whose addresses must be free before.
    after: BTreeSet<ContactId>,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Waits for nothing, as whoever is to have an address that is free afterwards relies on it.
    Surplus,
    Settle,
    Owner,
    Remove,
}

#[derive(Clone)]
struct Step {
    contact: ContactId,
    purpose: Purpose,
    call: GrowCrmCall,
    reason: String,
}

impl<'s> Draft<'s> {
    /// The plan, or what must be read before there can be one.
    pub(super) fn written(mut self) -> Result<Plan, BTreeSet<Need>> {
        let handovers = self.handovers().map_err(|need| BTreeSet::from([need]))?;
        self.tell_blocked();
        self.tell_without_client();
        let units = in_order(self.units(&handovers));
        let mut lines = self.lines(&units);
        let units = self.still_to_try(units, &mut lines);
        let mode = self.rules.mode(RULE, self.company().id);
        let place = self.client();
        let place = place.filter(|id| self.snapshot.place != Some(*id));
        let is_gone = |id| self.snapshot.is_gone(id);
        let mut plan = Plan {
            place: place.map(Placed::GrowCrm),
            misplaced: place.is_none() && self.snapshot.place.is_some_and(is_gone),
            map: self.map,
            ..Plan::default()
        };
        plan.plan.findings = self.findings;
        let is_made = mode == Mode::Enforce;
        plan.map.extend(
            lines
                .into_iter()
                .filter(|line| is_made || line.after.is_none()),
        );
        let company = self.snapshot.company.id;
        for (number, unit) in units {
            for step in unit.steps {
                let change = step.change(number);
                if is_made {
                    plan.plan.changes.push(change);
                } else {
                    plan.plan.withheld.push(Withheld { mode, change });
                }
            }
        }
        plan.plan
            .findings
            .extend(proposed(&plan.plan.withheld, company));
        Ok(plan)
    }

    /// Takes out, with their lines of the map, the units of which the CRM refused something lately, and those that
    /// rely on them. The others keep their numbers.
    fn still_to_try(&mut self, units: Vec<Unit>, lines: &mut Vec<MapChange>) -> Vec<(u32, Unit)> {
        let (refusals, company) = (self.refusals(), self.company().id);
        let mut kept = Vec::new();
        let mut left_out: Vec<(u32, Unit)> = Vec::new();
        for (number, unit) in (1..).zip(units) {
            let changes = unit.steps.iter().map(|step| step.clone().change(number));
            let refused = changes.filter_map(|change| refusals.standing(&change, company));
            let refused: Vec<Finding> = refused.collect();
            let relies_on = |(_, other): &&(u32, Unit)| {
                let is_owner = |unit: &Unit| unit.rank.0 == Stage::Owner;
                !other.frees.is_disjoint(&unit.after) || (is_owner(&unit) && is_owner(other))
            };
            let other = left_out.iter().find(relies_on);
            if let Some((_, other)) = other.filter(|_| refused.is_empty()) {
                let (id, other) = (unit.rank.1, other.rank.1);
                let words = format!(
                    "contact {id} waits for what is to be done for contact {other}, which was refused"
                );
                self.find(FindingKind::NotMirrored, [id], words);
            } else if refused.is_empty() {
                kept.push((number, unit));
                continue;
            }
            self.findings.extend(refused);
            left_out.push((number, unit));
        }
        lines.retain(|line| {
            let is_left_out = |(number, unit): &(u32, Unit)| {
                line.after == Some(*number) || unit.concerns.contains(&line.contact)
            };
            !left_out.iter().any(is_left_out)
        });
        kept
    }

    /// Who cannot have the address it should.
    fn tell_blocked(&mut self) {
        let words = |person: &Person<'_>| {
            let (id, blocked) = (person.id, person.blocked.as_ref()?);
            let then = match person.held {
                Some(held) => {
                    format!(
                        "Grow CRM contact {} keeps the address it has",
                        held.record.id
                    )
                }
                None => "it is not mirrored".to_owned(),
            };
            Some((id, format!("contact {id} {blocked}; {then}")))
        };
        let told: Vec<_> = self.people.values().filter_map(words).collect();
        for (id, words) in told {
            self.find(FindingKind::NotMirrored, [id], words);
        }
    }

    /// Who would have to own the client that is to be created, and cannot.
    fn tell_without_client(&mut self) {
        let creates = |person: &Person<'_>| person.goal == Goal::Create && person.blocked.is_none();
        if !matches!(self.place, Place::ToCreate) || self.people.values().any(creates) {
            return;
        }
        let default = self.company().default_contact;
        let why = match default {
            None => "the company has no default contact".to_owned(),
            Some(id) => format!("the default contact {id} cannot be that"),
        };
        let words = format!(
            "the company has no client in Grow CRM; one is created with its account owner, and {why}"
        );
        self.find(FindingKind::NoMirror, default, words);
    }

    fn units(&self, handovers: &[Handover]) -> Vec<Unit> {
        let mut units = Vec::new();
        for members in &self.exchanges {
            let people = members.iter().filter_map(|id| self.people.get(id));
            let mut unit = Unit::new(Stage::Settle, members[0]);
            unit.concerns = members.iter().copied().collect();
            unit.steps = people.flat_map(|person| self.settled(person)).collect();
            units.push(unit);
        }
        for person in self.people.values() {
            if let Some(surplus) = person.surplus() {
                let mut unit = Unit::new(Stage::Surplus, person.id);
                unit.steps.push(left_elsewhere(person.id, surplus));
                units.push(unit);
            }
            let is_exchanged = self.exchanges.iter().flatten().any(|id| *id == person.id);
            let mut unit = match person.goal {
                Goal::Settle | Goal::Create if !is_exchanged => {
                    let mut unit = Unit::new(Stage::Settle, person.id);
                    unit.steps = self.settled(person);
                    unit
                }
                Goal::Remove if handovers.iter().all(|h| h.leaver != Some(person.id)) => {
                    let mut unit = Unit::new(Stage::Remove, person.id);
                    unit.steps.extend(self.removed(person));
                    unit
                }
                _ => continue,
            };
            unit.after.extend(self.after.get(&person.id));
            units.push(unit);
        }
        for handover in handovers {
            self.hand_over(handover, &mut units);
        }
        units.retain(|unit| !unit.steps.is_empty());
        units
    }

    /// The removal of an owner is one unit with the change that makes somebody else one, so that it is not made
    /// without. A contact that is only created then is made the owner in the same unit, as it has no id before.
    fn hand_over(&self, handover: &Handover, units: &mut Vec<Unit>) {
        let Handover { to, before, leaver } = handover;
        let (Some(client), Some(person)) = (self.client(), self.people.get(to)) else {
            return;
        };
        let is_default = self.company().default_contact == Some(*to);
        let reason = match leaver {
            Some(leaver) if !is_default => {
                format!("contact {leaver}, whose record is the account owner, was merged into {to}")
            }
            _ => format!("contact {to} is the company's default contact"),
        };
        let step = Step {
            contact: *to,
            purpose: Purpose::Policy,
            call: GrowCrmCall::MakeOwner {
                client,
                record: person.held.map(|held| held.record.id),
                before: *before,
            },
            reason,
        };
        let own = units
            .iter_mut()
            .find(|unit| unit.rank == (Stage::Settle, *to));
        let unit = match own.filter(|_| person.goal == Goal::Create) {
            Some(unit) => unit,
            None => {
                units.push(Unit {
                    frees: BTreeSet::new(),
                    ..Unit::new(Stage::Owner, *to)
                });
                let Some(unit) = units.last_mut() else { return };
                unit
            }
        };
        unit.steps.push(step);
        if let Some(leaver) = leaver.and_then(|leaver| self.people.get(&leaver)) {
            unit.steps.extend(self.removed(leaver));
            unit.concerns.insert(leaver.id);
            unit.frees.insert(leaver.id);
        }
    }

    /// What is written to bring a contact's record in line.
    fn settled(&self, person: &Person<'_>) -> Vec<Step> {
        let id = person.id;
        let Some(wanted) = &person.wanted else {
            return Vec::new();
        };
        let mut steps = Vec::new();
        match person.held {
            Some(held) => {
                let update = self.update(person, wanted, held);
                steps.extend(update.and_then(|update| updated(id, held, update.sent)));
            }
            None if person.blocked.is_none() => {
                steps.extend(person.former.map(|former| left_elsewhere(id, former)));
                let fields = self.at_first(wanted);
                steps.extend(fields.map(|fields| self.created(id, fields)));
            }
            None => {}
        }
        steps
    }

    pub(super) fn update(
        &self,
        person: &Person<'_>,
        wanted: &Wanted,
        held: Held<'_>,
    ) -> Option<Update> {
        let address = match person.blocked {
            None => Address::Contacts,
            Some(_) => Address::Kept,
        };
        wanted.over(held.record, held.given, address)
    }

    /// All that a new record is given. The account owner that comes with a new client has no phone and no position yet,
    /// as the CRM takes neither then.
    pub(super) fn at_first(&self, wanted: &Wanted) -> Option<Fields> {
        let fields = wanted.complete()?;
        Some(match self.place {
            Place::ToCreate => Fields {
                phone: None,
                position: None,
                ..fields
            },
            Place::Unneeded | Place::At(_) | Place::Nowhere(_) => fields,
        })
    }

    fn created(&self, contact: ContactId, fields: Fields) -> Step {
        let (call, reason) = match self.client() {
            Some(client) => (
                GrowCrmCall::Create {
                    client,
                    fields,
                    send_email: self.rules.growcrm.welcome_mails,
                },
                format!("contact {contact} is not in Grow CRM"),
            ),
            None => (
                GrowCrmCall::CreateClient {
                    company_name: self.company().name.clone(),
                    fields,
                    tags: vec![client::tag(self.snapshot)],
                },
                format!(
                    "the company has no client in Grow CRM, and contact {contact} is its default contact"
                ),
            ),
        };
        Step {
            contact,
            purpose: Purpose::Policy,
            call,
            reason,
        }
    }

    fn removed(&self, person: &Person<'_>) -> Option<Step> {
        let id = person.id;
        let record = person.held?.record.id;
        let survivor = self.survivor(id).map(|survivor| survivor.id);
        let merged = survivor.filter(|_| merged_into(&self.snapshot.past).contains_key(&id));
        let (purpose, reason) = match (merged, survivor) {
            (Some(survivor), _) => (
                Purpose::Merge {
                    loser: id,
                    survivor,
                },
                format!("contact {id} was merged into {survivor}, which has a record of its own"),
            ),
            (None, Some(back)) => (
                Purpose::Policy,
                format!("contact {id} came back as {back}, which has a record of its own"),
            ),
            (None, None) => (
                Purpose::Policy,
                format!("contact {id} {}", person.state.words()),
            ),
        };
        Some(Step {
            contact: id,
            purpose,
            call: GrowCrmCall::Remove { record },
            reason,
        })
    }
}

impl Unit {
    fn new(stage: Stage, id: ContactId) -> Self {
        Self {
            rank: (stage, id),
            concerns: BTreeSet::from([id]),
            frees: BTreeSet::from([id]),
            after: BTreeSet::new(),
            steps: Vec::new(),
        }
    }
}

impl Step {
    fn change(self, unit: u32) -> Change {
        Change {
            unit,
            rule: RULE,
            purpose: self.purpose,
            action: Action::Mirror {
                contact: self.contact,
                call: Call::GrowCrm(self.call),
            },
            reason: self.reason,
            evidence: Vec::new(),
        }
    }
}

/// What somebody who moved here still has in another client is removed.
fn left_elsewhere(contact: ContactId, former: &growcrm::Contact) -> Step {
    Step {
        contact,
        purpose: Purpose::Policy,
        call: GrowCrmCall::Remove { record: former.id },
        reason: format!(
            "contact {contact} moved here, and a portal user cannot be moved from client {}",
            former.client
        ),
    }
}

/// Nothing, when nothing differs.
fn updated(contact: ContactId, held: Held<'_>, fields: Fields) -> Option<Step> {
    let differences = fields.differences(held.record);
    let differences: Vec<String> = differences.iter().map(growcrm::Field::to_string).collect();
    let (last, others) = differences.split_last()?;
    let (names, verb) = if others.is_empty() {
        (last.clone(), "is")
    } else {
        (format!("{} and {last}", others.join(", ")), "are")
    };
    Some(Step {
        contact,
        purpose: Purpose::Policy,
        call: GrowCrmCall::Update {
            record: held.record.id,
            fields,
        },
        reason: format!("{names} {verb} not as contact {contact} has it"),
    })
}

/// The units in their order: by rank, but nothing before what must come first.
fn in_order(mut units: Vec<Unit>) -> Vec<Unit> {
    units.sort_by_key(|unit| unit.rank);
    let mut ordered = Vec::new();
    while !units.is_empty() {
        let waits = |unit: &Unit| {
            let mut others = units.iter().filter(|other| other.rank != unit.rank);
            others.any(|other| !other.frees.is_disjoint(&unit.after))
        };
        // There is always one: whoever would wait for itself is not in the plan.
        let next = units
            .iter()
            .position(|unit| !waits(unit))
            .unwrap_or_default();
        ordered.push(units.remove(next));
    }
    ordered
}

/// What is withheld, told once for each contact.
fn proposed(withheld: &[Withheld], company: model::CompanyId) -> Vec<Finding> {
    let mut actions: BTreeMap<ContactId, Vec<String>> = BTreeMap::new();
    for Withheld { change, .. } in withheld {
        for contact in change.action.contacts() {
            actions
                .entry(contact)
                .or_default()
                .push(change.action.to_string());
        }
    }
    let told = actions.into_iter().map(|(contact, actions)| Finding {
        rule: RULE,
        kind: FindingKind::Proposed,
        company: Some(company),
        contacts: vec![contact],
        words: format!(
            "this would be done if the mirror were enforced: {}",
            actions.join("; then ")
        ),
        evidence: Vec::new(),
    });
    told.collect()
}
