//! Work and money all over the tenant, so that contacts have something to lose.

use serde_json::json;

use super::{draft::record_of, *};
use crate::{kind::Kind, record, world::World};

const TICKETS: [&str; 6] = [
    "Cannot reach the file share",
    "Password reset",
    "Printer jams on second tray",
    "New starter on Monday",
    "Slow wireless in the meeting room",
    "Replace the broken headset",
];

/// Scatters work over the unremarkable contacts, the same every time.
pub(super) fn add(world: &mut World) {
    let contacts: Vec<u32> = world
        .table(Kind::Contact)
        .iter()
        .filter(|(_, each)| has_work(each))
        .map(|(id, _)| *id)
        .collect();
    for (at, contact) in contacts.into_iter().enumerate() {
        if at % 2 == 0 {
            record_of(
                world,
                Kind::ServiceTicket,
                contact,
                TICKETS[at % TICKETS.len()],
            );
        }
        if at % 9 == 1 {
            record_of(world, Kind::Activity, contact, "Quarterly review call");
        }
        if at % 11 == 3 {
            record_of(
                world,
                Kind::Configuration,
                contact,
                &format!("LAPTOP-{contact}"),
            );
        }
        if at % 25 == 5 {
            record_of(world, Kind::ProjectTicket, contact, "Migrate mailbox");
        }
        if at % 40 == 7 {
            record_of(world, Kind::Opportunity, contact, "Refresh of workstations");
        }
        if at % 10 == 2 {
            world.add(Kind::Note, json!({ "contactId": contact, "text": "Reached best in the morning.", "type": { "id": 1 } }));
        }
        if at % 8 == 4 {
            world.add(
                Kind::GroupMembership,
                json!({ "group": { "id": 1 }, "contact": { "id": contact } }),
            );
        }
    }
    renee(world);
}

/// The contact of the fact sheet has a bit of everything.
fn renee(world: &mut World) {
    let to = |id: u32| json!({ "id": id });
    record_of(
        world,
        Kind::ServiceTicket,
        RENEE_OKAFOR,
        "Handheld scanners lose their charge",
    );
    record_of(world, Kind::Project, RENEE_OKAFOR, "Wireless on the quay");
    record_of(world, Kind::Agreement, RENEE_OKAFOR, "Managed services");
    world.add(
        Kind::SalesOrder,
        json!({
            "name": "Handheld scanners", "company": to(HARBOR_LINE), "contact": to(RENEE_OKAFOR),
            "shipToContact": to(4712), "billToContact": to(ILYA_BRANDT),
        }),
    );
    world.add(
        Kind::PurchaseOrder,
        json!({ "name": "Scanner batteries", "customerContact": to(RENEE_OKAFOR) }),
    );
    world.add(Kind::CompanyTeam, json!({
        "company": to(HARBOR_LINE), "contact": to(RENEE_OKAFOR), "teamRole": { "id": 1, "name": "Stakeholder" },
    }));
    let document = json!({ "title": "Site plan", "fileName": "quay.pdf", "recordType": "Contact", "recordId": RENEE_OKAFOR });
    world.add(Kind::Document, document);
}

/// Neither the crowd nor those whom a situation needs without work.
fn has_work(contact: &record::Record) -> bool {
    let company = record::reference(contact, "company");
    let primary = company == Some(COPPERFIELD);
    !primary
        && company != Some(CATCH_ALL)
        && company.is_some()
        && !record::text(contact, "title").is_empty()
}
