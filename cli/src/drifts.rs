//! The three systems side by side, company by company.

use std::collections::BTreeMap;
use std::sync::Arc;

use journal::Store;
use model::mirror::{Place, System};
use model::{ContactId, Mode, Private};
use policy::mirror::drift::{Difference, Fate, Field, LEADS, Winner};
use reconcile::{Drift, Error, GrowCrm, ItGlue, Mirror, Request, Roster, Vendor, Visit, fate};
use serde_json::{Value, json};
use startup::Problems;

use crate::desk::Desk;
use crate::values;

/// The mirrors, as far as they can be asked.
pub(crate) struct Mirrors<J> {
    itglue: State<Mirror<Arc<J>, ItGlue>>,
    growcrm: State<Mirror<Arc<J>, GrowCrm>>,
}

enum State<M> {
    Off,
    /// It cannot be asked, because of this.
    Down(String),
    On(Box<M>),
}

/// A company, compared with each mirror.
pub(crate) struct Compared {
    pub(crate) roster: Roster,
    pub(crate) sides: [(System, Side); 2],
}

/// What came of the comparison with one mirror.
pub(crate) enum Side {
    /// The mirror is off.
    Off,
    /// It could not be compared, because of this.
    Failed(String),
    /// This.
    Told(Drift),
}

impl<J: Store> Mirrors<J> {
    /// Opens both. That one cannot be opened keeps nobody from the other.
    pub(crate) async fn open(desk: &Desk<'_, J>) -> Self {
        let (itglue, growcrm) = tokio::join!(desk.itglue(), desk.growcrm());
        Self {
            itglue: State::of(itglue),
            growcrm: State::of(growcrm),
        }
    }

    /// The mirrors that are off.
    pub(crate) fn off(&self) -> Vec<System> {
        let mut off = Vec::new();
        if let State::Off = self.itglue {
            off.push(System::ItGlue);
        }
        if let State::Off = self.growcrm {
            off.push(System::GrowCrm);
        }
        off
    }

    /// Compares a company with both. A mirror that does not answer is not asked about the next companies either.
    pub(crate) async fn compare(&mut self, roster: Roster) -> Compared {
        let (itglue, growcrm) =
            tokio::join!(self.itglue.compare(&roster), self.growcrm.compare(&roster));
        Compared {
            roster,
            sides: [(System::ItGlue, itglue), (System::GrowCrm, growcrm)],
        }
    }

    /// Has one carry out what is to be written there.
    pub(crate) async fn visit(
        &self,
        system: System,
        request: &Request,
    ) -> Option<Result<Visit, Error>> {
        match system {
            System::ItGlue => self.itglue.visit(request).await,
            System::GrowCrm => self.growcrm.visit(request).await,
        }
    }
}

impl<M> State<M> {
    fn of(opened: Result<Option<M>, Problems>) -> Self {
        match opened {
            Ok(None) => Self::Off,
            Ok(Some(mirror)) => Self::On(Box::new(mirror)),
            Err(problems) => Self::Down(problems.to_string()),
        }
    }
}

impl<J: Store, V: Vendor> State<Mirror<J, V>> {
    async fn compare(&mut self, roster: &Roster) -> Side {
        let error = match self {
            Self::Off => return Side::Off,
            Self::Down(why) => return Side::Failed(why.clone()),
            Self::On(mirror) => match Box::pin(mirror.drift(roster)).await {
                Ok(drift) => return Side::Told(drift),
                Err(error) => error,
            },
        };
        let why = error.to_string();
        let is_mirrors = matches!(error, Error::ItGlue(_) | Error::GrowCrm(_));
        if is_mirrors && matches!(fate(&error), reconcile::Fate::Retry { .. }) {
            *self = Self::Down(why.clone());
        }
        Side::Failed(why)
    }

    async fn visit(&self, request: &Request) -> Option<Result<Visit, Error>> {
        match self {
            Self::On(mirror) => Some(Box::pin(mirror.visit(request)).await),
            Self::Off | Self::Down(_) => None,
        }
    }
}

