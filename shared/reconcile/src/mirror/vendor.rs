//! What a mirror must be able to do.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use model::mirror::{Call, Link, Place, Record, System};
use model::{Company, CompanyId, Contact, ContactId, Entry, Finding, Outcome, Past, itglue};
use policy::Rules;
use policy::mirror::drift::Difference;
use policy::mirror::{MapChange, Plan};

use crate::error::Error;

/// A mirror: its client, and what its policy plans from.
pub trait Vendor: Send + Sync {
    /// Which one.
    const SYSTEM: System;

    /// What a plan is made from.
    type Snapshot: Send + Sync;

    /// What a plan may have to know more.
    type Need: Ord + Clone + fmt::Debug + Send + Sync;

    /// Why a call failed.
    type Error: Failure + Into<Error>;

    /// What is known before anything was read of the mirror.
    fn snapshot(start: Start) -> Self::Snapshot;

    /// The company it is about.
    fn company(snapshot: &Self::Snapshot) -> CompanyId;

    /// The lines of the map that the company has, as far as they were read.
    fn lines(snapshot: &Self::Snapshot) -> &[Link];

    /// Where the company is mirrored to, by the map.
    fn place(snapshot: &Self::Snapshot) -> Option<Place>;

    /// What was done to the company's contacts, in present ids.
    fn past(snapshot: &Self::Snapshot) -> &[Past];

    /// What must be read before [`plan`](Self::plan) is complete.
    fn needs(snapshot: &Self::Snapshot, rules: &Rules) -> BTreeSet<Self::Need>;

    /// What is to be written.
    fn plan(snapshot: &Self::Snapshot, rules: &Rules) -> Plan;

    /// A second judgment of a plan.
    fn check(snapshot: &Self::Snapshot, rules: &Rules, plan: &Plan) -> Vec<String>;

    /// What of it the mirror need not be asked for.
    fn shared(need: &Self::Need) -> Option<Shared>;

    /// Adds what was read elsewhere.
    fn learn(snapshot: &mut Self::Snapshot, learned: Learned);

