//! The example tenant with both of its mirrors, and what follows a visit to the PSA there.

use std::collections::BTreeSet;
use std::sync::Arc;

use connectwise::Writer;
use http_client::Client;
use journal::{Sqlite, Store};
use model::mirror::System;
use model::{ContactId, RunId};
use policy::Rules;
use reconcile::{
    Error, GrowCrm, ItGlue, Mirror, Reconciler, Request, Target, Undone, Vendor, Visit,
};
use sandbox::{Sandbox, World, growcrm, itglue, seed};
use serde_json::json;

use super::worlds::{QUARRY_LANE, office_to_succeed};
use super::{Stack, enforced, in_words, reader, within_patience};

/// A PSA and both mirrors, in which everything is enforced.
pub(crate) struct Mirrored {
    pub(crate) stack: Stack,
    pub(crate) itglue: Sandbox<itglue::Account>,
    pub(crate) growcrm: Sandbox<growcrm::Account>,
    /// All processes are on these connections: making them takes longer than most visits.
    http: Client,
}

/// What a mirror was asked after a visit to the PSA, and what was written there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Followed {
    /// The requests, by method and path.
    pub(crate) requests: Vec<String>,
    /// The writes with their outcomes.
    pub(crate) writes: Vec<String>,
    /// The findings: rule, kind and contacts.
    pub(crate) findings: Vec<String>,
}

impl Mirrored {
    /// The example tenant, and its accounts with both vendors.
    pub(crate) async fn example() -> Mirrored {
        let (itglue, growcrm) = (seed::itglue(), seed::growcrm());
        Mirrored::with(World::example(), enforced(), itglue, growcrm).await
    }

    /// The same by these rules.
    pub(crate) async fn example_by(rules: Rules) -> Mirrored {
        let (itglue, growcrm) = (seed::itglue(), seed::growcrm());
        Mirrored::with(World::example(), rules, itglue, growcrm).await
    }

    /// Quarry Lane with two contacts, and an organization and a client in which nobody is.
    pub(crate) async fn quarry_lane() -> Mirrored {
        let mut itglue = itglue::Account::empty();
        itglue.add_organization(itglue::Organization::new("Quarry Lane").linked_to(QUARRY_LANE));
        let mut growcrm = growcrm::Account::empty();
        let client = growcrm::Client::new("Quarry Lane");
        growcrm.add_client(client.with_tag(&format!("cw-company-{QUARRY_LANE}")));
        Mirrored::with(office_to_succeed(), enforced(), itglue, growcrm).await
    }

    /// On this world and these accounts with these rules.
    pub(crate) async fn with(
        world: World,
        rules: Rules,
        itglue: itglue::Account,
        growcrm: growcrm::Account,
    ) -> Mirrored {
        let stack = Stack::with_rules(world, rules).await;
        let http = super::http(&stack.world);
        Mirrored {
            stack,
            itglue: Sandbox::start(itglue).await.unwrap(),
            growcrm: Sandbox::start(growcrm).await.unwrap(),
            http,
        }
    }

    /// Begins anew on another world and other accounts, with nothing in the journal.
    pub(crate) fn renew(
        &mut self,
        world: World,
        rules: Rules,
        itglue: itglue::Account,
        growcrm: growcrm::Account,
    ) {
        self.stack.world.replace(world);
        self.stack.journal = Arc::new(Sqlite::in_memory().unwrap());
        self.stack.rules = rules;
        self.stack.reconciler = self.process();
        self.itglue.world().replace(itglue);
        self.growcrm.world().replace(growcrm);
    }

    /// A process that visits the PSA and tells what its mirrors have to look at.
    pub(crate) fn process(&self) -> Reconciler<Arc<Sqlite>> {
        let Stack {
            sandbox,
            journal,
            rules,
            ..
        } = &self.stack;
        let reader = reader(sandbox, self.http.clone());
        let writer = Some(Writer::new(reader.clone()));
        let (journal, rules) = (journal.clone(), rules.clone());
        Reconciler::new(reader, writer, journal, rules, self.stack.clock())
            .with_mirrors(System::ALL)
    }

