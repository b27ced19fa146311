//! A small tenant, made from a seed: people, their records, and what hangs on them.

use std::collections::BTreeMap;

use policy::Rules;
use policy::rules::MergeMethod;
use sandbox::{Kind, LastPageLink, Refusal, World};
use serde_json::{Value, json};

use super::seed::Dice;
use crate::stack::enforced;
use crate::stack::worlds::{PRIMARY, REFERENCES};

/// Where callbacks go to.
const HOOK: &str = "https://hooks.example.net/cw/t-7f3a?recordId=";

const FIRST_NAMES: [&str; 16] = [
    "Ottilie", "Bruno", "Zelda", "Marcel", "Imogen", "Tobias", "Priya", "Anselm", "Greta",
    "Lucian", "Noemi", "Osric", "Petra", "Quentin", "Rosalind", "Svetlana",
];
const LAST_NAMES: [&str; 16] = [
    "Marsh",
    "Paz",
    "Quist",
    "Okafor",
    "Lindqvist",
    "Varga",
    "Delacroix",
    "Hartono",
    "Iverson",
    "Jankowski",
    "Kowalczyk",
    "Moreau",
    "Novotny",
    "Petrakis",
    "Thorburn",
    "Winterbourne",
];
/// The first name of a mailbox that several people read.
pub(crate) const ROLE: &str = "Accounts";
const TITLES: [&str; 5] = ["Buyer", "Owner", "Controller", "Site Manager", "Clerk"];
const CITIES: [(&str, &str, &str); 3] = [
    ("3 Mill Row", "Duluth", "55802"),
    ("18 Quay Street", "Ely", "55731"),
    ("7 Birch Lane", "Hibbing", "55746"),
];
const NOTES: [&str; 5] = [
    "Call after ten.",
    "Asked for a quote.",
    "Pays on time.",
    "Has the key to the server room.",
    "On leave in July.",
];

/// A generated tenant.
pub(crate) struct Tenant {
    pub(crate) world: World,
    pub(crate) rules: Rules,
    pub(crate) companies: Vec<u32>,
    /// Who the contacts really are: two records of one person have the same number.
    pub(crate) people: BTreeMap<u32, u32>,
    /// The callback entries, by the word in the events.
    pub(crate) callbacks: BTreeMap<&'static str, u32>,
}

struct Builder<'d> {
    dice: &'d mut Dice,
    world: World,
    people: BTreeMap<u32, u32>,
    last_contact: u32,
    last_person: u32,
    phones: usize,
}

/// A person who is about to get records.
struct Person {
    number: u32,
    first: &'static str,
    last: &'static str,
    email: String,
    company: u32,
}

impl Tenant {
    pub(crate) fn of(dice: &mut Dice) -> Tenant {
        let rules = rules(dice);
        let mut builder = Builder {
            dice,
            world: World::empty(),
            people: BTreeMap::new(),
            last_contact: 50_000,
            last_person: 0,
            phones: 100,
        };
        builder.switches();
        for (id, caption) in [(15, "crm_id"), (16, "badge")] {
            builder.world.add_custom_field(
                Kind::Contact,
                json!({ "id": id, "caption": caption, "type": "Number", "entryMethod": "EntryField", "numberOfDecimals": 0 }),
            );
        }
        let count = 1 + builder.dice.weigh(&[6, 3, 1]).unwrap_or(0);
        let companies: Vec<u32> = (500..).step_by(10).take(count).collect();
        for company in &companies {
            builder.company(*company);
        }
        if builder.dice.chance(15) {
            builder.refusals(&companies);
        }
        let callbacks = ["contact", "company"]
            .map(|kind| (kind, builder.world.add_callback(HOOK, kind)))
            .into();
        Tenant {
            world: builder.world,
            rules,
            companies,
            people: builder.people,
            callbacks,
        }
    }
}

fn rules(dice: &mut Dice) -> Rules {
    let mut rules = enforced();
    if dice.chance(20) {
        rules.merge.method = MergeMethod::Retire;
    }
    rules.portal.send_invites = dice.chance(40);
    rules.portal.note_on_hold = dice.chance(40);
    rules
}

