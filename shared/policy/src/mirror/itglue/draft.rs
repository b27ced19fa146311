//! A plan for IT Glue in the making.

use std::collections::{BTreeMap, BTreeSet};

use model::itglue::{self, ContactType, ContactTypeId, Draft as Fields, OrganizationId};
use model::mirror::{Call, ItGlueCall, Link, Mirrored};
use model::{
    Action, Change, CompanyId, ContactId, Finding, FindingKind, Mode, Purpose, Rule, Withheld,
};

use super::drift::Seen;
use super::index::Index;
use super::{Lock, Need, Snapshot};
use crate::mirror::{self, Line, MapChange, Refusals, merged_into, returned};
use crate::rules::{ItGlueRules, Rules};

pub(crate) const RULE: Rule = Rule::MirrorItGlue;

/// The plan so far.
pub(crate) struct Draft<'s> {
    pub(crate) now: &'s Snapshot,
    pub(crate) rules: &'s ItGlueRules,
    pub(crate) plan: mirror::Plan,
    pub(crate) needs: BTreeSet<Need>,
    /// Who was merged away, each with the contact it is part of.
    pub(crate) merged: BTreeMap<ContactId, ContactId>,
    /// Who was brought back under another id: the old ids with the newest ones.
    pub(crate) newest: BTreeMap<ContactId, ContactId>,
    /// The records that were read, by what a record is found by.
    pub(crate) index: Index<'s>,
    /// The records that the plan has found to be somebody's.
    pub(crate) taken: BTreeSet<itglue::ContactId>,
    /// The records of which nobody can say whose they are.
    pub(crate) contested: BTreeSet<itglue::ContactId>,
    /// The records that follow a contact.
    pub(crate) seen: Vec<Seen<'s>>,
    mode: Mode,
    unit: u32,
    creates_type: bool,
}

/// One write of a unit, before it has a place in the plan.
pub(crate) struct Step {
    pub(crate) contact: ContactId,
    pub(crate) call: ItGlueCall,
    pub(crate) reason: String,
}

/// What became of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proposal {
    /// There were none.
    Nothing,
    /// They are this unit of the plan.
    Made(u32),
    /// The mode withholds them.
    Withheld,
    /// IT Glue refused one of them lately.
    Refused,
}

/// What of a record can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// All.
    Whole,
    /// All but its email addresses.
    AllButEmails,
    /// The mark of a VIP, and the notes.
    Ours,
}

impl<'s> Draft<'s> {
    pub(crate) fn new(now: &'s Snapshot, rules: &'s Rules) -> Self {
        Self {
            now,
            rules: &rules.itglue,
            plan: mirror::Plan::default(),
            needs: BTreeSet::new(),
            merged: merged_into(&now.past),
            newest: returned(&now.past),
            index: Index::of(now),
            taken: BTreeSet::new(),
            contested: BTreeSet::new(),
            seen: Vec::new(),
            mode: rules.mode(RULE, now.company.id),
            unit: 0,
            creates_type: false,
        }
    }

    /// Takes steps that stand and fall together into the plan, as far as the mode allows.
    pub(crate) fn propose(&mut self, purpose: &Purpose, steps: Vec<Step>) -> Proposal {
        if steps.is_empty() {
            return Proposal::Nothing;
        }
        let unit = self.unit + 1;
        let changes = steps.into_iter().map(|step| Change {
            unit,
            rule: RULE,
            purpose: purpose.clone(),
            action: Action::Mirror {
                contact: step.contact,
                call: Call::ItGlue(step.call),
            },
            reason: step.reason,
            evidence: Vec::new(),
        });
        let changes: Vec<Change> = changes.collect();
        let (refusals, company) = (self.refusals(), self.now.company.id);
        let refused = changes
            .iter()
            .filter_map(|change| refusals.standing(change, company));
        let refused: Vec<Finding> = refused.collect();
        if !refused.is_empty() {
            self.plan.plan.findings.extend(refused);
            return Proposal::Refused;
        }
        self.unit = unit;
        if self.mode == Mode::Enforce {
            self.plan.plan.changes.extend(changes);
            return Proposal::Made(unit);
        }
        let mode = self.mode;
        let withheld = changes.into_iter().map(|change| Withheld { mode, change });
        self.plan.plan.withheld.extend(withheld);
        Proposal::Withheld
    }

    /// What the map says of a contact once something was done. It does not say what was withheld.
    pub(crate) fn record(&mut self, proposal: Proposal, contact: ContactId, line: Line) {
        let after = match proposal {
            Proposal::Nothing => None,
            Proposal::Made(unit) => Some(unit),
            Proposal::Withheld | Proposal::Refused => return,
        };
        self.plan.map.push(MapChange {
            after,
            contact,
            line,
        });
    }

    pub(crate) fn find(
        &mut self,
        kind: FindingKind,
        contacts: Vec<ContactId>,
        words: impl Into<String>,
    ) {
        self.plan.plan.findings.push(Finding {
            rule: RULE,
            kind,
            company: Some(self.now.company.id),
            contacts,
            words: words.into(),
            evidence: Vec::new(),
        });
    }

    /// Says of each contact what the mode withholds.
    pub(crate) fn tell_withheld(&mut self) {
        let mut told: BTreeMap<ContactId, Vec<String>> = BTreeMap::new();
        for Withheld { change, .. } in &self.plan.plan.withheld {
            let words = format!("{}, because {}", change.action, change.reason);
            for contact in change.action.contacts() {
                told.entry(contact).or_default().push(words.clone());
            }
        }
        for (contact, words) in told {
            let words = format!(
                "in {} mode, this is not done: {}",
                self.mode,
                words.join("; ")
            );
            self.find(FindingKind::Proposed, vec![contact], words);
        }
    }

