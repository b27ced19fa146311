//! What the example tenant's IT Glue account knows.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::{
    people::{self, Known, KnownPhone},
    *,
};
use crate::{
    itglue::{Account, Attached, Contact, Email, LabelType, Organization, Phone},
    world::World,
};

/// When all of it was written: 2026-02-20T09:00:00Z.
const THEN: Timestamp = Timestamp::constant(1_771_578_000, 0);

/// A number that only IT Glue has, of [`ILYA_BRANDT`].
pub const ITGLUE_ONLY_CELL: &str = "3125550198";

/// A number that only IT Glue has, of [`JOHN_SMITH_DUPLICATE`].
pub const ITGLUE_ONLY_PHONE_OF_LOSER: &str = "2185550188";

/// A number that only IT Glue has, of the former name in [`MARRIED`].
pub const ITGLUE_ONLY_PHONE_OF_FORMER: &str = "2185550189";

/// The second contact that IT Glue has of [`UNCERTAIN`], of the same name and address.
pub const ITGLUE_SECOND_UNCERTAIN: u64 = 4_500_999_999;

/// The second organization with the name of [`RIVERBEND`].
pub const ITGLUE_SECOND_RIVERBEND: u64 = 1_229_999;

/// The organization of a company of the example tenant, if it has one.
pub fn itglue_organization(company: u32) -> u64 {
    1_220_000 + u64::from(company)
}

/// The contact that IT Glue has of a contact of the example tenant, if it has one. The id is beyond 32 bits.
pub fn itglue_contact(contact: u32) -> u64 {
    4_500_000_000 + u64::from(contact)
}

/// The location of an organization of the example account.
pub fn itglue_location(company: u32) -> u64 {
    3_300_000 + u64::from(company)
}

/// The IT Glue account of the example tenant, always the same.
///
/// Contacts that the mirror wrote have a line about that in their notes. All not named here are as the PSA has
/// them. Colleagues about whom nothing is remarkable are mirrored where anybody is.
///
/// | company | found by | contacts | situation |
/// | --- | --- | --- | --- |
/// | [`HARBOR_LINE`] | PSA link | all | in line: nothing to write. [`RENEE_OKAFOR`] is important; [`ILYA_BRANDT`] has a number, notes and a location of his own |
/// | [`KESTREL`] | PSA link | all, by native sync | owned by the PSA; the title of 82102 is old, and 82103 is orphaned |
/// | [`BLUE_SPRUCE`] | short name | [`PORTAL_FINE`], 82005 | never mirrored; the address of 82005 is old and locked |
/// | [`GRANITE_PEAK`] | PSA link | 83001, [`JOHN_SMITH`], [`JOHN_SMITH_DUPLICATE`] | the loser has a number of its own and a password |
/// | [`LAKESIDE`] | name only | 83101, [`TRIPLE`] and its duplicates | |
/// | [`MERIDIAN`] | PSA link | [`DEFAULT_WITH_BILLING_DUPLICATE`], [`BILLING_DUPLICATE`], [`CONFLICTING`] | |
/// | [`CEDAR_HOLLOW`] | PSA link | 83301, both of [`TWO_LOGINS`], [`UNCERTAIN`] twice | nobody can say which one is meant |
/// | [`RIVERBEND`] | name, twice | none | nobody can say which organization is meant |
/// | [`TIDEWATER`] | PSA link | [`INACTIVE_DEFAULT`], 85002 | who has left is still important |
/// | [`COPPERFIELD`], [`JUNIPER`] | PSA link | the default contact | |
/// | [`BIRCHWOOD`] | PSA link | all | of two former names, one has a number of its own, the other a password |
/// | [`FERNWOOD`], [`HALCYON`], [`PINECREST`], [`SUMMIT_RIDGE`] | PSA link | none | |
/// | [`ORCHARD`], [`CATCH_ALL`] | | | have no organization |
pub fn itglue() -> Account {
    static EXAMPLE: LazyLock<Account> = LazyLock::new(|| build(&World::example()));
    EXAMPLE.clone()
}

