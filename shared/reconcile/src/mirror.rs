//! One visit to a mirror: carrying a company's contacts to IT Glue or Grow CRM.
//!
//! It is made as a visit to the PSA is: gather, plan, check, apply, record. The PSA is only read.

mod apply;
mod directory;
mod drift;
mod growcrm;
mod itglue;
mod vendor;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use connectwise::{ChildConditions, Conditions, Reader};
use journal::Store;
use model::mirror::{Digest, Link, Place};
use model::{
    CompanyId, Contact, ContactId, Entry, Finding, FindingKind, Mode, Outcome, Past, Plan,
};
use policy::Rules;
use policy::mirror::{Line, MapChange, abandoned, left_behind};

use crate::clock::Clock;
use crate::drill::Drill;
use crate::error::Error;
use crate::fate::{Fate, fate};
use crate::findings::{about, keep_findings_of_mirror};
use crate::gather::PAGE;
use crate::record::Record;
use crate::visit::{Request, Visit};

pub use directory::{Listed, Owner, Whereabouts};
pub use drift::{Drift, Roster};
pub use growcrm::GrowCrm;
pub use itglue::ItGlue;
pub(crate) use vendor::Failure;
pub use vendor::Vendor;

use apply::{AsAsked, Created, Executor, Progress};
use vendor::{Learned, Shared, Start};

/// How often a visit plans anew: after what it made, after a refusal.
const ROUNDS: usize = 6;

/// What the map said of a company's place when a visit began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placed {
    /// Nothing.
    Nowhere,
    /// This, and it was taken off the map for the time of the visit.
    Before,
    /// This, and it still does.
    At(Place),
}

/// Carries contacts to one mirror.
pub struct Mirror<J, V> {
    reader: Reader,
    vendor: V,
    journal: J,
    rules: Rules,
    clock: Arc<dyn Clock>,
    drill: Drill,
}

impl<J: Store, V: Vendor> Mirror<J, V> {
    /// Carries contacts to this vendor. Whether anything may be written there is the vendor's: it has a writer or not.
    pub fn new(reader: Reader, vendor: V, journal: J, rules: Rules, clock: Arc<dyn Clock>) -> Self {
        Self {
            reader,
            vendor,
            journal,
            rules,
            clock,
            drill: Drill::default(),
        }
    }

    /// The vendor.
    pub fn vendor(&self) -> &V {
        &self.vendor
    }

    /// The same without one of its safeguards: only for tests, which prove with it that they would notice.
    #[cfg(feature = "drill")]
    #[must_use]
    pub fn without(mut self, safeguard: crate::Safeguard) -> Self {
        self.drill.without = Some(safeguard);
        self
    }

    /// The journal.
    pub fn journal(&self) -> &J {
        &self.journal
    }

    /// What would be done about these contacts. Writes nothing, neither to the mirror nor to the journal. `None` when
    /// the company is gone.
    ///
    /// # Errors
    /// When the PSA, the mirror or the journal cannot be read, or the checker objects.
    pub async fn plan(&self, request: &Request) -> Result<Option<Plan>, Error> {
        let Some((mut snapshot, findings)) = self.start(request).await? else {
            return Ok(None);
        };
        let mut plan = self.decide(&mut snapshot).await?.plan;
        plan.findings.extend(findings);
        Ok(Some(plan))
    }

    /// Carries these contacts over: settles, gathers, plans, checks, applies and records.
    ///
    /// # Errors
    /// When the visit ended early; see [`fate`](crate::fate()). What it had done is in the journal.
    pub async fn visit(&self, request: &Request) -> Result<Visit, Error> {
        let mut visit = Visit::new(request);
        let result = Box::pin(self.rounds(request, &mut visit)).await;
        visit.log("mirrored contacts of a company", result.is_ok());
        result.map(|()| visit)
    }

