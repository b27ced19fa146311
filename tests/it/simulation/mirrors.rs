//! The mirrors of a story: what they have before, who writes in them by hand, and what must never happen there.

use std::collections::BTreeSet;

use journal::Store as _;
use model::mirror::System;
use model::{CompanyId, ContactId, RunId};
use policy::Rules;
use policy::rules::{Deactivated, Moved, OnMerge};
use queue::{DeduplicationId, Message, Sender as _};
use reconcile::{Error, Request, Visit};
use sandbox::growcrm::{Client, Profile, Status};
use sandbox::itglue::{Email, LabelType, Organization, Phone};
use sandbox::{Handle, growcrm, itglue};

use super::known::{Extra, Known};
use super::run::{Play, sweeping};
use super::seed::Dice;

/// In so many of a hundred stories the mirrors are on.
const MIRRORED: usize = 50;
/// So many of a hundred companies have a place in a mirror.
const PLACED: usize = 93;
/// In so many of a hundred stories with mirrors these know everybody before anything happens.
const FILLED: usize = 100;

/// The mirrors before the story begins: places, and nobody in them.
pub(crate) struct Mirrors {
    pub(crate) itglue: itglue::Account,
    pub(crate) growcrm: growcrm::Account,
    /// Whether they are filled before anything happens.
    pub(crate) are_filled: bool,
}

impl Mirrors {
    /// Those of a seed, if they are on in its story, and what the rules say of them. They have dice of their own, so
    /// that the rest of the story is the same without them.
    pub(crate) fn of(seed: u64, companies: &[u32], rules: &mut Rules) -> Option<Mirrors> {
        let mut dice = Dice::of(seed, "mirrors");
        if !dice.chance(MIRRORED) {
            return None;
        }
        if dice.chance(25) {
            rules.itglue.on_merge = OnMerge::Retire;
        }
        if dice.chance(20) {
            rules.growcrm.deactivated = Deactivated::Report;
        }
        if dice.chance(40) {
            rules.growcrm.moved = Moved::Recreate;
        }
        if dice.chance(50) {
            "(unknown)".clone_into(&mut rules.growcrm.last_name);
        }
        let mut mirrors = Mirrors {
            itglue: itglue::Account::empty(),
            growcrm: growcrm::Account::empty(),
            are_filled: dice.chance(FILLED),
        };
        mirrors.switches(&mut dice);
        for company in companies {
            mirrors.place(&mut dice, *company);
        }
        Some(mirrors)
    }

    /// What is undocumented about the vendors is another thing in each story.
    fn switches(&mut self, dice: &mut Dice) {
        // Keeping to the limit only takes time.
        self.itglue.rate_limit = None;
        let switches = &mut self.itglue.switches;
        switches.moves_contacts = dice.chance(60);
        switches.strips_comments = dice.chance(50);
        switches.creates_with_200 = dice.chance(50);
        let switches = &mut self.growcrm.switches;
        switches.short_client_answers = dice.chance(50);
        if dice.chance(50) {
            switches.profile = Profile::Lenient;
        }
    }

    /// Where a company is mirrored to.
    fn place(&mut self, dice: &mut Dice, company: u32) {
        let name = format!("Quarry Lane {company}");
        if dice.chance(PLACED) {
            let organization = Organization::new(&name);
            let short_name = format!("Quarry{company}");
            self.itglue.add_organization(match dice.below(3) {
                0 => organization.linked_to(company),
                1 => organization.with_short_name(&short_name),
                _ => organization,
            });
        }
        if dice.chance(PLACED) {
            let client = Client::new(&name).with_tag(&format!("cw-company-{company}"));
            self.growcrm.add_client(client);
        }
    }
}