fn build(world: &World) -> Account {
    let mut account = Account::empty();
    for (id, name) in [
        (118_201, "End User"),
        (118_202, "Approver"),
        (118_205, "Decision Maker"),
        (118_206, "Finance"),
        (118_210, "Vendor"),
    ] {
        account.put_contact_type(id, name);
    }
    organizations(world, &mut account);
    let mut scribe = Scribe {
        world,
        account: &mut account,
    };
    harbor_line(&mut scribe);
    kestrel(&mut scribe);
    blue_spruce(&mut scribe);
    duplicates(&mut scribe);
    primaries(&mut scribe);
    scribe.colleagues();
    account
}

fn organizations(world: &World, account: &mut Account) {
    let linked = [
        HARBOR_LINE,
        KESTREL,
        GRANITE_PEAK,
        MERIDIAN,
        CEDAR_HOLLOW,
        TIDEWATER,
        FERNWOOD,
        HALCYON,
        PINECREST,
        SUMMIT_RIDGE,
        COPPERFIELD,
        JUNIPER,
        BIRCHWOOD,
    ];
    let named = |company: u32| dated(Organization::new(&people::company_name(world, company)));
    let identifier = |company: u32| people::company_identifier(world, company);
    for company in linked {
        let organization = named(company)
            .with_short_name(&identifier(company))
            .linked_to(company);
        account.put_organization(itglue_organization(company), organization);
    }
    let spruce = named(BLUE_SPRUCE).with_short_name(&identifier(BLUE_SPRUCE));
    account.put_organization(itglue_organization(BLUE_SPRUCE), spruce);
    for company in [LAKESIDE, RIVERBEND] {
        account.put_organization(itglue_organization(company), named(company));
    }
    account.put_organization(ITGLUE_SECOND_RIVERBEND, named(RIVERBEND));
    for company in linked.into_iter().chain([BLUE_SPRUCE, LAKESIDE]) {
        account.put_location(
            itglue_location(company),
            itglue_organization(company),
            "Main",
        );
    }
}

/// In line, and two of them with what only IT Glue knows.
fn harbor_line(scribe: &mut Scribe<'_>) {
    for id in scribe.world.contacts_of(HARBOR_LINE) {
        let contact = scribe.mirrored(HARBOR_LINE, id);
        let contact = match id {
            RENEE_OKAFOR => contact.with_important(true).with_attached(Attached {
                passwords: 2,
                attachments: 1,
                related_items: 3,
            }),
            ILYA_BRANDT => {
                let notes = format!("Wants invoices as PDF.\n{}", marker(ILYA_BRANDT));
                contact
                    .with_cell(ITGLUE_ONLY_CELL)
                    .with_location(itglue_location(HARBOR_LINE))
                    .with_notes(&notes)
            }
            _ => contact,
        };
        scribe.put(id, contact);
    }
}

/// All of them came by native sync.
fn kestrel(scribe: &mut Scribe<'_>) {
    for id in scribe.world.contacts_of(KESTREL) {
        let contact = scribe.known(KESTREL, id).synced_with(id);
        let contact = match id {
            82102 => contact.with_title("Trainee"),
            82103 => contact.orphaned(),
            _ => contact,
        };
        scribe.put(id, contact);
    }
}

/// Two whom somebody wrote down by hand.
fn blue_spruce(scribe: &mut Scribe<'_>) {
    let fine = scribe.known(BLUE_SPRUCE, PORTAL_FINE);
    scribe.put(PORTAL_FINE, fine);
    let mut locked = scribe.known(BLUE_SPRUCE, 82005).with_email_lock();
    locked.emails.clear();
    scribe.put(82005, locked.with_email("n.haddadin@bluespruce.example"));
}

