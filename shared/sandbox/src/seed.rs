//! The example tenant: [`World::example`], and what the other vendors know of it: [`itglue()`], [`growcrm()`].
//!
//! Northwind MSP looks after seventeen companies with some two hundred contacts, and has a catch-all company
//! with five thousand more. Everybody is made up. Most of them are in order; who isn't is told here.
//!
//! | company | contact | situation |
//! | --- | --- | --- |
//! | [`HARBOR_LINE`] | [`RENEE_OKAFOR`] (default), [`ILYA_BRANDT`] (billing) | all in order |
//! | [`CATCH_ALL`] | [`CATCH_ALL_DUPLICATES`] | 5,000 contacts without logins, five of them duplicates |
//! | [`BLUE_SPRUCE`] | [`PORTAL_WITHOUT_EMAIL`] | portal login, no email at all |
//! | | [`PORTAL_SHARED_MAILBOX`] | portal login, only a shared mailbox |
//! | | [`PORTAL_COLLEAGUES_EMAIL`] | portal login, only the address of a colleague who has a login too (82005) |
//! | | [`PORTAL_STRANGERS_EMAIL`] | portal login, only the address of a login at [`KESTREL`] (82101) |
//! | | [`PORTAL_EMAIL_NOT_DEFAULT`] | portal login, a usable email that isn't default |
//! | | [`PORTAL_FINE`] | portal login, all fine |
//! | | [`PORTAL_DISABLED_BY_PERSON`] | a usable email, but a person disabled the login |
//! | [`RIVERBEND`] | [`REFUSES_PATCH`] | portal login without email, and the instance refuses its PATCH for good |
//! | none | [`CONTACT_WITHOUT_COMPANY`] | belongs to no company |
//! | [`GRANITE_PEAK`] | [`JOHN_SMITH`], [`JOHN_SMITH_DUPLICATE`] | `john.smith` as first name; work, notes, groups on both |
//! | [`LAKESIDE`] | [`SWAPPED_NAME`], [`SWAPPED_NAME_DUPLICATE`] | first name `Smith,`, last name `John` |
//! | | [`TRIPLE`], [`TRIPLE_DUPLICATES`] | one person three times |
//! | [`MERIDIAN`] | [`DEFAULT_WITH_BILLING_DUPLICATE`], [`BILLING_DUPLICATE`] | the loser is the billing contact |
//! | | [`CONFLICTING`], [`CONFLICTING_DUPLICATE`] | titles and custom fields disagree |
//! | | [`INACTIVE_TWIN`], [`ACTIVE_TWIN`] | the older of two is inactive |
//! | [`CEDAR_HOLLOW`] | [`UNCERTAIN`], [`UNCERTAIN_EMPTY`] | one name, and nothing else on one of them |
//! | | [`TWO_LOGINS`] | one name and phone, two logins with different addresses |
//! | [`ORCHARD`] | [`NAMESAKES`] | two people of one name |
//! | | [`FATHER_AND_SON`] | Sr. and Jr. share a phone |
//! | [`TIDEWATER`] | [`INACTIVE_DEFAULT`] | the default contact is inactive; 85002 has login and email |
//! | [`FERNWOOD`] | [`RECEPTION_MAILBOX`], [`FERNWOOD_SUCCESSOR`] | no default contact; the lowest id is a shared mailbox |
//! | [`HALCYON`] | | no active contact, no default |
//! | [`PINECREST`] | [`CHOSEN_DEFAULT`] | the default contact is active, but worse than 85302 |
//! | [`SUMMIT_RIDGE`] | [`UNLABELED_DEFAULT`], [`MISLABELED`] | the type `Primary` is on the wrong contact |
//! | [`COPPERFIELD`] | [`DEFAULT_TO_DELETE`] | in order until [`default_deleted`] is played |
//! | [`JUNIPER`] | [`DEFAULT_TO_DEACTIVATE`] | in order until [`default_deactivated`] is played |
//! | [`BIRCHWOOD`] | [`MARRIED`], [`MARRIED_WITH_PASSWORD`] | two people who are there twice, under a former name |
//!
//! In a company that is in order the default contact, and nobody else, has the type `Primary`.

mod catalogs;
mod draft;
mod duplicates;
mod growcrm;
mod itglue;
mod mirrored;
mod names;
mod people;
mod portal;
mod primaries;
mod quiet;
mod scenes;
mod work;

use std::sync::LazyLock;

use crate::world::World;

