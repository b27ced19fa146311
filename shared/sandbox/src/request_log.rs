//! Every HTTP request that the server saw.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What a request was about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RequestKind {
    /// The REST API.
    Api,
    /// A key that callbacks are signed with.
    Key,
    /// Where a login company lives.
    CompanyInfo,
    /// Anything else.
    Other,
}

/// A request, and how it was answered.
#[derive(Clone, PartialEq, Eq)]
pub struct LoggedRequest {
    /// Its place among all requests, from 1.
    pub serial: u64,
    /// What it was about.
    pub kind: RequestKind,
    /// The method.
    pub method: String,
    /// The path as the client sent it.
    pub path: String,
    /// The query as the client sent it.
    pub query: String,
    /// The status; none when no answer was sent.
    pub status: Option<u16>,
}

impl fmt::Debug for LoggedRequest {
    /// Without the query, which may hold anybody's address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self
            .status
            .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        write!(
            f,
            "{} {} {} -> {status}",
            self.serial, self.method, self.path
        )
    }
}

/// The log of a running server. Clones share it.
#[derive(Clone, Default)]
pub struct RequestLog(Arc<Mutex<Vec<LoggedRequest>>>);

impl RequestLog {
    /// All requests, oldest first.
    pub fn all(&self) -> Vec<LoggedRequest> {
        self.lock().clone()
    }

    /// The serial number of the latest request, for [`RequestLog::since`].
    pub fn mark(&self) -> u64 {
        self.lock().last().map_or(0, |request| request.serial)
    }

    /// The requests after a mark.
    pub fn since(&self, mark: u64) -> Vec<LoggedRequest> {
        self.lock()
            .iter()
            .filter(|request| request.serial > mark)
            .cloned()
            .collect()
    }

    /// How many requests of the REST API there were after a mark, by method. A mark of 0 counts all.
    pub fn counts_since(&self, mark: u64) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self
            .since(mark)
            .into_iter()
            .filter(|request| request.kind == RequestKind::Api)
        {
            *counts.entry(request.method).or_default() += 1;
        }
        counts
    }

    /// Requests of the REST API after a mark that aren't GETs.
    pub fn writes_since(&self, mark: u64) -> Vec<LoggedRequest> {
        let mut requests = self.since(mark);
        requests.retain(|request| request.kind == RequestKind::Api && request.method != "GET");
        requests
    }

    /// Notes a request before it is answered, and answers with its serial number.
    pub(crate) fn open(&self, kind: RequestKind, method: &str, path: &str, query: &str) -> u64 {
        let mut log = self.lock();
        let serial = log.last().map_or(1, |request| request.serial + 1);
        log.push(LoggedRequest {
            serial,
            kind,
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            status: None,
        });
        serial
    }

    /// Notes the status that a request is answered with.
    pub(crate) fn close(&self, serial: u64, status: u16) {
        let mut log = self.lock();
        if let Some(request) = log.iter_mut().rfind(|request| request.serial == serial) {
            request.status = Some(status);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<LoggedRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_log_counts_nothing() {
        let log = RequestLog::default();
        assert_eq!(log.mark(), 0);
        assert!(log.counts_since(0).is_empty());
    }

    #[test]
    fn requests_are_counted_from_a_mark_and_by_method() {
        let log = RequestLog::default();
        let first = log.open(RequestKind::Api, "GET", "/a", "");
        log.close(first, 200);
        let mark = log.mark();
        log.open(RequestKind::Api, "PATCH", "/a", "");
        log.open(RequestKind::Api, "PATCH", "/a", "");
        log.open(RequestKind::Key, "GET", "/k", "");
        assert_eq!(
            log.counts_since(mark),
            BTreeMap::from([("PATCH".to_owned(), 2)])
        );
        assert_eq!(log.since(mark).len(), 3);
        assert_eq!(log.writes_since(0).len(), 2);
        assert_eq!(log.all()[0].status, Some(200));
    }

    #[test]
    fn what_is_printed_of_a_request_leaves_out_its_query() {
        let log = RequestLog::default();
        log.open(
            RequestKind::Api,
            "GET",
            "/a",
            "childConditions=x%3D'ada@example.com'",
        );
        assert_eq!(format!("{:?}", log.all()), "[1 GET /a -> no answer]");
    }
}