/// What will be merged.
fn duplicates(scribe: &mut Scribe<'_>) {
    scribe.mirror(GRANITE_PEAK, &[83001, JOHN_SMITH]);
    let loser = scribe
        .mirrored(GRANITE_PEAK, JOHN_SMITH_DUPLICATE)
        .with_phone(ITGLUE_ONLY_PHONE_OF_LOSER)
        .with_attached(Attached {
            passwords: 1,
            ..Attached::default()
        });
    scribe.put(JOHN_SMITH_DUPLICATE, loser);
    scribe.mirror(
        LAKESIDE,
        &[83101, TRIPLE, TRIPLE_DUPLICATES[0], TRIPLE_DUPLICATES[1]],
    );
    scribe.mirror(
        MERIDIAN,
        &[
            DEFAULT_WITH_BILLING_DUPLICATE,
            BILLING_DUPLICATE,
            CONFLICTING,
        ],
    );
    scribe.mirror(BIRCHWOOD, &[87001, MARRIED.0, MARRIED_WITH_PASSWORD.0]);
    let former = scribe
        .mirrored(BIRCHWOOD, MARRIED.1)
        .with_phone(ITGLUE_ONLY_PHONE_OF_FORMER);
    scribe.put(MARRIED.1, former);
    let former = scribe
        .mirrored(BIRCHWOOD, MARRIED_WITH_PASSWORD.1)
        .with_attached(Attached {
            passwords: 1,
            ..Attached::default()
        });
    scribe.put(MARRIED_WITH_PASSWORD.1, former);
    scribe.mirror(CEDAR_HOLLOW, &[83301, TWO_LOGINS.0, TWO_LOGINS.1]);
    let twin = scribe.known(CEDAR_HOLLOW, UNCERTAIN);
    scribe.put(UNCERTAIN, twin.clone());
    scribe.account.put_contact(ITGLUE_SECOND_UNCERTAIN, twin);
}

fn primaries(scribe: &mut Scribe<'_>) {
    let left = scribe
        .mirrored(TIDEWATER, INACTIVE_DEFAULT)
        .with_important(true);
    scribe.put(INACTIVE_DEFAULT, left);
    scribe.mirror(TIDEWATER, &[85002]);
    scribe.mirror(COPPERFIELD, &[DEFAULT_TO_DELETE]);
    scribe.mirror(JUNIPER, &[DEFAULT_TO_DEACTIVATE]);
}

/// Writes contacts down.
struct Scribe<'s> {
    world: &'s World,
    account: &'s mut Account,
}

impl Scribe<'_> {
    /// As the mirror would have written it.
    fn mirrored(&self, company: u32, id: u32) -> Contact {
        self.known(company, id)
            .with_important(false)
            .with_notes(&marker(id))
    }

    /// As somebody else would have written it.
    fn known(&self, company: u32, id: u32) -> Contact {
        let known = Known::of(self.world, id);
        let mut contact = Contact::new(
            itglue_organization(company),
            &known.first_name,
            &known.last_name,
        );
        contact.title.clone_from(&known.title);
        let types = &self.account.contact_types;
        let type_of = |name: &String| types.iter().find(|(_, each)| each.name == *name);
        contact.contact_type = known.types.iter().find_map(type_of).map(|(id, _)| *id);
        let default = known.email().map(str::to_owned);
        let emails = known.emails.iter();
        contact.emails = emails.map(|(value, _)| email(value, &default)).collect();
        contact.phones = known.phones.iter().map(phone).collect();
        contact.created_at = THEN;
        contact.updated_at = THEN;
        contact
    }

    /// Colleagues of those who are mirrored.
    fn colleagues(&mut self) {
        for company in people::MIRRORED_COMPANIES {
            let colleagues = people::colleagues(self.world, company);
            self.mirror(company, &colleagues);
        }
    }

    fn mirror(&mut self, company: u32, ids: &[u32]) {
        for id in ids {
            let contact = self.mirrored(company, *id);
            self.put(*id, contact);
        }
    }

    fn put(&mut self, id: u32, contact: Contact) {
        self.account.put_contact(itglue_contact(id), contact);
    }
}

/// The line by which a contact of the mirror is known when its own map is lost.
fn marker(id: u32) -> String {
    format!("Mirrored from ConnectWise contact {id}")
}

fn dated(organization: Organization) -> Organization {
    Organization {
        created_at: THEN,
        updated_at: THEN,
        ..organization
    }
}

fn email(value: &str, default: &Option<String>) -> Email {
    Email {
        value: value.to_owned(),
        label_name: "Work".to_owned(),
        primary: default.as_deref() == Some(value),
    }
}

fn phone(known: &KnownPhone) -> Phone {
    let label = match known.kind.as_str() {
        "Mobile" => "Cell",
        "Home" => "Home",
        _ => "Work",
    };
    Phone {
        value: known.number.chars().filter(char::is_ascii_digit).collect(),
        extension: known.extension.clone(),
        label_name: label.to_owned(),
        label_type: LabelType::Phone,
        primary: known.is_default,
    }
}

#[cfg(test)]
mod tests;
