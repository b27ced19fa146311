//! Where all is in order: the company of the fact sheet's examples, and the catch-all company with its
//! thousands.

use serde_json::json;

use super::{draft::Company, draft::PRIMARY, names, *};
use crate::world::World;

/// How many contacts the catch-all company has.
const CROWD: u32 = 5_000;

/// Adds them.
pub(super) fn add(world: &mut World) {
    harbor_line(world);
    catch_all(world);
}

fn harbor_line(world: &mut World) {
    world.add_company(json!({
        "id": HARBOR_LINE, "identifier": "HarborLine", "name": "Harbor Line Freight",
        "status": { "id": 1, "name": "Active" }, "addressLine1": "40 Wharf Road", "city": "Chicago", "state": "IL",
        "zip": "60601", "phoneNumber": "3125550100", "territory": { "id": 38, "name": "Midwest" },
        "site": { "id": 1204, "name": "Main" }, "types": [{ "id": 1, "name": "Client" }],
        "_info": { "lastUpdated": "2026-03-01T09:00:00Z", "updatedBy": "jharper" },
    }));
    world.add_contact(json!({
        "id": RENEE_OKAFOR, "firstName": "Renée", "lastName": "Okafor", "company": { "id": HARBOR_LINE },
        "site": { "id": 1204, "name": "Main" }, "title": "Operations Lead", "portalSecurityLevel": 1,
        "mobileGuid": "0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11", "defaultFlag": true,
        "companyLocation": { "id": 2, "name": "Chicago" },
        "communicationItems": [
            {
                "id": 90211, "type": { "id": 1 }, "value": "renee.okafor@harborline.example", "defaultFlag": true,
                "communicationType": "Email",
            },
            {
                "id": 90212, "type": { "id": 2 }, "value": "3125550142", "extension": "12", "defaultFlag": true,
                "communicationType": "Phone",
            },
        ],
        "types": [{ "id": 3 }, { "id": PRIMARY }],
        "_info": { "lastUpdated": "2026-03-04T15:20:11Z", "updatedBy": "jharper" },
    }));
    let company = Company::existing(HARBOR_LINE, "harborline.example");
    company
        .person(ILYA_BRANDT, "Ilya", "Brandt")
        .title("Accounts Payable")
        .own_email()
        .phone("3125550143")
        .with("defaultBillingFlag", json!(true))
        .portal(4)
        .add(world);
    company
        .person(4712, "Josefa", "Almeida")
        .title("Dock Supervisor")
        .own_email()
        .phone("3125550144")
        .portal(1)
        .add(world);
    company
        .person(4713, "Tariq", "Benali")
        .title("Crane Operator")
        .own_email()
        .phone("3125550145")
        .add(world);
    company
        .person(4714, "Wilhelmina", "Stout")
        .title("Freight Planner")
        .own_email()
        .phone("3125550146")
        .portal(1)
        .add(world);
    company
        .person(4715, "Ngozi", "Ekwueme")
        .title("Customs Broker")
        .own_email()
        .phone("3125550147")
        .add(world);
    company
        .person(4716, "Laszlo", "Feher")
        .title("Yard Manager")
        .own_email()
        .phone("3125550148")
        .add(world);
    company
        .person(4717, "Anneliese", "Krug")
        .title("Safety Officer")
        .own_email()
        .phone("3125550149")
        .add(world);
}

/// Thousands of people whose company nobody knows, as an email connector files them. Nobody has a login.
fn catch_all(world: &mut World) {
    let company = Company::new(
        world,
        CATCH_ALL,
        "CatchAll",
        "Catch-all",
        "catchall.example",
    );
    let people = CROWD - u32::try_from(CATCH_ALL_DUPLICATES.len()).unwrap_or_default();
    for (id, at) in (CATCH_ALL_FIRST..CATCH_ALL_FIRST + people).zip(0_usize..) {
        let (first, last, email) = stranger(at);
        let person = company.person(id, first, last).email(&email);
        // Most strangers are known by their address alone.
        let person = if at % 3 == 0 {
            person.phone(&names::phone(5_000 + u32::try_from(at).unwrap_or_default()))
        } else {
            person
        };
        let person = if at == 0 { person.primary() } else { person };
        person.add(world);
    }
    for (original, duplicate) in CATCH_ALL_DUPLICATES {
        let at = usize::try_from(original - CATCH_ALL_FIRST).unwrap_or_default();
        let (_, _, email) = stranger(at);
        let local_part = email.split('@').next().unwrap_or_default();
        company
            .person(duplicate, local_part, "")
            .email(&email)
            .made_by_connector()
            .add(world);
    }
}

/// Everybody has another pair of names and another address.
fn stranger(at: usize) -> (&'static str, &'static str, String) {
    let (firsts, lasts) = (names::FIRST.len(), names::LAST.len());
    let first = names::FIRST[at % firsts];
    let last = names::LAST[(at / firsts + at) % lasts];
    let email = format!(
        "{}.{}@post{}.example",
        first.to_lowercase(),
        last.to_lowercase(),
        at % 37
    );
    (first, last, email)
}