impl Compared {
    /// What differs in each mirror that was compared.
    pub(crate) fn drifts(&self) -> impl Iterator<Item = &Drift> {
        self.sides.iter().filter_map(|(_, side)| match side {
            Side::Told(drift) => Some(drift),
            Side::Off | Side::Failed(_) => None,
        })
    }

    /// All that differs.
    pub(crate) fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.drifts().flat_map(|drift| &drift.differences)
    }

    /// Whether there is anything to tell.
    pub(crate) fn is_quiet(&self) -> bool {
        self.differences().next().is_none()
    }

    /// Why a mirror could not be compared, for each that could not.
    pub(crate) fn failures(&self) -> impl Iterator<Item = (System, &str)> {
        self.sides.iter().filter_map(|(system, side)| match side {
            Side::Failed(why) => Some((*system, why.as_str())),
            Side::Off | Side::Told(_) => None,
        })
    }

    /// The company as data.
    pub(crate) fn data(&self) -> Value {
        let company = &self.roster.company;
        let sides = self.sides.iter().map(|(system, side)| {
            let side = match side {
                Side::Off => json!({ "state": "off" }),
                Side::Failed(why) => json!({ "state": "failed", "error": why }),
                Side::Told(drift) => json!({
                    "state": "compared",
                    "mode": drift.mode,
                    "place": drift.place,
                    "differences": drift.differences,
                }),
            };
            (json!(system).as_str().unwrap_or_default().to_owned(), side)
        });
        let sides: BTreeMap<String, Value> = sides.collect();
        json!({ "company": company.id, "name": company.name, "mirrors": sides })
    }

    /// Who differs in what, in the order in which it is read.
    pub(crate) fn subjects(&self) -> Vec<Subject<'_>> {
        let mut subjects: BTreeMap<Who, Subject<'_>> = BTreeMap::new();
        for drift in self.drifts() {
            for difference in &drift.differences {
                let who = Who::of(difference, drift.system);
                let subject = subjects.entry(who).or_insert_with(|| Subject {
                    who,
                    records: BTreeMap::new(),
                    rows: Vec::new(),
                });
                subject.add(drift, difference);
            }
        }
        let mut subjects: Vec<Subject<'_>> = subjects.into_values().collect();
        for subject in &mut subjects {
            subject.rows.sort_by_key(|row| row.difference.field);
        }
        subjects
    }

    /// What somebody is called.
    pub(crate) fn named(&self, subject: &Subject<'_>) -> String {
        match subject.who {
            Who::Company => "the company as a whole".to_owned(),
            Who::Contact(id) => {
                let contact = self.roster.contacts.get(&id);
                let name = contact.map_or_else(String::new, |c| format!(" {}", values::name(c)));
                let records = subject.records.iter();
                let records: Vec<String> = records
                    .map(|(system, id)| format!("{system} {id}"))
                    .collect();
                if records.is_empty() {
                    format!("contact {id}{name}")
                } else {
                    format!("contact {id}{name} ({})", records.join(", "))
                }
            }
            Who::Record(system, id) => format!("{system} contact {id}, nobody in the PSA"),
        }
    }
}

/// Whom a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    /// The company as a whole.
    Company,
    /// A contact.
    Contact(ContactId),
    /// A record that is no contact's.
    Record(System, u64),
}

/// Somebody, and all that differs there.
pub(crate) struct Subject<'d> {
    pub(crate) who: Who,
    /// The records that it has, as far as something differs there.
    pub(crate) records: BTreeMap<System, u64>,
    pub(crate) rows: Vec<Row<'d>>,
}

/// One thing that differs, in one mirror or in both alike.
pub(crate) struct Row<'d> {
    /// What the PSA has, and what becomes of it: the same in both.
    pub(crate) difference: &'d Difference,
    /// What each mirror has that it differs in.
    pub(crate) has: BTreeMap<System, Option<&'d Private>>,
    mode: Mode,
    system: System,
}

