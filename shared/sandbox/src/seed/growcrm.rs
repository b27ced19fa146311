//! What the example tenant's Grow CRM knows.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::{
    people::{self, Known},
    *,
};
use crate::{
    growcrm::{Account, Client, Social, User},
    world::World,
};

/// When all of it was written: 2026-02-20T09:00:00Z.
const THEN: Timestamp = Timestamp::constant(1_771_578_000, 0);

/// A contact of Fernwood Schools whose address a member of the staff has.
pub const GROWCRM_ADDRESS_OF_STAFF: u32 = 85102;

/// Two contacts of Copperfield Logistics who have each other's address in Grow CRM.
pub const GROWCRM_SWAPPED: (u32, u32) = (86103, 86104);

/// The client of a company of the example tenant, if it has one.
pub fn growcrm_client(company: u32) -> u64 {
    1_000 + u64::from(company)
}

/// The contact that Grow CRM has of a contact of the example tenant, if it has one.
pub fn growcrm_contact(contact: u32) -> u64 {
    300_000 + u64::from(contact)
}

/// The Grow CRM of the example tenant, always the same.
///
/// Clients have the tag `cw-company-ID`; in most of them the default contact is the account owner. All not named
/// here are as the PSA has them. Colleagues about whom nothing is remarkable are there where IT Glue has them.
///
/// | company | contacts, the owner first | situation |
/// | --- | --- | --- |
/// | [`HARBOR_LINE`] | all, [`RENEE_OKAFOR`] first | in line: nothing to write |
/// | [`KESTREL`] | 82101 | the client has no tag; a stranger at Blue Spruce has his address, too |
/// | [`BLUE_SPRUCE`] | 82001, 82005, [`PORTAL_FINE`] | the client has another tag as well; the last one has an old phone, and a handle that an update loses |
/// | [`GRANITE_PEAK`] | 83001, [`JOHN_SMITH`], [`JOHN_SMITH_DUPLICATE`] | winner and loser are both there, with different addresses |
/// | [`LAKESIDE`] | 83101, [`TRIPLE`] | |
/// | [`MERIDIAN`] | [`BILLING_DUPLICATE`], [`CONFLICTING`] | of the first pair only the loser is there, and it is the owner |
/// | [`CEDAR_HOLLOW`] | 83301, both of [`TWO_LOGINS`] | |
/// | [`RIVERBEND`] | 86001 | |
/// | [`TIDEWATER`] | [`INACTIVE_DEFAULT`], 85002 | the owner has left |
/// | [`FERNWOOD`] | [`FERNWOOD_SUCCESSOR`] | a member of the staff has the address of [`GROWCRM_ADDRESS_OF_STAFF`] |
/// | [`HALCYON`] | 85201, 85202 | the client is suspended, both have left |
/// | [`PINECREST`] | 85302 | the default contact has no address and cannot be there |
/// | [`SUMMIT_RIDGE`] | [`UNLABELED_DEFAULT`] | a lead has the address of [`MISLABELED`] |
/// | [`COPPERFIELD`] | [`DEFAULT_TO_DELETE`], 86102, [`GROWCRM_SWAPPED`] | the last two have each other's address |
/// | [`JUNIPER`] | [`DEFAULT_TO_DEACTIVATE`], 86202 | |
/// | [`BIRCHWOOD`] | all | in line, former names too |
/// | [`ORCHARD`], [`CATCH_ALL`] | | have no client |
pub fn growcrm() -> Account {
    static EXAMPLE: LazyLock<Account> = LazyLock::new(|| build(&World::example()));
    EXAMPLE.clone()
}

/// Clients whose contacts are as the PSA has them, the owner first.
const PLAIN: [(u32, &[u32]); 12] = [
    (KESTREL, &[82101]),
    (GRANITE_PEAK, &[83001, JOHN_SMITH]),
    (LAKESIDE, &[83101, TRIPLE]),
    (MERIDIAN, &[BILLING_DUPLICATE, CONFLICTING]),
    (CEDAR_HOLLOW, &[83301, TWO_LOGINS.0, TWO_LOGINS.1]),
    (RIVERBEND, &[86001]),
    (TIDEWATER, &[INACTIVE_DEFAULT, 85002]),
    (FERNWOOD, &[FERNWOOD_SUCCESSOR]),
    (HALCYON, &[85201, 85202]),
    (PINECREST, &[85302]),
    (SUMMIT_RIDGE, &[UNLABELED_DEFAULT]),
    (JUNIPER, &[DEFAULT_TO_DEACTIVATE, 86202]),
];