impl Builder<'_> {
    /// What is undocumented about the PSA is another thing in each tenant.
    fn switches(&mut self) {
        let dice = &mut *self.dice;
        let switches = &mut self.world.switches;
        switches.merge_carries_children = dice.chance(30);
        switches.merge_carries_every_field = dice.chance(30);
        if dice.chance(30) {
            switches.merge_leaves = vec![REFERENCES[dice.below(REFERENCES.len())].0];
        }
        switches.promotes_next_communication = dice.chance(50);
        switches.children_touch_contact = dice.chance(70);
        switches.default_contact_touches_contacts = dice.chance(30);
        switches.custom_fields_required = dice.chance(10);
        switches.last_page_link = *dice.pick(&[
            LastPageLink::Missing,
            LastPageLink::Empty,
            LastPageLink::Present,
        ]);
    }

    fn company(&mut self, company: u32) {
        let identifier = format!("Quarry{company}");
        self.world.add_company(
            json!({ "id": company, "identifier": identifier, "name": format!("Quarry Lane {company}") }),
        );
        let first = self.dice.below(FIRST_NAMES.len());
        let last = self.dice.below(LAST_NAMES.len());
        let people = self.dice.within(2, 4);
        for at in 0..people {
            let person = self.person(
                company,
                FIRST_NAMES[(first + at) % FIRST_NAMES.len()],
                LAST_NAMES[(last + at) % LAST_NAMES.len()],
            );
            // Somebody who is there once, twice or three times.
            let records = 1 + self.dice.weigh(&[50, 38, 12]).unwrap_or(0);
            for record in 0..records {
                self.record(&person, record);
            }
            if self.dice.chance(10) {
                self.look_alike(&person);
            }
        }
        if self.dice.chance(20) {
            self.role_account(company);
        }
        self.roles(company);
        self.references(company);
    }

    fn person(&mut self, company: u32, first: &'static str, last: &'static str) -> Person {
        self.last_person += 1;
        let email = format!("{first}.{last}@quarry{company}.example").to_lowercase();
        Person {
            number: self.last_person,
            first,
            last,
            email,
            company,
        }
    }

    /// A record of a person: the first one as somebody typed it, the others as they come about.
    fn record(&mut self, person: &Person, record: usize) {
        let Person { first, last, .. } = person;
        let mut contact = match (record, self.dice.below(3)) {
            (0, _) | (_, 0) => json!({ "firstName": first, "lastName": last }),
            // As the email connector makes it.
            (_, 1) => {
                json!({ "firstName": format!("{first}.{last}").to_lowercase(), "lastName": "" })
            }
            _ => json!({ "firstName": format!("{last},"), "lastName": first }),
        };
        contact["company"] = json!({ "id": person.company });
        let has_email = record > 0 || self.dice.chance(85);
        let mut items = Vec::new();
        if has_email {
            let shouted = record > 0 && self.dice.chance(30);
            let address = if shouted {
                person.email.to_uppercase()
            } else {
                person.email.clone()
            };
            items.push(json!({ "type": { "id": 1 }, "value": address, "defaultFlag": true }));
        }
        if self.dice.chance(20) {
            // People of one name work at both companies; their homes are their own.
            let (name, company) = (format!("{first}.{last}").to_lowercase(), person.company);
            let address = format!("{name}{record}.{company}@home.example");
            // Sometimes it is an address that is not the default.
            items.push(json!({ "type": { "id": 6 }, "value": address, "defaultFlag": false }));
        }
        for (kind, percent) in [(2, 50), (4, 30), (3, 15)] {
            if self.dice.chance(percent) {
                let number = self.phone();
                let default = kind != 4;
                items.push(
                    json!({ "type": { "id": kind }, "value": number, "defaultFlag": default }),
                );
            }
        }
        contact["communicationItems"] = items.into();
        self.trimmings(&mut contact);
        // A login with or without an address that could receive the mail.
        if self.dice.chance(if record == 0 { 45 } else { 12 }) {
            contact["disablePortalLoginFlag"] = json!(false);
            contact["portalSecurityLevel"] = json!(self.dice.within(1, 6));
        }
        contact["inactiveFlag"] = json!(self.dice.chance(if record == 0 { 12 } else { 25 }));
        self.add(contact, person.number);
    }

    /// Titles, addresses, labels: what some records have.
    fn trimmings(&mut self, contact: &mut Value) {
        if self.dice.chance(45) {
            contact["title"] = json!(self.dice.pick(&TITLES));
        }
        if self.dice.chance(20) {
            contact["nickName"] = json!(format!("Nick{}", self.dice.below(3)));
        }
        if self.dice.chance(25) {
            let (street, city, zip) = *self.dice.pick(&CITIES);
            contact["addressLine1"] = json!(street);
            contact["city"] = json!(city);
            contact["state"] = json!("MN");
            contact["zip"] = json!(zip);
        }
        if self.dice.chance(20) {
            contact["department"] = json!({ "id": self.dice.within(1, 4) });
        }
        if self.dice.chance(20) {
            contact["userDefinedField3"] = json!(format!("desk {}", self.dice.below(4)));
        }
        if self.dice.chance(25) {
            let id = self.dice.within(15, 16);
            contact["customFields"] = json!([{ "id": id, "value": self.dice.within(1, 3) }]);
        }
        let labels: Vec<Value> = [1, 2, 3, 5]
            .into_iter()
            .filter(|_| self.dice.chance(15))
            .map(|id| json!({ "id": id }))
            .collect();
        contact["types"] = labels.into();
        contact["unsubscribeFlag"] = json!(self.dice.chance(10));
    }

    /// Somebody of the same name, or of the same family, who is somebody else for all anybody knows.
    fn look_alike(&mut self, person: &Person) {
        self.last_person += 1;
        let number = self.last_person;
        let mut contact = json!({ "firstName": person.first, "lastName": person.last, "company": { "id": person.company } });
        let phone = self.phone();
        contact["communicationItems"] =
            json!([{ "type": { "id": 2 }, "value": phone, "defaultFlag": true }]);
        self.trimmings(&mut contact);
        self.add(contact, number);
    }

    fn role_account(&mut self, company: u32) {
        self.last_person += 1;
        let invited = self.dice.chance(50);
        let contact = json!({
            "firstName": ROLE, "lastName": "Payable", "company": { "id": company },
            "disablePortalLoginFlag": !invited,
            "communicationItems": [{ "type": { "id": 1 }, "value": format!("{}@quarry{company}.example", ROLE.to_lowercase()), "defaultFlag": true }],
        });
        self.add(contact, self.last_person);
    }

    fn add(&mut self, mut contact: Value, person: u32) {
        self.last_contact += 1;
        let id = self.last_contact;
        contact["id"] = json!(id);
        self.world.add_contact(contact);
        self.people.insert(id, person);
        for text in NOTES {
            if self.dice.chance(10) {
                let note = json!({ "contactId": id, "text": text, "type": { "id": 1 } });
                self.world.add(Kind::Note, note);
            }
        }
        for group in 1..=3 {
            if self.dice.chance(12) {
                let unsubscribed = self.dice.chance(30);
                self.world.add(
                    Kind::GroupMembership,
                    json!({ "group": { "id": group }, "contact": { "id": id }, "unsubscribeFlag": unsubscribed }),
                );
            }
        }
    }

    /// Who is the company's default and billing contact, and who carries the label.
    fn roles(&mut self, company: u32) {
        let contacts = self.world.contacts_of(company);
        let someone = |dice: &mut Dice| *dice.pick(&contacts);
        for (field, percent) in [("defaultContact", 80), ("billingContact", 50)] {
            if self.dice.chance(percent) {
                let contact = someone(self.dice);
                let patch = json!([{ "op": "replace", "path": field, "value": { "id": contact } }]);
                let path = format!("/company/companies/{company}");
                let reply = self
                    .world
                    .request(sandbox::PERSON, "PATCH", &path, Some(&patch));
                assert_eq!(reply.status, 200, "{}", reply.body);
            }
        }
        for percent in [60, 15] {
            if self.dice.chance(percent) {
                let contact = someone(self.dice);
                let labelled = self.world.contact(contact).unwrap()["types"]
                    .as_array()
                    .is_some_and(|types| types.iter().any(|label| label["id"] == PRIMARY));
                if !labelled {
                    let label = json!({ "type": { "id": PRIMARY }, "contact": { "id": contact } });
                    self.world.add(Kind::TypeAssociation, label);
                }
            }
        }
        self.world.take_outbox();
    }

    /// Work, money and colleagues that point at contacts.
    fn references(&mut self, company: u32) {
        let contacts = self.world.contacts_of(company);
        for _ in 0..self.dice.within(1, contacts.len()) {
            let (kind, words, fields) = REFERENCES[self.dice.below(REFERENCES.len())];
            let mut record = json!({ "company": { "id": company } });
            record[words] = json!("Work of Quarry Lane");
            for field in fields {
                if self.dice.chance(60) {
                    record[field] = json!({ "id": *self.dice.pick(&contacts) });
                }
            }
            self.world.add(kind, record);
        }
        if self.dice.chance(30) && contacts.len() > 2 {
            let (owner, manager) = (contacts[0], *self.dice.pick(&contacts[1..]));
            let patch =
                json!([{ "op": "replace", "path": "managerContact", "value": { "id": manager } }]);
            let path = format!("/company/contacts/{owner}");
            self.world
                .request(sandbox::PERSON, "PATCH", &path, Some(&patch));
            self.world.take_outbox();
        }
    }

    /// Writes that the PSA of this tenant refuses for good, by a rule of its own or for want of rights.
    fn refusals(&mut self, companies: &[u32]) {
        const BELOW: [&str; 4] = ["communications", "notes", "groups", "typeAssociations"];
        for _ in 0..self.dice.within(1, 3) {
            let company = *self.dice.pick(companies);
            let contact = *self.dice.pick(&self.world.contacts_of(company));
            let contact = format!("/company/contacts/{contact}");
            let (method, path) = match self.dice.below(7) {
                0 | 1 => ("PATCH", contact),
                2 | 3 => ("DELETE", contact),
                4 => ("PATCH", format!("/company/companies/{company}")),
                _ => ("POST", format!("{contact}/{}", self.dice.pick(&BELOW))),
            };
            self.world.refusals.push(if self.dice.chance(50) {
                Refusal::forbidden(method, &path)
            } else {
                Refusal::new(method, &path, "title", "The title is required.")
            });
        }
    }

    fn phone(&mut self) -> String {
        self.phones += 1;
        format!("2185550{}", 100 + self.phones % 100)
    }
}