impl Who {
    fn of(difference: &Difference, system: System) -> Self {
        match (difference.contact, difference.record) {
            (Some(contact), _) => Self::Contact(contact),
            (None, Some(record)) => Self::Record(system, record),
            (None, None) => Self::Company,
        }
    }
}

impl<'d> Subject<'d> {
    fn add(&mut self, drift: &Drift, difference: &'d Difference) {
        let system = drift.system;
        if let Some(record) = difference.record {
            self.records.entry(system).or_insert(record);
        }
        let is_alike = |row: &&mut Row<'d>| {
            let other = row.difference;
            !row.has.contains_key(&system)
                && row.mode == drift.mode
                && (other.field, &other.psa, other.fate, &other.why)
                    == (
                        difference.field,
                        &difference.psa,
                        difference.fate,
                        &difference.why,
                    )
        };
        let mirror = difference.mirror.as_ref();
        match self.rows.iter_mut().find(is_alike) {
            Some(row) => {
                row.has.insert(system, mirror);
            }
            None => self.rows.push(Row {
                difference,
                has: BTreeMap::from([(system, mirror)]),
                mode: drift.mode,
                system,
            }),
        }
    }
}

impl Row<'_> {
    /// What differs.
    pub(crate) fn field(&self) -> Field {
        self.difference.field
    }

    /// What becomes of it, in a word or two.
    pub(crate) fn verdict(&self) -> &'static str {
        verdict(self.difference.fate, self.mode)
    }

    /// Who wins, and why.
    pub(crate) fn reason(&self) -> String {
        let Difference { winner, why, .. } = self.difference;
        match winner {
            Winner::Psa if why.starts_with(LEADS) => why.clone(),
            Winner::Psa => format!("{LEADS}: {why}"),
            Winner::Mirror => format!("{} wins: {why}", self.system),
            Winner::NativeSync => format!("the native sync wins: {why}"),
            Winner::Nobody => format!("a person decides: {why}"),
        }
    }
}

/// What becomes of a difference, where the mirror may be written to so far.
pub(crate) fn verdict(fate: Fate, mode: Mode) -> &'static str {
    match fate {
        Fate::Written | Fate::Later if mode != Mode::Enforce => "only observed",
        Fate::Written => "written",
        Fate::Later => "written next",
        Fate::Person => "for a person",
        Fate::Kept => "kept",
    }
}

/// How a mirror stands at a company, in words.
pub(crate) fn standing(side: &Side) -> String {
    match side {
        Side::Off => "off: not compared".to_owned(),
        Side::Failed(why) => format!("not compared: failed to {why}"),
        Side::Told(drift) => {
            let place = match drift.place {
                None => "nowhere".to_owned(),
                Some(Place::ItGlue(id)) => format!("organization {id}"),
                Some(Place::GrowCrm(id)) => format!("client {id}"),
            };
            match drift.mode {
                Mode::Enforce => place,
                Mode::Observe | Mode::Review => {
                    format!("{place}; only observed, so nothing is written there")
                }
            }
        }
    }
}

/// How many differences there are, by what becomes of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) written: usize,
    pub(crate) observed: usize,
    pub(crate) person: usize,
    pub(crate) kept: usize,
}

impl Count {
    /// Of all these companies.
    pub(crate) fn of(companies: &[Compared]) -> Self {
        let mut count = Self::default();
        for drift in companies.iter().flat_map(Compared::drifts) {
            for difference in &drift.differences {
                let one = match difference.fate {
                    Fate::Written | Fate::Later if drift.mode == Mode::Enforce => {
                        &mut count.written
                    }
                    Fate::Written | Fate::Later => &mut count.observed,
                    Fate::Person => &mut count.person,
                    Fate::Kept => &mut count.kept,
                };
                *one += 1;
            }
        }
        count
    }
}