    /// A process that mirrors to IT Glue.
    pub(crate) fn to_itglue(&self) -> Mirror<Arc<Sqlite>, ItGlue> {
        self.to_itglue_on(self.stack.journal.clone())
    }

    /// The same, with another journal.
    pub(crate) fn to_itglue_on<J: Store>(&self, journal: J) -> Mirror<J, ItGlue> {
        self.to(self.itglue_writer(), journal)
    }

    /// What a process has of IT Glue.
    pub(crate) fn itglue_writer(&self) -> ItGlue {
        let key = self.itglue.world().lock().api_key.clone();
        let config = ::itglue::Config::new(&::itglue::Settings {
            region: self.itglue.base_url(),
            api_key: key.into(),
        });
        let reader = ::itglue::Reader::new(config.unwrap(), self.http.clone());
        let writer = ::itglue::Writer::new(reader.clone());
        ItGlue::new(reader, Some(writer))
    }

    /// A process that mirrors to Grow CRM.
    pub(crate) fn to_growcrm(&self) -> Mirror<Arc<Sqlite>, GrowCrm> {
        self.to_growcrm_on(self.stack.journal.clone())
    }

    /// The same, with another journal.
    pub(crate) fn to_growcrm_on<J: Store>(&self, journal: J) -> Mirror<J, GrowCrm> {
        let key = self.growcrm.world().lock().api_key.clone();
        let config = ::growcrm::Config::new(&::growcrm::Settings {
            base_url: self.growcrm.base_url(),
            api_key: key.into(),
        });
        let reader = ::growcrm::Reader::new(config.unwrap(), self.http.clone());
        let writer = ::growcrm::Writer::new(reader.clone());
        self.to(GrowCrm::new(reader, Some(writer)), journal)
    }

    fn to<J: Store, V: Vendor>(&self, vendor: V, journal: J) -> Mirror<J, V> {
        let Stack { sandbox, rules, .. } = &self.stack;
        let clock = self.stack.clock();
        let reader = reader(sandbox, self.http.clone());
        Mirror::new(reader, vendor, journal, rules.clone(), clock)
    }

    /// Somebody is new at Quarry Lane.
    pub(crate) fn hires(&self, first_name: &str) -> u32 {
        let address = format!("{}@quarrylane.example", first_name.to_lowercase());
        let new = json!({
            "firstName": first_name, "lastName": "Lund", "company": { "id": QUARRY_LANE },
        });
        let new = self.stack.person("POST", "/company/contacts", new);
        let id = super::id(&new["id"]).unwrap();
        self.stack.person_adds_email(id, &address, true);
        id
    }

    /// Nothing goes wrong in the mirrors any more.
    pub(crate) fn within_reach(&self) {
        self.itglue.world().lock().faults.clear();
        self.growcrm.world().lock().faults.clear();
    }

    /// From now on these rules hold.
    pub(crate) fn set_rules(&mut self, rules: Rules) {
        self.stack.rules = rules;
    }

    /// The names of everybody in either mirror.
    pub(crate) fn records(&self) -> [Vec<String>; 2] {
        let itglue = self.itglue.world();
        let itglue = itglue.lock();
        let contacts = itglue.contacts.values();
        let growcrm = self.growcrm.world();
        let growcrm = growcrm.lock();
        let users = growcrm.users.values();
        [
            contacts.filter_map(|c| c.first_name.clone()).collect(),
            users.map(|user| user.first_name.clone()).collect(),
        ]
    }

    /// Visits a company in the PSA, and then in each mirror that has something to look at.
    pub(crate) async fn follow(&self, company: u32, contacts: &[u32]) -> (Visit, [Followed; 2]) {
        let (visit, followed) = self.try_follow(company, contacts).await;
        (visit, followed.map(Result::unwrap))
    }

    /// The same, where the mirrors may be in trouble.
    pub(crate) async fn try_follow(
        &self,
        company: u32,
        contacts: &[u32],
    ) -> (Visit, [Result<Followed, Error>; 2]) {
        let request = self.stack.request(company, contacts);
        let visit = within_patience(self.process().visit(&request))
            .await
            .unwrap();
        let followed = self.follow_visit(&visit).await;
        (visit, followed)
    }