fn build(world: &World) -> Account {
    let mut account = Account::empty();
    let address = |id: u32| Known::of(world, id).email().unwrap_or_default().to_owned();
    account.add_user(User::staff(
        "Ingrid",
        "Falk",
        &address(GROWCRM_ADDRESS_OF_STAFF),
    ));
    account.add_user(User::staff("Jordan", "Harper", "jharper@northwind.example"));
    account.add_user(User::lead("Dario", "Conti", &address(MISLABELED)));

    let mut scribe = Scribe {
        world,
        account: &mut account,
    };
    for company in [HARBOR_LINE, BIRCHWOOD] {
        scribe.client(company, &world.contacts_of(company));
    }
    for (company, contacts) in PLAIN {
        scribe.client(company, contacts);
    }
    blue_spruce(&mut scribe);
    copperfield(&mut scribe);
    duplicates(&mut scribe);
    scribe.colleagues();
    for (company, edit) in [
        (KESTREL, without_tags as fn(Client) -> Client),
        (HALCYON, Client::suspended),
    ] {
        if let Some(client) = account.clients.get_mut(&growcrm_client(company)) {
            *client = edit(client.clone());
        }
    }
    account
}

fn without_tags(client: Client) -> Client {
    Client {
        tags: Vec::new(),
        ..client
    }
}

/// An old phone, a handle, and a tag that isn't the mirror's.
fn blue_spruce(scribe: &mut Scribe<'_>) {
    scribe.client(BLUE_SPRUCE, &[82001, 82005]);
    let fine = scribe
        .user(BLUE_SPRUCE, PORTAL_FINE)
        .with_phone("4195550199");
    let fine = fine.with_social(Social {
        linkedin: Some("desmond-achebe".to_owned()),
        ..Social::default()
    });
    scribe.put(PORTAL_FINE, fine);
    let client = scribe.account.clients.get_mut(&growcrm_client(BLUE_SPRUCE));
    if let Some(client) = client {
        client.tags.push("dental".to_owned());
    }
}

/// Two addresses are the wrong way round.
fn copperfield(scribe: &mut Scribe<'_>) {
    scribe.client(COPPERFIELD, &[DEFAULT_TO_DELETE, 86102]);
    let mut one = scribe.user(COPPERFIELD, GROWCRM_SWAPPED.0);
    let mut other = scribe.user(COPPERFIELD, GROWCRM_SWAPPED.1);
    std::mem::swap(&mut one.email, &mut other.email);
    scribe.put(GROWCRM_SWAPPED.0, one);
    scribe.put(GROWCRM_SWAPPED.1, other);
}

/// Losers are there under proper names: nobody without a last name can be.
fn duplicates(scribe: &mut Scribe<'_>) {
    let client = growcrm_client(GRANITE_PEAK);
    let site = "john.smith.site@granitepeak.example";
    scribe.put(
        JOHN_SMITH_DUPLICATE,
        User::contact(client, "John", "Smith", site),
    );
    if let Some(loser) = scribe
        .account
        .users
        .get_mut(&growcrm_contact(BILLING_DUPLICATE))
    {
        loser.first_name = "Oscar".to_owned();
        loser.last_name = "Whitfield".to_owned();
    }
}

/// Writes clients and contacts down.
struct Scribe<'s> {
    world: &'s World,
    account: &'s mut Account,
}

impl Scribe<'_> {
    /// A client with its tag and contacts; the first one owns it.
    fn client(&mut self, company: u32, contacts: &[u32]) {
        let name = people::company_name(self.world, company);
        let client = Client {
            created: THEN,
            updated: THEN,
            ..Client::new(&name).with_tag(&format!("cw-company-{company}"))
        };
        self.account.put_client(growcrm_client(company), client);
        for id in contacts {
            let user = self.user(company, *id);
            self.put(*id, user);
        }
        if let Some(owner) = contacts.first() {
            self.account.set_owner(growcrm_contact(*owner));
        }
    }

    /// Colleagues of those who are there.
    fn colleagues(&mut self) {
        for company in people::MIRRORED_COMPANIES {
            for id in people::colleagues(self.world, company) {
                let user = self.user(company, id);
                self.put(id, user);
            }
        }
    }

    /// As the mirror would have written it.
    fn user(&self, company: u32, id: u32) -> User {
        let known = Known::of(self.world, id);
        let email = known.email().unwrap_or_default();
        let client = growcrm_client(company);
        let mut user = User::contact(client, &known.first_name, &known.last_name, email);
        let phones = known.phones.iter();
        let phone = phones.max_by_key(|phone| phone.is_default);
        user.phone = phone.map(|phone| match &phone.extension {
            Some(extension) => format!("{} x{extension}", phone.number),
            None => phone.number.clone(),
        });
        user.position = known.title;
        user.created = THEN;
        user.updated = THEN;
        user
    }

    fn put(&mut self, id: u32, user: User) {
        self.account.put_user(growcrm_contact(id), user);
    }
}

#[cfg(test)]
mod tests;
