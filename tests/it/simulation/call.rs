//! A call of the PSA's API or of a mirror's, as far as a story tells it.

use std::fmt;

use model::mirror::System;
use sandbox::Arrival;

/// A request to the PSA below `apis/3.0`, or to a mirror.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The mirror that it goes to; none for the PSA.
    pub(crate) to: Option<System>,
    pub(crate) method: String,
    /// The path below the version: `company/contacts/4711`. That of a mirror: `contacts/4711`, `api/contacts/4711`.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: String,
}

/// Lists of what hangs on contacts. The client reads several at a time, so in which order they arrive is nobody's
/// decision.
const SIDE_LISTS: [&str; 6] = [
    "service/",
    "project/",
    "sales/",
    "company/configurations",
    "finance/",
    "procurement/",
];
const SIDE_CHILDREN: [&str; 5] = ["notes", "groups", "tracks", "usages", "list"];

impl Call {
    pub(crate) fn of(to: Option<System>, arrival: Arrival<'_>) -> Call {
        let path = match to {
            None => arrival
                .path
                .split_once("/apis/3.0/")
                .map_or("", |(_, path)| path),
            Some(_) => arrival.path.trim_start_matches('/'),
        };
        Call {
            to,
            method: arrival.method.to_owned(),
            path: path.to_owned(),
            query: arrival.query.to_owned(),
            body: String::from_utf8_lossy(arrival.body).into_owned(),
        }
    }

    pub(crate) fn is_read(&self) -> bool {
        self.method == "GET"
    }

    /// Whether it may be in flight beside others of its worker.
    pub(crate) fn is_beside_others(&self) -> bool {
        let last = self.path.rsplit('/').next().unwrap_or_default();
        let of_colleagues =
            self.path == "company/contacts" && self.query.contains("managerContact");
        self.is_read()
            && self.to.is_none()
            && (of_colleagues
                || SIDE_CHILDREN.contains(&last)
                || SIDE_LISTS.iter().any(|list| self.path.starts_with(list)))
    }

    /// The contact in its path.
    pub(crate) fn contact(&self) -> Option<u32> {
        let rest = self.path.strip_prefix("company/contacts/")?;
        rest.split('/').next()?.parse().ok()
    }

    /// The contact that it reads, if it reads one contact alone.
    pub(crate) fn reads_contact(&self) -> Option<u32> {
        let whole = self.path.strip_prefix("company/contacts/")?;
        whole.parse().ok().filter(|_| self.is_read())
    }

    /// The company that it reads or writes.
    pub(crate) fn company(&self) -> Option<u32> {
        self.path.strip_prefix("company/companies/")?.parse().ok()
    }

    /// Loser and survivor, if it is a merge.
    pub(crate) fn merge(&self) -> Option<(u32, u32)> {
        let survivor = self
            .query
            .strip_prefix("transferContactId=")?
            .parse()
            .ok()?;
        let loser = self.contact().filter(|_| self.method == "DELETE")?;
        Some((loser, survivor))
    }

    /// The contact that it retires.
    pub(crate) fn retires(&self) -> Option<u32> {
        let words = r#""path":"inactiveFlag","value":true"#;
        let is_it = self.method == "PATCH" && self.body.contains(words);
        self.contact().filter(|_| is_it)
    }

    /// The contact that it writes a farewell on, and the survivor that this names.
    pub(crate) fn farewell(&self) -> Option<(u32, u32)> {
        let (_, rest) = self
            .body
            .split_once("Retired: this is the same person as contact ")?;
        let survivor = rest.split('.').next()?.parse().ok()?;
        Some((self.contact()?, survivor))
    }

    /// Whether it writes a note.
    pub(crate) fn writes_note(&self) -> bool {
        self.method == "POST" && self.path.ends_with("/notes")
    }

    pub(crate) fn touches_company(&self) -> bool {
        !self.is_read() && self.company().is_some()
    }

    /// Whether it changes which contact other records point at.
    pub(crate) fn touches_pointers(&self) -> bool {
        let elsewhere = SIDE_LISTS.iter().any(|list| self.path.starts_with(list));
        self.merge().is_some()
            || !self.is_read()
                && (elsewhere
                    || self.body.contains("billingContact")
                    || self.body.contains("managerContact")
                    || self.body.contains("assistantContact"))
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(system) = self.to {
            write!(f, "{system}: ")?;
        }
        write!(f, "{} {}", self.method, self.path)?;
        if self.merge().is_some() {
            write!(f, "?{}", self.query)?;
        }
        if !self.body.is_empty() {
            write!(f, " {}", self.body)?;
        }
        Ok(())
    }
}