impl Play<'_> {
    /// Has the mirrors know everybody before anything happens, in a calm time.
    pub(super) async fn populate(&mut self) -> Result<(), String> {
        self.lab.gate.reset(true);
        for company in self.companies.clone() {
            for system in System::ALL {
                let visit = self.visit_mirror(company, system, "populate").await;
                let visit =
                    visit.map_err(|error| format!("the mirrors are not filled: {error}"))?;
                let told = format!(
                    "company {company} is in {system}: {} writes, {} findings",
                    visit.entries.len(),
                    visit.findings.len()
                );
                self.story.tell(told);
            }
        }
        self.judge()?;
        self.lab.gate.reset(false);
        Ok(())
    }

    /// Visits a mirror about everybody whom the PSA or the map has at a company, as whoever looks for differences does.
    pub(super) async fn visit_mirror(
        &self,
        company: u32,
        system: System,
        run: &str,
    ) -> Result<Visit, Error> {
        self.lab.tell_time(system);
        let request = Request {
            company: CompanyId::new(company),
            contacts: self.everybody(company, system).await,
            run: RunId::new(format!("{run}-{company}-{system:?}")),
            cause: sweeping(),
        };
        match system {
            System::ItGlue => self.to_itglue().visit(&request).await,
            System::GrowCrm => self.to_growcrm().visit(&request).await,
        }
    }

    async fn everybody(&self, company: u32, system: System) -> BTreeSet<ContactId> {
        let id = CompanyId::new(company);
        let links = self.journal.links(id, system, None).await.unwrap();
        let in_psa = self.lab.world.lock().contacts_of(company);
        let in_psa = in_psa.into_iter().map(ContactId::new);
        in_psa
            .chain(links.iter().map(|link| link.contact))
            .collect()
    }

    /// Has the mirrors look at everybody, as an operator does who looks for differences: a contact without a record is
    /// looked at only when an event names it, and events get lost. Once all have been looked at, nothing moves.
    pub(super) async fn look_at_everybody(&mut self) -> Result<(), String> {
        if !self.is_mirrored() {
            return Ok(());
        }
        self.known_agree().await?;
        for round in 0..4 {
            let effects = self.effects.len();
            self.lab.world.advance(3_700);
            for company in self.companies.clone() {
                for system in System::ALL {
                    let message = Message::MirrorContactsV1 {
                        company: CompanyId::new(company),
                        contacts: self.everybody(company, system).await,
                        cause: sweeping(),
                    };
                    let parts = ["everybody", &round.to_string(), &company.to_string()];
                    let id = DeduplicationId::of(&parts);
                    let id = self.lab.queue_to(system).send(&message, &id).await.unwrap();
                    self.story
                        .tell(format!("{id} has {system} look at company {company}"));
                }
            }
            self.work_off().await?;
            if self.effects.len() == effects {
                return Ok(());
            }
        }
        Err("there is no end of writing to the mirrors".to_owned())
    }
}

/// What must never happen in Grow CRM, whatever is written there.
pub(crate) fn judge(account: &growcrm::Account) -> Result<(), String> {
    if !account.outbox.is_empty() {
        return Err("somebody was welcomed by mail".to_owned());
    }
    for (id, client) in &account.clients {
        let owner = client.owner.and_then(|owner| account.users.get(&owner));
        if owner.is_some_and(|owner| owner.status == Status::Deleted) {
            return Err(format!("the account owner of client {id} is gone"));
        }
    }
    Ok(())
}

/// Somebody writes down in IT Glue what nobody else knows, told in words; nothing when there is nobody there.
pub(crate) fn edit_by_hand(
    dice: &mut Dice,
    account: &Handle<itglue::Account>,
    known: &mut Known,
    number: usize,
) -> Option<String> {
    let mut account = account.lock();
    let records: Vec<u64> = account.contacts.keys().copied().collect();
    if records.is_empty() {
        return None;
    }
    let id = *dice.pick(&records);
    let record = account.contacts.get_mut(&id)?;
    let extra = match dice.below(4) {
        0 => {
            let value = format!("known.{number}@elsewhere.example");
            record.emails.push(Email {
                value: value.clone(),
                label_name: "Private".to_owned(),
                primary: false,
            });
            Extra::Email(value)
        }
        1 => {
            let value = format!("3205561{:03}", number % 1000);
            record.phones.push(Phone {
                value: value.clone(),
                extension: None,
                label_name: "Garage".to_owned(),
                label_type: LabelType::Phone,
                primary: false,
            });
            Extra::Phone(value)
        }
        2 if record.title.is_none() => {
            let title = format!("Keeper of key {number}");
            record.title = Some(title.clone());
            Extra::Title(title)
        }
        _ => {
            let text = format!("Somebody wrote down {number}.");
            let notes = record.notes.take().unwrap_or_default();
            record.notes = Some(format!("<div>{text}</div>{notes}"));
            Extra::Note(text)
        }
    };
    let told = format!("somebody in IT Glue: contact {id} has {extra:?}");
    known.add(id, extra);
    Some(told)
}

/// How the mirrors stand, line by line.
pub(crate) fn standing(itglue: &itglue::Account, growcrm: &growcrm::Account) -> Vec<String> {
    let mut lines = vec!["IT Glue:".to_owned()];
    for (id, record) in &itglue.contacts {
        let emails: Vec<&str> = record.emails.iter().map(|email| &*email.value).collect();
        let phones: Vec<&str> = record.phones.iter().map(|phone| &*phone.value).collect();
        lines.push(format!(
            "  {id} at {}: {} {} - {}; {}; {}; {}",
            record.organization,
            record.first_name.as_deref().unwrap_or_default(),
            record.last_name.as_deref().unwrap_or_default(),
            record.title.as_deref().unwrap_or_default(),
            emails.join(" "),
            phones.join(" "),
            record.notes.as_deref().unwrap_or_default(),
        ));
    }
    lines.push("Grow CRM:".to_owned());
    for (id, user) in &growcrm.users {
        lines.push(format!(
            "  {id} at {:?}: {} {} - {}; {}; {}",
            user.client,
            user.first_name,
            user.last_name,
            user.position.as_deref().unwrap_or_default(),
            user.email.as_deref().unwrap_or("(gone)"),
            user.phone.as_deref().unwrap_or_default(),
        ));
    }
    lines
}