    async fn rounds(&self, request: &Request, visit: &mut Visit) -> Result<(), Error> {
        self.settle(request).await?;
        let Some((mut snapshot, hidden)) = self.start(request).await? else {
            return self.abandon(request, visit).await;
        };
        let placed = self.begin(request, &snapshot).await?;
        let mut left = Vec::new();
        for finding in hidden {
            let mut record = self.recorder(request, &mut visit.entries, &mut left);
            record.tell(finding).await?;
        }
        let mut noted = Vec::new();
        let followed = self
            .follow(request, visit, &mut snapshot, &mut left, &mut noted)
            .await;
        let told = match &followed {
            Ok(()) => visit.findings.clone(),
            // The next visit finds done what was done, in whatever round, and would not tell.
            Err(_) => about(&visit.findings, &visit.entries),
        };
        let record = self.recorder(request, &mut visit.entries, &mut left);
        for finding in told.iter().filter(|told| !noted.contains(told)) {
            record.note(finding).await?;
        }
        visit.findings.append(&mut left);
        followed?;
        self.end(request, placed, V::place(&snapshot)).await
    }

    /// Plans and applies, until nothing is left to be written. What it tells a person while it writes is in the journal
    /// by then, and `left`; what it told of the plan's findings is `noted`.
    async fn follow(
        &self,
        request: &Request,
        visit: &mut Visit,
        snapshot: &mut V::Snapshot,
        left: &mut Vec<Finding>,
        noted: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let mut refused = BTreeSet::new();
        for _ in 0..ROUNDS {
            let plan = self.decide(snapshot).await?;
            keep_findings_of_mirror(visit, &plan.plan);
            if plan.misplaced {
                let company = request.company;
                self.journal.set_place(company, V::SYSTEM, None).await?;
            }
            if plan.place.is_some() || plan.misplaced {
                V::learn(snapshot, Learned::Place(plan.place));
            }
            let at_once = plan.map.iter().filter(|change| change.after.is_none());
            for change in at_once {
                let record = self.recorder(request, &mut visit.entries, left);
                note_about(&record, noted, &plan.plan, change.contact).await?;
                self.remember(request, snapshot, change, None).await?;
            }
            let mut executor = Executor {
                mirror: self,
                request,
                record: self.recorder(request, &mut visit.entries, left),
                snapshot: &mut *snapshot,
                refused: &mut refused,
                noted,
            };
            match executor.apply(&plan).await? {
                Progress::Complete => return Ok(()),
                // What was made or refused is in the snapshot; what follows from it is planned next.
                Progress::Changed => {}
            }
        }
        Err(Error::Unsettled)
    }

    /// Tells of contacts whose company is gone.
    async fn abandon(&self, request: &Request, visit: &mut Visit) -> Result<(), Error> {
        let company = request.company;
        let links = self
            .journal
            .links(company, V::SYSTEM, Some(&request.contacts));
        let links = links.await?;
        if left_behind(&links).is_empty() {
            return Ok(());
        }
        let plan = abandoned(V::SYSTEM, company, &links);
        let mut record = self.recorder(request, &mut visit.entries, &mut visit.findings);
        for finding in plan.plan.findings {
            record.tell(finding).await?;
        }
        for change in &plan.map {
            if let Line::Is(link) = &change.line {
                self.journal.link(company, link).await?;
            }
        }
        Ok(())
    }

    /// Takes the company's place off the map while somebody may not be carried over: until a visit about somebody who
    /// has no record there has ended, and where nothing is written. As long as there is no place, each visit to the
    /// whole company in the PSA names everybody who has no record.
    async fn begin(&self, request: &Request, snapshot: &V::Snapshot) -> Result<Placed, Error> {
        let Some(place) = V::place(snapshot) else {
            return Ok(Placed::Nowhere);
        };
        let lines = V::lines(snapshot);
        let is_known = |id: &ContactId| lines.iter().any(|line| line.contact == *id);
        if self.writes_at(request.company) && request.contacts.iter().all(is_known) {
            return Ok(Placed::At(place));
        }
        let company = request.company;
        self.journal.set_place(company, V::SYSTEM, None).await?;
        Ok(Placed::Before)
    }