    /// The line of the map of a contact, wherever it is; nothing until that is known.
    pub(crate) fn line(&mut self, contact: ContactId) -> Option<Option<(CompanyId, &'s Link)>> {
        let now = self.now;
        if let Some(link) = self.link(contact) {
            return Some(Some((now.company.id, link)));
        }
        match now.lines.get(&contact) {
            Some(line) => Some(line.as_ref().map(|(company, link)| (*company, link))),
            None => {
                self.needs.insert(Need::Line(contact));
                None
            }
        }
    }

    /// The line of the map that a contact has at this company.
    pub(crate) fn link(&self, contact: ContactId) -> Option<&'s Link> {
        let now = self.now;
        let here = now.links.iter().find(|link| link.contact == contact);
        here.or_else(|| match now.lines.get(&contact) {
            Some(Some((company, link))) if *company == now.company.id => Some(link),
            _ => None,
        })
    }

    /// A record, or that there is none; nothing until that is known.
    pub(crate) fn read(
        &mut self,
        record: itglue::ContactId,
    ) -> Option<Option<&'s itglue::Contact>> {
        let read = self.index.record(record);
        if read.is_none() && !self.now.records.contains_key(&record) {
            self.needs.insert(Need::Record(record));
            return None;
        }
        Some(read)
    }

    /// The types of contact; nothing until they are known.
    pub(crate) fn types(&mut self) -> Option<&'s [ContactType]> {
        let types = self.now.types.as_deref();
        if types.is_none() {
            self.needs.insert(Need::Types);
        }
        types
    }

    /// The type of inactive contacts, if there is to be one. Nothing until that is known or created.
    pub(crate) fn inactive_type(&mut self, contact: ContactId) -> Option<Option<ContactTypeId>> {
        let name = &self.rules.inactive_type;
        if name.is_empty() {
            return Some(None);
        }
        let found = type_named(self.types()?, name);
        if found.is_some() || !self.rules.create_types || self.now.no_new_types {
            return Some(found);
        }
        let is_refused = self.refusals().last(|action| {
            let Action::Mirror { call, .. } = action else {
                return false;
            };
            matches!(call, Call::ItGlue(ItGlueCall::CreateType { name: tried }) if tried == name)
        });
        if let Some(refusal) = is_refused {
            let words = format!(
                "IT Glue refused on {} to create the type of inactive contacts ({}), so contact {contact} does not \
                 get it; somebody should create it there",
                refusal.at, refusal.code
            );
            self.find(FindingKind::NotMirrored, vec![contact], words);
            return Some(None);
        }
        if !self.creates_type {
            self.creates_type = true;
            let step = Step {
                contact,
                call: ItGlueCall::CreateType { name: name.clone() },
                reason: "the rules name this type for inactive contacts, and IT Glue has none of this name"
                    .to_owned(),
            };
            self.propose(&Purpose::Policy, vec![step]);
        }
        // What is withheld will not be there later either.
        (self.mode != Mode::Enforce).then_some(None)
    }

    /// What of a record can be written.
    pub(crate) fn access(&self, record: &itglue::Contact) -> Access {
        if record.link == itglue::Link::Synced {
            return Access::Ours;
        }
        match self.lock(record.id) {
            Some(Lock::AllButOurs) => Access::Ours,
            Some(Lock::Emails) => Access::AllButEmails,
            None => Access::Whole,
        }
    }

    /// What of a record was refused to be written: in this visit, or within a day.
    fn lock(&self, record: itglue::ContactId) -> Option<Lock> {
        let is_of_it = move |action: &Action| {
            let Action::Mirror { call, .. } = action else {
                return false;
            };
            matches!(call, Call::ItGlue(ItGlueCall::Update { record: of, .. }) if *of == record)
        };
        let refused = self.refusals().all(is_of_it);
        let remembered = refused.filter_map(|refusal| match refusal.code {
            "SyncedEmails" => Some(Lock::Emails),
            "SyncedRecord" => Some(Lock::AllButOurs),
            _ => None,
        });
        let learned = self.now.locked.get(&record).copied();
        remembered.chain(learned).max()
    }

    /// What IT Glue refused lately.
    fn refusals(&self) -> Refusals<'s> {
        Refusals::new(&self.now.past, self.now.taken_at)
    }

    /// Whether IT Glue will not move a record to where it belongs.
    pub(crate) fn is_immovable(&self, record: &itglue::Contact, place: OrganizationId) -> bool {
        record.organization != place && self.now.immovable.contains(&record.id)
    }
}

/// The type of this name. Spelling it in another case is no other name, unless there are both.
#[must_use]
pub fn type_named(types: &[ContactType], name: &str) -> Option<ContactTypeId> {
    let exact = types.iter().find(|each| each.name.trim() == name);
    let alike = || types.iter().find(|each| same_name(&each.name, name));
    exact.or_else(alike).map(|each| each.id)
}

/// Whether two names of a setting are the same to a person.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The record of a line, and what it was given.
pub(crate) fn of_itglue(link: &Link) -> Option<(itglue::ContactId, Option<&Fields>)> {
    match &link.record {
        Mirrored::ItGlue { id, given } => Some((*id, given.as_ref())),
        Mirrored::GrowCrm { .. } => None,
    }
}
