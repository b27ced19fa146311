//! A PSA, a journal and a reconciler on one clock: what a whole visit runs on, without a queue.

pub(crate) mod flaky;
pub(crate) mod mirrored;
pub(crate) mod worlds;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use connectwise::{Config, Reader, Settings, Writer};
use http_client::{Client, ClientConfig, Sleep, Timer};
use jiff::Timestamp;
use journal::{Query, Sqlite, Store};
use model::{Cause, CompanyId, ContactId, Entry, FindingEntry, Mode, RunId, Source};
use policy::Rules;
use reconcile::{Clock, Error, Planned, Reconciler, Request, Visit};
use sandbox::{Kind, LoggedRequest, PERSON, RequestKind, Sandbox, World, WorldHandle};
use serde_json::{Value, json};

/// No test of visits takes longer, unless something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running PSA and one process of the product. Time is the world's, and waiting moves it.
pub(crate) struct Stack {
    sandbox: Sandbox,
    pub(crate) world: WorldHandle,
    pub(crate) journal: Arc<Sqlite>,
    pub(crate) reconciler: Reconciler<Arc<Sqlite>>,
    rules: Rules,
    hands: Hands,
    visits: AtomicU32,
}

/// Whether the process was given a writer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hands {
    Free,
    Tied,
}

/// A visit, and the requests of the API it made.
pub(crate) struct Seen {
    pub(crate) visit: Visit,
    pub(crate) requests: Vec<LoggedRequest>,
}

/// The world's clock, for everybody who tells the time or waits.
struct WorldClock(WorldHandle);

impl fmt::Debug for WorldClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WorldClock")
    }
}

impl Timer for WorldClock {
    fn now(&self) -> Timestamp {
        self.0.lock().now
    }

    fn sleep(&self, wait: Duration) -> Sleep<'_> {
        Box::pin(async move {
            let mut world = self.0.lock();
            world.now = world.now.checked_add(wait).unwrap();
        })
    }
}

/// The rules with every policy enforced.
pub(crate) fn enforced() -> Rules {
    Rules::default().in_mode(Mode::Enforce)
}

/// The rules with every policy enforced, and released contacts invited.
pub(crate) fn inviting() -> Rules {
    let mut rules = enforced();
    rules.portal.send_invites = true;
    rules
}

impl Stack {
    /// What reads the PSA.
    pub(crate) fn reader(&self) -> Reader {
        reader(&self.sandbox, http(&self.world))
    }

    /// On this world, enforcing everything, and warmed up.
    pub(crate) async fn on(world: World) -> Stack {
        Stack::with_rules(world, enforced()).await
    }

    /// On this world with these rules, warmed up.
    pub(crate) async fn with_rules(world: World, rules: Rules) -> Stack {
        Stack::start(world, rules, Hands::Free).await
    }

    /// On this world with these rules, with or without a writer, warmed up.
    pub(crate) async fn start(world: World, rules: Rules, hands: Hands) -> Stack {
        let sandbox = Sandbox::start(world).await.unwrap();
        let world = sandbox.world();
        let journal = Arc::new(Sqlite::in_memory().unwrap());
        let reconciler = reconciler(&sandbox, journal.clone(), rules.clone(), hands);
        reconciler.warm_up().await.unwrap();
        Stack {
            sandbox,
            world,
            journal,
            reconciler,
            rules,
            hands,
            visits: AtomicU32::new(0),
        }
    }

    /// Another process on the same PSA and journal, which knows nothing yet.
    pub(crate) fn process(&self) -> Reconciler<Arc<Sqlite>> {
        self.process_on(self.journal.clone())
    }

    /// The same, with another journal.
    pub(crate) fn process_on<J: Store>(&self, journal: J) -> Reconciler<J> {
        reconciler(&self.sandbox, journal, self.rules.clone(), self.hands)
    }

    /// A process that has no writer.
    pub(crate) fn observer(&self) -> Reconciler<Arc<Sqlite>> {
        let (journal, rules) = (self.journal.clone(), self.rules.clone());
        reconciler(&self.sandbox, journal, rules, Hands::Tied)
    }