    /// Puts the company's place on the map once everybody was looked at and what may be written was.
    async fn end(
        &self,
        request: &Request,
        placed: Placed,
        place: Option<Place>,
    ) -> Result<(), Error> {
        let is_there = place.is_none_or(|place| placed == Placed::At(place));
        if is_there || !self.writes_at(request.company) {
            return Ok(());
        }
        // Where there was a place, everybody else had been looked at before.
        if placed == Placed::Nowhere && !self.was_everybody(request).await? {
            return Ok(());
        }
        let company = request.company;
        Ok(self.journal.set_place(company, V::SYSTEM, place).await?)
    }

    /// Whether nobody is left who was not looked at and has no record. In a company too large to be read whole, only
    /// the events tell of somebody, and nobody waits for more.
    async fn was_everybody(&self, request: &Request) -> Result<bool, Error> {
        let (company, limit) = (request.company, self.rules.limits.contacts_read_whole);
        let all = self.reader.contacts_of(company, limit).await?;
        let lines = self.journal.links(company, V::SYSTEM, None).await?;
        let known: BTreeSet<ContactId> = lines.iter().map(|line| line.contact).collect();
        let mut ids = all.contacts.iter().map(|contact| contact.id);
        let is_left = ids.any(|id| !known.contains(&id) && !request.contacts.contains(&id));
        Ok(!all.complete || !is_left)
    }

    /// Whether what is planned at a company is written.
    fn writes_at(&self, company: CompanyId) -> bool {
        let mode = self.rules.mode(V::SYSTEM.rule(), company);
        mode == Mode::Enforce && self.vendor.may_write()
    }

    /// Reads what every visit needs: the company and the contacts in the PSA, and what the journal knows of them. Of
    /// contacts that may not be read, nothing is known, so they are left out and told.
    async fn start(&self, request: &Request) -> Result<Option<(V::Snapshot, Vec<Finding>)>, Error> {
        let Some(company) = self.reader.company(request.company).await? else {
            return Ok(None);
        };
        let id = company.id;
        let links = self.journal.links(id, V::SYSTEM, Some(&request.contacts));
        let links = links.await?;
        let place = self.journal.place(id, V::SYSTEM).await?;
        let memory = self.journal.memory(id).await?.in_present_ids();
        let contacts = self.contacts(&request.contacts, &links).await?;
        let asked: BTreeSet<ContactId> = contacts.keys().copied().collect();
        let hidden = request.contacts.difference(&asked);
        let findings = hidden.map(|contact| self.hidden(id, *contact)).collect();
        let mut snapshot = V::snapshot(Start {
            company,
            asked,
            links,
            place,
            past: memory.past,
            taken_at: self.clock.now(),
        });
        for (id, contact) in contacts {
            V::learn(&mut snapshot, Learned::Contact(id, contact.map(Box::new)));
        }
        Ok(Some((snapshot, findings)))
    }