    /// Reads what a plan needs from the mirror.
    fn read(
        &self,
        need: &Self::Need,
        snapshot: &mut Self::Snapshot,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// What must be read before [`drift`](Self::drift) is complete, beside all records of the place.
    fn drift_needs(snapshot: &Self::Snapshot, rules: &Rules) -> BTreeSet<Self::Need> {
        Self::needs(snapshot, rules)
    }

    /// Everything in which the mirror is not as the PSA has it.
    fn drift(snapshot: &Self::Snapshot, rules: &Rules) -> Vec<Difference>;

    /// Where the company belongs in the mirror, as far as what was read tells it.
    fn home(snapshot: &Self::Snapshot, rules: &Rules) -> Option<Place>;

    /// Reads all records of that place as a list, so that none has to be read by itself.
    fn read_all(
        &self,
        place: Place,
        snapshot: &mut Self::Snapshot,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Whether this process may write to the mirror.
    fn may_write(&self) -> bool;

    /// The records that a write changes, as they were read.
    fn before(snapshot: &Self::Snapshot, call: &Call) -> Vec<Record>;

    /// Makes a write: exactly one request, but for a look at what may be there already where it could not be taken
    /// back. `created` is the record that the plan created for the same contact.
    fn call(
        &self,
        call: &Call,
        created: Option<&Record>,
    ) -> impl Future<Output = Result<Made, Refusal<Self::Error>>> + Send;

    /// Adds what a write made, so that the next plan starts from it.
    fn made(snapshot: &mut Self::Snapshot, call: &Call, made: &Made);

    /// Adds what a refusal tells, so that the next plan does without. Tells whether there was anything to add: if not,
    /// the next plan would be the same.
    fn refused(snapshot: &mut Self::Snapshot, call: &Call, refusal: &Refusal<Self::Error>) -> bool;

    /// What a person should look at after a write that was answered, where no later plan finds it. The snapshot is as it
    /// was before, and `otherwise` are the fields that are not as they were asked to be.
    fn noticed(
        _snapshot: &Self::Snapshot,
        _contact: ContactId,
        _call: &Call,
        _made: &Made,
        _otherwise: &[&'static str],
    ) -> Option<Finding> {
        None
    }

    /// What the map says once a change of it is in force.
    fn line(change: &MapChange, created: Option<&Record>) -> Option<Link>;

    /// How a write ended whose answer nobody saw, as far as the mirror can tell.
    fn find_out(&self, entry: &Entry) -> impl Future<Output = Result<Outcome, Error>> + Send;
}

/// What is known before anything was read of the mirror.
pub struct Start {
    pub(crate) company: Company,
    pub(crate) asked: BTreeSet<ContactId>,
    pub(crate) links: Vec<Link>,
    pub(crate) place: Option<Place>,
    pub(crate) past: Vec<Past>,
    pub(crate) taken_at: Timestamp,
}

/// What a plan needs and every visit to a mirror reads the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// A contact's line of the map, wherever it is.
    Line(ContactId),
    /// All lines of the map that the company has.
    Lines,
    /// A contact in the PSA.
    Contact(ContactId),
    /// Everybody of the company in the PSA.
    Company,
    /// A contact as it was before we merged it away.
    Former(ContactId),
    /// What the last merge of a contact did in IT Glue.
    Folded(ContactId),
}

/// What was read elsewhere than in the mirror.
#[derive(Clone, Debug)]
pub enum Learned {
    /// A contact in the PSA, or that it is gone.
    Contact(ContactId, Option<Box<Contact>>),
    /// Everybody of the company in the PSA, as far as they are read at once, and whether that is all.
    Company(Vec<Contact>, bool),
    /// A contact as it was before we merged it away, if that is known.
    Former(ContactId, Option<Box<Contact>>),
    /// What the last merge of a contact did in IT Glue.
    Folded(ContactId, Vec<Entry>),
    /// A contact's line of the map and the company it is at, or that it has none.
    Line(ContactId, Option<Box<(CompanyId, Link)>>),
    /// All lines of the map that the company has.
    Lines(Vec<Link>),
    /// Where the company is mirrored to, or that this is not known any more.
    Place(Option<Place>),
}

/// What a write to a mirror made.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// The record as the mirror returned it.
    pub(crate) record: Option<Record>,
    /// Where the company is mirrored to from now on.
    pub(crate) place: Option<Place>,
    /// A new type of contact.
    pub(crate) kind: Option<itglue::ContactType>,
}

impl From<Record> for Made {
    fn from(record: Record) -> Self {
        Self {
            record: Some(record),
            ..Self::default()
        }
    }
}

/// What a failed call tells.
pub trait Failure: fmt::Display + Send + Sync {
    /// Whether the call may have had its effect nevertheless.
    fn may_have_been_applied(&self) -> bool;
    /// Whether trying again may help.
    fn is_transient(&self) -> bool;
    /// Whether the keys were not accepted.
    fn is_unauthorized(&self) -> bool;
    /// Whether what it was about is gone.
    fn is_not_found(&self) -> bool;
    /// Whether the address is unknown there.
    fn is_endpoint_missing(&self) -> bool;
    /// How long to stay away, if the other side said so.
    fn retry_after(&self) -> Option<Duration>;
    /// The other side's word for it.
    fn code(&self) -> &'static str;
}

/// What the error of a client tells: all clients have the same words for it.
macro_rules! failure {
    ($client:ident) => {
        impl $crate::mirror::Failure for $client::Error {
            fn may_have_been_applied(&self) -> bool {
                self.may_have_been_applied()
            }

            fn is_transient(&self) -> bool {
                self.is_transient()
            }

            fn is_unauthorized(&self) -> bool {
                *self.kind() == $client::ErrorKind::Unauthorized
            }

            fn is_not_found(&self) -> bool {
                self.is_not_found()
            }

            fn is_endpoint_missing(&self) -> bool {
                *self.kind() == $client::ErrorKind::EndpointMissing
            }

            fn retry_after(&self) -> Option<std::time::Duration> {
                self.retry_after()
            }

            fn code(&self) -> &'static str {
                self.code()
            }
        }
    };
}

pub(crate) use failure;

/// A write that did not do what was asked.
#[derive(Debug)]
pub enum Refusal<E> {
    /// It failed.
    Error(E),
    /// It was answered with success, and these fields are not as they were asked to be.
    Otherwise {
        /// What is there now.
        made: Box<Made>,
        /// The fields, by the names that the mirror has for them.
        fields: Vec<&'static str>,
    },
}

impl<E> Refusal<E> {
    /// What a write made, if all of it is as it was asked to be.
    pub(crate) fn unless_as_asked(fields: Vec<&'static str>, made: Made) -> Result<Made, Self> {
        if fields.is_empty() {
            Ok(made)
        } else {
            Err(Self::Otherwise {
                made: Box::new(made),
                fields,
            })
        }
    }
}

impl<E> From<E> for Refusal<E> {
    fn from(error: E) -> Self {
        Self::Error(error)
    }
}