    /// Takes a run back in the PSA, and follows in each mirror.
    pub(crate) async fn take_back(&self, run: RunId) -> (Undone, [Followed; 2]) {
        let process = self.process();
        let plans = process.plan_undo(&Target::Run(run)).await.unwrap();
        let [plan] = &plans[..] else {
            panic!("one company's plan: {plans:?}");
        };
        let request = self.stack.request(plan.company.get(), &[]);
        let undone = within_patience(process.undo(plan, &request)).await.unwrap();
        let followed = self.follow_visit(&undone.visit).await.map(Result::unwrap);
        (undone, followed)
    }

    /// Visits each mirror about what a visit to the PSA tells it to look at.
    async fn follow_visit(&self, visit: &Visit) -> [Result<Followed, Error>; 2] {
        let company = visit.company.get();
        let stale = |system| -> Vec<u32> {
            let contacts = visit.mirrors.get(&system).into_iter().flatten();
            contacts.map(|contact| contact.get()).collect()
        };
        let [of_itglue, of_growcrm] = System::ALL.map(stale);
        let itglue = self.follow_in(System::ItGlue, company, &of_itglue);
        let itglue = itglue.await;
        let growcrm = self.follow_in(System::GrowCrm, company, &of_growcrm);
        let growcrm = growcrm.await;
        [itglue, growcrm]
    }

    /// Whether Grow CRM has this user, and lets them log in.
    pub(crate) fn growcrm_has(&self, user: u64) -> bool {
        let account = self.growcrm.world();
        let account = account.lock();
        let user = account.users.get(&user);
        user.is_some_and(|user| user.status != growcrm::Status::Deleted)
    }

    /// The notes of a contact in IT Glue; none where it is not there.
    pub(crate) fn itglue_notes(&self, contact: u64) -> String {
        let account = self.itglue.world();
        let account = account.lock();
        let contact = account.contacts.get(&contact);
        contact
            .and_then(|contact| contact.notes.clone())
            .unwrap_or_default()
    }

    /// Visits this mirror about these contacts.
    pub(crate) async fn follow_in(
        &self,
        system: System,
        company: u32,
        contacts: &[u32],
    ) -> Result<Followed, Error> {
        let contacts = contacts.iter().copied().map(ContactId::new).collect();
        match system {
            System::ItGlue => {
                let mirror = self.to_itglue();
                self.at(&self.itglue, &mirror, company, &contacts).await
            }
            System::GrowCrm => {
                let mirror = self.to_growcrm();
                self.at(&self.growcrm, &mirror, company, &contacts).await
            }
        }
    }

    /// Visits one mirror about these contacts; not at all, where there are none.
    pub(crate) async fn at<A: sandbox::Vendor, V: Vendor>(
        &self,
        server: &Sandbox<A>,
        mirror: &Mirror<Arc<Sqlite>, V>,
        company: u32,
        contacts: &BTreeSet<ContactId>,
    ) -> Result<Followed, Error> {
        let mark = server.requests().mark();
        let mut followed = Followed {
            requests: Vec::new(),
            writes: Vec::new(),
            findings: Vec::new(),
        };
        if !contacts.is_empty() {
            let request = Request {
                contacts: contacts.clone(),
                ..self.stack.request(company, &[])
            };
            let visit = within_patience(mirror.visit(&request)).await?;
            followed.writes = in_words(&visit.entries);
            followed.findings = visit.findings.iter().map(super::finding_in_words).collect();
        }
        let requests = server.requests().since(mark).into_iter();
        let requests = requests.map(|request| format!("{} {}", request.method, request.path));
        followed.requests = requests.collect();
        Ok(followed)
    }
}

impl Followed {
    /// Whether nothing was asked, and nothing told.
    pub(crate) fn is_nothing(&self) -> bool {
        self.requests.is_empty() && self.findings.is_empty()
    }
}