    /// These contacts as the PSA has them, or that it does not have them, in as few reads as possible. That a list
    /// lacks somebody who has a record is no proof: it is asked for alone. Where so many turn out to be gone that
    /// nothing is done about it, the others need no proof. Whoever may not be read is left out.
    async fn contacts(
        &self,
        ids: &BTreeSet<ContactId>,
        links: &[Link],
    ) -> Result<BTreeMap<ContactId, Option<Contact>>, Error> {
        let mut contacts: BTreeMap<ContactId, Option<Contact>> = BTreeMap::new();
        let mut complete = true;
        for filter in Conditions::any(ids.iter().map(|id| Conditions::contact(*id))) {
            let none = ChildConditions::default();
            let batch = self.reader.contacts_matching(&filter, &none, PAGE).await?;
            complete &= batch.complete;
            let found = batch.contacts.into_iter();
            contacts.extend(found.map(|contact| (contact.id, Some(contact))));
        }
        let limit = self.rules.limits.removals_per_visit;
        let mut gone = 0;
        for id in ids {
            if contacts.contains_key(id) {
                continue;
            }
            let is_linked = links.iter().any(|link| link.contact == *id);
            let mut contact = None;
            if !complete || (is_linked && gone <= limit) {
                contact = match self.reader.contact(*id).await {
                    Ok(contact) => contact,
                    Err(error) if *error.kind() == connectwise::ErrorKind::Forbidden => continue,
                    Err(error) => return Err(error.into()),
                };
            }
            gone += u32::from(is_linked && contact.is_none());
            contacts.insert(*id, contact);
        }
        Ok(contacts)
    }

    /// Says that a contact may not be read.
    fn hidden(&self, company: CompanyId, contact: ContactId) -> Finding {
        Finding {
            rule: V::SYSTEM.rule(),
            kind: FindingKind::NoCompany,
            company: Some(company),
            contacts: vec![contact],
            words: format!(
                "contact {contact} cannot be read with the API member's role, so what the mirror has of it stays as it \
                 is; widen the role"
            ),
            evidence: Vec::new(),
        }
    }

    /// Reads what the plan needs, until it needs nothing more, and has it checked.
    async fn decide(&self, snapshot: &mut V::Snapshot) -> Result<policy::mirror::Plan, Error> {
        let mut asked: BTreeSet<V::Need> = BTreeSet::new();
        let mut place = None;
        loop {
            let needs = V::needs(snapshot, &self.rules);
            let new: Vec<V::Need> = needs.difference(&asked).cloned().collect();
            if new.is_empty() {
                break;
            }
            for need in new {
                self.answer(snapshot, &need).await?;
                asked.insert(need);
            }
            // Once it is found where the company is mirrored to, the rest is looked for there.
            if let Some(found) = V::plan(snapshot, &self.rules).place {
                V::learn(snapshot, Learned::Place(Some(found)));
                place = Some(found);
            }
        }
        let mut plan = V::plan(snapshot, &self.rules);
        plan.place = plan.place.or(place);
        let objections = V::check(snapshot, &self.rules, &plan);
        if objections.is_empty() {
            Ok(plan)
        } else {
            Err(Error::MirrorRefused(objections))
        }
    }

    /// Reads what a plan needs.
    async fn answer(&self, snapshot: &mut V::Snapshot, need: &V::Need) -> Result<(), Error> {
        match V::shared(need) {
            Some(Shared::Line(contact)) => {
                let line = self.journal.link_of(V::SYSTEM, contact).await?;
                V::learn(snapshot, Learned::Line(contact, line.map(Box::new)));
            }
            Some(Shared::Lines) => {
                let company = V::company(snapshot);
                let lines = self.journal.links(company, V::SYSTEM, None).await?;
                V::learn(snapshot, Learned::Lines(lines));
            }
            Some(Shared::Contact(contact)) => {
                let found = self.reader.contact(contact).await?;
                V::learn(snapshot, Learned::Contact(contact, found.map(Box::new)));
            }
            Some(Shared::Company) => {
                let company = V::company(snapshot);
                let batch = self.reader.contacts_of(company, PAGE).await?;
                V::learn(snapshot, Learned::Company(batch.contacts, batch.complete));
            }
            Some(Shared::Former(contact)) => {
                let found = self.former(V::past(snapshot), contact).await?;
                V::learn(snapshot, Learned::Former(contact, found.map(Box::new)));
            }
            Some(Shared::Folded(contact)) => {
                let found = self.folded(V::past(snapshot), contact).await?;
                V::learn(snapshot, Learned::Folded(contact, found));
            }
            None => self.vendor.read(need, snapshot, self.clock.now()).await?,
        }
        Ok(())
    }

