//! Companies whose contacts have, want, or should not have a portal login.

use serde_json::json;

use super::{draft::Company, *};
use crate::{fault::Refusal, kind::Kind, world::World};

/// Adds them.
pub(super) fn add(world: &mut World) {
    blue_spruce(world);
    kestrel(world);
    riverbend(world);
    let nobody = json!({
        "id": CONTACT_WITHOUT_COMPANY, "firstName": "Odette", "lastName": "Marsh", "title": "Consultant",
        "communicationItems": [{ "type": { "id": 1 }, "value": "odette.marsh@freelance.example", "defaultFlag": true }],
    });
    world.add_contact(nobody);
}

fn blue_spruce(world: &mut World) {
    let company = Company::new(
        world,
        BLUE_SPRUCE,
        "BlueSpruce",
        "Blue Spruce Dental",
        "bluespruce.example",
    );
    company
        .person(82001, "Maren", "Holt")
        .title("Practice Owner")
        .own_email()
        .phone("4195550101")
        .primary()
        .add(world);
    company
        .person(PORTAL_WITHOUT_EMAIL, "Tobias", "Lindqvist")
        .title("Dental Hygienist")
        .phone("4195550102")
        .portal(3)
        .add(world);
    company
        .person(PORTAL_SHARED_MAILBOX, "Greta", "Osei")
        .title("Front Desk")
        .email("info@bluespruce.example")
        .phone("4195550103")
        .portal(1)
        .add(world);
    company
        .person(PORTAL_COLLEAGUES_EMAIL, "Silas", "Marchetti")
        .title("Dental Assistant")
        .email("noor.haddadin@bluespruce.example")
        .phone("4195550104")
        .portal(1)
        .add(world);
    company
        .person(82005, "Noor", "Haddadin")
        .title("Dentist")
        .own_email()
        .phone("4195550105")
        .portal(2)
        .add(world);
    company
        .person(PORTAL_STRANGERS_EMAIL, "Ines", "Kowalczyk")
        .title("Bookkeeper")
        .email("rafael.moreau@kestrel.example")
        .phone("4195550106")
        .portal(1)
        .add(world);
    company
        .person(PORTAL_EMAIL_NOT_DEFAULT, "Petra", "Vance")
        .title("Office Manager")
        .other_email("petra.vance@bluespruce.example")
        .phone("4195550107")
        .portal(2)
        .add(world);
    company
        .person(PORTAL_FINE, "Desmond", "Achebe")
        .title("Dentist")
        .own_email()
        .phone("4195550108")
        .portal(2)
        .add(world);
    company
        .person(PORTAL_DISABLED_BY_PERSON, "Lucia", "Ferrante")
        .title("Former Trainee")
        .own_email()
        .phone("4195550109")
        .with("disablePortalLoginFlag", json!(true))
        .with("portalSecurityLevel", json!(2))
        .add(world);
    company.colleagues(world, 82030, 8);
}

/// In order, but for the address that a stranger at Blue Spruce has too.
fn kestrel(world: &mut World) {
    let company = Company::new(
        world,
        KESTREL,
        "KestrelLegal",
        "Kestrel Legal Group",
        "kestrel.example",
    );
    company
        .person(82101, "Rafael", "Moreau")
        .title("Partner")
        .own_email()
        .phone("4195550121")
        .portal(4)
        .primary()
        .add(world);
    company
        .person(82102, "Sunita", "Bhatt")
        .title("Paralegal")
        .own_email()
        .phone("4195550122")
        .portal(1)
        .add(world);
    company
        .person(82103, "Caleb", "Norwood")
        .title("Clerk")
        .own_email()
        .phone("4195550123")
        .add(world);
    company.colleagues(world, 82130, 11);
}

/// A contact that should be held, whose PATCH the instance refuses.
fn riverbend(world: &mut World) {
    let company = Company::new(
        world,
        RIVERBEND,
        "RiverbendFoods",
        "Riverbend Foods",
        "riverbend.example",
    );
    company
        .person(86001, "Agatha", "Lund")
        .title("Plant Manager")
        .own_email()
        .phone("4195550141")
        .portal(3)
        .primary()
        .add(world);
    company
        .person(REFUSES_PATCH, "Emeka", "Sorensen")
        .title("Shift Lead")
        .phone("4195550142")
        .portal(1)
        .add(world);
    company.colleagues(world, 86030, 11);
    let path = format!("/company/contacts/{REFUSES_PATCH}");
    let refusal = Refusal::new(
        "PATCH",
        &path,
        "department",
        "The department field is required.",
    );
    world.refusals.push(refusal);
    draft::record_of(
        world,
        Kind::ServiceTicket,
        REFUSES_PATCH,
        "Label printer offline",
    );
}