pub(crate) use catalogs::catalogs;
pub use growcrm::{
    GROWCRM_ADDRESS_OF_STAFF, GROWCRM_SWAPPED, growcrm, growcrm_client, growcrm_contact,
};
pub use itglue::{
    ITGLUE_ONLY_CELL, ITGLUE_ONLY_PHONE_OF_FORMER, ITGLUE_ONLY_PHONE_OF_LOSER,
    ITGLUE_SECOND_RIVERBEND, ITGLUE_SECOND_UNCERTAIN, itglue, itglue_contact, itglue_location,
    itglue_organization,
};
pub use scenes::{default_deactivated, default_deleted};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $id:literal;)+) => {
        $($(#[$doc])* pub const $name: u32 = $id;)+
    };
}

ids! {
    /// Harbor Line Freight, the company of the fact sheet: all in order.
    HARBOR_LINE = 812;
    /// Its default contact.
    RENEE_OKAFOR = 4711;
    /// Its billing contact.
    ILYA_BRANDT = 4802;
    /// The company for people whose company nobody knows.
    CATCH_ALL = 250;
    /// The first of its contacts, which is its default.
    CATCH_ALL_FIRST = 100_001;
    /// Blue Spruce Dental: portal logins of all sorts.
    BLUE_SPRUCE = 820;
    /// A login without any email.
    PORTAL_WITHOUT_EMAIL = 82002;
    /// A login with a shared mailbox only.
    PORTAL_SHARED_MAILBOX = 82003;
    /// A login with a colleague's address only.
    PORTAL_COLLEAGUES_EMAIL = 82004;
    /// A login with the address of somebody at another company only.
    PORTAL_STRANGERS_EMAIL = 82006;
    /// A login with a usable email that isn't default.
    PORTAL_EMAIL_NOT_DEFAULT = 82007;
    /// A login as it should be.
    PORTAL_FINE = 82008;
    /// A login that a person disabled.
    PORTAL_DISABLED_BY_PERSON = 82009;
    /// Kestrel Legal Group: in order, but for an address that a stranger has too.
    KESTREL = 821;
    /// Riverbend Foods: a write is refused for good.
    RIVERBEND = 860;
    /// A login without email, whose PATCH is refused.
    REFUSES_PATCH = 86002;
    /// A contact that belongs to no company.
    CONTACT_WITHOUT_COMPANY = 90001;
    /// Granite Peak Builders: a duplicate with work on it.
    GRANITE_PEAK = 830;
    /// The real John Smith.
    JOHN_SMITH = 83002;
    /// What the email connector made of him.
    JOHN_SMITH_DUPLICATE = 83020;
    /// Lakeside Veterinary: names the wrong way round, and a triple.
    LAKESIDE = 831;
    /// A person.
    SWAPPED_NAME = 83102;
    /// The same, with the names swapped.
    SWAPPED_NAME_DUPLICATE = 83120;
    /// A person who is there three times.
    TRIPLE = 83103;
    /// Meridian Print Works: merges with a catch.
    MERIDIAN = 832;
    /// The default contact.
    DEFAULT_WITH_BILLING_DUPLICATE = 83202;
    /// The same person, who is the billing contact.
    BILLING_DUPLICATE = 83220;
    /// A person.
    CONFLICTING = 83203;
    /// The same, with another title, phone and custom field.
    CONFLICTING_DUPLICATE = 83221;
    /// A person's older contact, which is inactive.
    INACTIVE_TWIN = 83204;
    /// The newer one, which is active.
    ACTIVE_TWIN = 83222;
    /// Cedar Hollow Clinic: pairs that only a person can judge.
    CEDAR_HOLLOW = 833;
    /// A person.
    UNCERTAIN = 83302;
    /// Somebody of the same name about whom nothing is known.
    UNCERTAIN_EMPTY = 83320;
    /// Orchard & Vine Catering: different people who look alike.
    ORCHARD = 840;
    /// Tidewater Marine: its default contact has left.
    TIDEWATER = 850;
    /// The one who has left.
    INACTIVE_DEFAULT = 85001;
    /// Fernwood Schools: no default contact.
    FERNWOOD = 851;
    /// A shared mailbox that is a contact.
    RECEPTION_MAILBOX = 85101;
    /// The best choice.
    FERNWOOD_SUCCESSOR = 85103;
    /// Halcyon Studios: nobody is active.
    HALCYON = 852;
    /// Pinecrest Credit Union: a person chose the default contact.
    PINECREST = 853;
    /// The one who was chosen.
    CHOSEN_DEFAULT = 85301;
    /// Summit Ridge Hotels: the label is on the wrong contact.
    SUMMIT_RIDGE = 854;
    /// The default contact, without the label.
    UNLABELED_DEFAULT = 85401;
    /// The one with the label.
    MISLABELED = 85402;
    /// Copperfield Logistics: its default contact will be deleted.
    COPPERFIELD = 861;
    /// The one.
    DEFAULT_TO_DELETE = 86101;
    /// Juniper Health: its default contact will be deactivated.
    JUNIPER = 862;
    /// The one.
    DEFAULT_TO_DEACTIVATE = 86201;
    /// Birchwood Surveyors: in order, and people whose former names are contacts of their own.
    BIRCHWOOD = 870;
}

/// What the email connector made of [`TRIPLE`].
pub const TRIPLE_DUPLICATES: [u32; 2] = [83121, 83122];
/// Probably one person, with two logins.
pub const TWO_LOGINS: (u32, u32) = (83303, 83321);
/// Two people of one name.
pub const NAMESAKES: (u32, u32) = (84002, 84003);
/// Two people of one name and phone.
pub const FATHER_AND_SON: (u32, u32) = (84004, 84005);
/// A person, and the same under a former name.
pub const MARRIED: (u32, u32) = (87002, 87020);
/// Another one. A password hangs on the former name in IT Glue.
pub const MARRIED_WITH_PASSWORD: (u32, u32) = (87003, 87021);
/// People of the catch-all company, and what the email connector made of them.
pub const CATCH_ALL_DUPLICATES: [(u32, u32); 5] = [
    (100_010, 104_996),
    (101_020, 104_997),
    (102_030, 104_998),
    (103_040, 104_999),
    (104_050, 105_000),
];

impl World {
    /// The example tenant, always the same.
    pub fn example() -> World {
        static EXAMPLE: LazyLock<World> = LazyLock::new(build);
        EXAMPLE.clone()
    }
}

fn build() -> World {
    let mut world = World::empty();
    quiet::add(&mut world);
    portal::add(&mut world);
    duplicates::add(&mut world);
    primaries::add(&mut world);
    work::add(&mut world);
    mirrored::add(&mut world);
    world
}

#[cfg(test)]
mod tests;