    /// A contact as it was before we merged it away: the journal has it until it is told to forget.
    async fn former(&self, past: &[Past], contact: ContactId) -> Result<Option<Contact>, Error> {
        let Some(merge) = policy::mirror::merge_of(past, contact) else {
            return Ok(None);
        };
        let Some(entry) = self.journal.entry(merge).await? else {
            return Ok(None);
        };
        // The entry tells of it under the id that it had then.
        let loser = entry.action.merges(&entry.purpose).map(|(loser, _)| loser);
        let mut known = entry.before.contacts.into_iter();
        Ok(known.find(|known| Some(known.id) == loser))
    }

    /// What the last merge of a contact did in IT Glue, with its images.
    async fn folded(&self, past: &[Past], contact: ContactId) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        for change in policy::mirror::itglue::of_last_merge(past, contact) {
            entries.extend(self.journal.entry(change).await?);
        }
        Ok(entries)
    }

    /// Gives every write to this mirror whose end nobody knows the end that reading shows. Usually there is none.
    async fn settle(&self, request: &Request) -> Result<(), Error> {
        if !self.drill.settles() {
            return Ok(());
        }
        let open = self.journal.open_intents(request.company).await?;
        let ours = open
            .into_iter()
            .filter(|entry| entry.rule == V::SYSTEM.rule());
        for entry in ours.rev() {
            let outcome = match self.vendor.find_out(&entry).await {
                Ok(outcome) => outcome,
                // What cannot be read will not be the next time either, and the others are not to wait for it.
                Err(error) if fate(&error) == Fate::Dead => {
                    tracing::warn!(change.id = %entry.id, error = %error, "an open intent cannot be settled");
                    Outcome::Unknown
                }
                Err(error) => return Err(error),
            };
            tracing::info!(change.id = %entry.id, outcome = %outcome, "settled an open intent");
            let at = self.clock.now();
            self.journal.conclude(&entry.id, &outcome, None, at).await?;
        }
        Ok(())
    }

    /// Records what the map says of a contact, and plans on with it. `created` is the record that a unit made.
    async fn remember(
        &self,
        request: &Request,
        snapshot: &mut V::Snapshot,
        change: &MapChange,
        created: Option<&Created>,
    ) -> Result<(), Error> {
        let contact = change.contact;
        let mut line = V::line(change, created.map(|created| &created.record));
        let otherwise = created.filter(|created| created.as_asked == AsAsked::No);
        if let (Some(line), Some(created), Line::IsCreated { .. }) =
            (&mut line, otherwise, &change.line)
        {
            line.record = created.record.as_given();
            line.digest = Digest::unsettled();
        }
        match &line {
            Some(link) => self.journal.link(request.company, link).await?,
            None => self.journal.unlink(V::SYSTEM, contact).await?,
        }
        let line = line.map(|link| Box::new((request.company, link)));
        V::learn(snapshot, Learned::Line(contact, line));
        Ok(())
    }

    fn recorder<'v>(
        &'v self,
        request: &'v Request,
        entries: &'v mut Vec<Entry>,
        findings: &'v mut Vec<Finding>,
    ) -> Record<'v, J> {
        Record {
            journal: &self.journal,
            clock: &self.clock,
            request,
            entries,
            findings,
        }
    }
}

/// Records what a plan tells of a contact. That is done before the map says something else of it: a visit that finds the
/// map changed has nothing to tell any more.
async fn note_about<J: Store>(
    record: &Record<'_, J>,
    noted: &mut Vec<Finding>,
    plan: &Plan,
    contact: ContactId,
) -> Result<(), Error> {
    let findings = plan.findings.iter();
    for finding in findings.filter(|finding| finding.contacts.contains(&contact)) {
        if !noted.contains(finding) {
            record.note(finding).await?;
            noted.push(finding.clone());
        }
    }
    Ok(())
}