    /// The clock that processes go by.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        clock(&self.world)
    }

    /// What is asked of a visit to a company about these contacts. Each has a run of its own.
    pub(crate) fn request(&self, company: u32, contacts: &[u32]) -> Request {
        let number = self.visits.fetch_add(1, Ordering::Relaxed) + 1;
        Request {
            company: CompanyId::new(company),
            contacts: contacts.iter().copied().map(ContactId::new).collect(),
            run: RunId::new(format!("run-{number}")),
            cause: cause(),
        }
    }

    /// Visits a company about these contacts.
    pub(crate) async fn try_visit(&self, company: u32, contacts: &[u32]) -> Result<Visit, Error> {
        let request = self.request(company, contacts);
        within_patience(self.reconciler.visit(&request)).await
    }

    /// The same, where nothing may go wrong.
    pub(crate) async fn visit(&self, company: u32, contacts: &[u32]) -> Seen {
        let mark = self.sandbox.requests().mark();
        let visit = self.try_visit(company, contacts).await.unwrap();
        let mut requests = self.sandbox.requests().since(mark);
        requests.retain(|request| request.kind == RequestKind::Api);
        Seen { visit, requests }
    }

    /// What would be done at a company about these contacts.
    pub(crate) async fn plan(&self, company: u32, contacts: &[u32]) -> Planned {
        let request = self.request(company, contacts);
        let planned = within_patience(self.reconciler.plan(&request)).await;
        planned.unwrap().unwrap()
    }

    /// Visits again, and expects that nothing is written.
    pub(crate) async fn visit_in_vain(&self, company: u32, contacts: &[u32]) -> Seen {
        let before = self.world.lock().to_json().unwrap();
        let seen = self.visit(company, contacts).await;
        assert_eq!(seen.writes(), [] as [&str; 0], "a second visit writes");
        assert_eq!(seen.paths("GET").len(), seen.requests.len());
        // Only the clock may have moved.
        let now = self.world.lock().now;
        let mut untouched = World::from_json(&before).unwrap();
        untouched.now = now;
        assert!(untouched.to_json().unwrap() == self.world.lock().to_json().unwrap());
        seen
    }

    /// The requests of the API so far.
    pub(crate) fn calls(&self) -> usize {
        self.sandbox.requests().counts_since(0).values().sum()
    }

    /// Waits until there were so many requests of the API.
    pub(crate) async fn reached(&self, calls: usize) {
        while self.calls() < calls {
            tokio::task::yield_now().await;
        }
    }

    /// The mark after the latest request.
    pub(crate) fn mark(&self) -> u64 {
        self.sandbox.requests().mark()
    }

    /// How many requests of the API there were after a mark, by method, in words.
    pub(crate) fn requests_since(&self, mark: u64) -> String {
        words(&self.sandbox.requests().counts_since(mark))
    }

    /// The methods of the requests of the API after a mark, in order.
    pub(crate) fn methods_since(&self, mark: u64) -> Vec<String> {
        let mut requests = self.sandbox.requests().since(mark);
        requests.retain(|request| request.kind == RequestKind::Api);
        requests.into_iter().map(|request| request.method).collect()
    }

    /// Somebody does something in the PSA.
    pub(crate) fn person(&self, method: &str, path: &str, body: Value) -> Value {
        self.member(PERSON, method, path, body)
    }

    /// A person sets fields of a contact.
    pub(crate) fn person_sets(&self, contact: u32, fields: &[(&str, Value)]) {
        let operations: Vec<Value> = fields
            .iter()
            .map(|(path, value)| json!({ "op": "replace", "path": path, "value": value }))
            .collect();
        let path = format!("/company/contacts/{contact}");
        self.person("PATCH", &path, operations.into());
    }

    /// A person adds an address to a contact, and makes it the default or not.
    pub(crate) fn person_adds_email(&self, contact: u32, address: &str, default: bool) -> u32 {
        let path = format!("/company/contacts/{contact}/communications");
        let item = json!({
            "type": { "id": 1 }, "value": address, "defaultFlag": default, "communicationType": "Email",
        });
        id(&self.person("POST", &path, item)["id"]).unwrap()
    }

    fn member(&self, member: &str, method: &str, path: &str, body: Value) -> Value {
        // Whoever works in the PSA does so a moment later.
        self.world.advance(30);
        let body = (!body.is_null()).then_some(body);
        let reply = self.world.request(member, method, path, body.as_ref());
        let code = &reply.body["code"];
        assert!(
            reply.status < 400,
            "{method} {path}: {} {code}",
            reply.status
        );
        reply.body
    }

    /// A contact as the API shows it; `null` when it is gone.
    pub(crate) fn contact(&self, id: u32) -> Value {
        self.world.lock().contact(id).unwrap_or_default()
    }

    /// The default contact of a company.
    pub(crate) fn default_of(&self, company: u32) -> Option<u32> {
        id(&self.world.lock().company(company)?["defaultContact"]["id"])
    }

    /// The billing contact of a company.
    pub(crate) fn billing_of(&self, company: u32) -> Option<u32> {
        id(&self.world.lock().company(company)?["billingContact"]["id"])
    }

    /// Whether a contact may log in to the portal, and its level.
    pub(crate) fn portal(&self, contact: u32) -> (bool, u64) {
        let contact = self.contact(contact);
        let enabled = contact["disablePortalLoginFlag"] == false;
        (enabled, contact["portalSecurityLevel"].as_u64().unwrap())
    }

    /// The emails and numbers of a contact, each with a star if it is the default of its kind.
    pub(crate) fn items(&self, contact: u32) -> BTreeSet<String> {
        let contact = self.contact(contact);
        let items = contact["communicationItems"].as_array().into_iter();
        items
            .flatten()
            .map(|item| {
                let star = if item["defaultFlag"] == true { "*" } else { "" };
                format!("{}{star}", item["value"].as_str().unwrap())
            })
            .collect()
    }

    /// The labels on a contact.
    pub(crate) fn labels(&self, contact: u32) -> BTreeSet<u32> {
        let contact = self.contact(contact);
        let types = contact["types"].as_array().into_iter().flatten();
        types.filter_map(|label| id(&label["id"])).collect()
    }

    /// The texts of a contact's notes.
    pub(crate) fn notes(&self, contact: u32) -> Vec<String> {
        let world = self.world.lock();
        world
            .ids(Kind::Note)
            .into_iter()
            .filter_map(|id| world.get(Kind::Note, id))
            .filter(|note| note["contactId"] == contact)
            .map(|note| note["text"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The marketing groups of a contact.
    pub(crate) fn groups(&self, contact: u32) -> BTreeSet<u32> {
        let world = self.world.lock();
        world
            .referring(Kind::GroupMembership, "contact", contact)
            .into_iter()
            .filter_map(|id| world.get(Kind::GroupMembership, id))
            .filter_map(|membership| id(&membership["group"]["id"]))
            .collect()
    }

    /// The portal's mails so far: to which contacts.
    pub(crate) fn mails(&self) -> Vec<Vec<u32>> {
        let world = self.world.lock();
        world.mails.iter().map(|m| m.matched.clone()).collect()
    }

    /// What the journal holds about a company's changes.
    pub(crate) async fn entries(&self, company: u32) -> Vec<Entry> {
        let query = Query::of_company(CompanyId::new(company));
        self.journal.entries(&query).await.unwrap()
    }

    /// What the journal holds about a company's findings.
    pub(crate) async fn findings(&self, company: u32) -> Vec<FindingEntry> {
        let query = Query::of_company(CompanyId::new(company));
        self.journal.findings(&query).await.unwrap()
    }
}

impl Seen {
    /// The writes of the visit with their outcomes, in words.
    pub(crate) fn writes(&self) -> Vec<String> {
        in_words(&self.visit.entries)
    }

    /// The visit's findings: rule, kind and contacts.
    pub(crate) fn findings(&self) -> Vec<String> {
        self.visit.findings.iter().map(finding_in_words).collect()
    }

    /// How many requests there were, by method, in words.
    pub(crate) fn counts(&self) -> String {
        let mut counts = BTreeMap::new();
        for request in &self.requests {
            *counts.entry(request.method.clone()).or_default() += 1;
        }
        words(&counts)
    }

    /// The paths behind the version, of the requests with this method.
    pub(crate) fn paths(&self, method: &str) -> Vec<&str> {
        let of = self.requests.iter().filter(|r| r.method == method);
        of.map(|request| request.path.split("/apis/3.0").nth(1).unwrap())
            .collect()
    }
}

/// Entries of the journal with their outcomes, in words.
pub(crate) fn in_words(entries: &[Entry]) -> Vec<String> {
    let words = entries.iter().map(|entry| match &entry.outcome {
        Some(outcome) => format!("{}: {outcome}", entry.action),
        None => format!("{}: open", entry.action),
    });
    words.collect()
}

/// A finding without its explanation.
pub(crate) fn finding_in_words(finding: &model::Finding) -> String {
    let contacts: Vec<String> = finding.contacts.iter().map(ToString::to_string).collect();
    format!("{} {} [{}]", finding.rule, finding.kind, contacts.join(" "))
}

/// Why the tests visit.
pub(crate) fn cause() -> Cause {
    Cause {
        source: Source::Callback {
            record: "contact".to_owned(),
            action: "updated".to_owned(),
        },
        message: None,
    }
}

/// Fails the test when the future hangs.
pub(crate) async fn within_patience<T>(future: impl Future<Output = T>) -> T {
    let limited = tokio::time::timeout(PATIENCE, future).await;
    limited.expect("it takes longer than a minute")
}

/// The id in a JSON value.
pub(crate) fn id(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

fn words(counts: &BTreeMap<String, usize>) -> String {
    let words: Vec<String> = counts.iter().map(|(m, n)| format!("{n} {m}")).collect();
    words.join(", ")
}

fn clock(world: &WorldHandle) -> Arc<dyn Clock> {
    let world = world.clone();
    Arc::new(move || world.lock().now)
}

fn reconciler<J: Store>(
    sandbox: &Sandbox,
    journal: J,
    rules: Rules,
    hands: Hands,
) -> Reconciler<J> {
    let reader = reader(sandbox, http(&sandbox.world()));
    let writer = (hands == Hands::Free).then(|| Writer::new(reader.clone()));
    Reconciler::new(reader, writer, journal, rules, clock(&sandbox.world()))
}

fn reader(sandbox: &Sandbox, http: Client) -> Reader {
    let keys = sandbox.world().lock().credentials();
    let config = Config::new(&Settings {
        site: sandbox.base_url(),
        login_company: keys.company,
        public_key: keys.public_key.into(),
        private_key: keys.private_key.into(),
        client_id: keys.client_id.into(),
        api_version: None,
        codebase: None,
    });
    Reader::new(config.unwrap(), http)
}

/// A client whose waits move the world's clock.
fn http(world: &WorldHandle) -> Client {
    let timer = Arc::new(WorldClock(world.clone()));
    Client::new(ClientConfig::default(), timer)
}
