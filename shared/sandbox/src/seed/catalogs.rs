//! What every instance of the PSA has before anybody works in it. Ids differ between instances; nothing may
//! rely on these.

use serde_json::{Value, json};

use crate::{kind::Kind, world::World};

/// Adds the catalogs.
pub(crate) fn catalogs(world: &mut World) {
    let named = |names: &[(u32, &str)]| -> Vec<Value> {
        names
            .iter()
            .map(|(id, name)| json!({ "id": id, "name": name }))
            .collect()
    };
    let described = |types: &[(u32, &str)]| -> Vec<Value> {
        types
            .iter()
            .map(|(id, description)| json!({ "id": id, "description": description }))
            .collect()
    };
    let contact_types = [
        (1, "End User"),
        (2, "Approver"),
        (3, "Decision Maker"),
        (5, "Finance"),
        (9, "Primary"),
    ];
    fill(world, Kind::ContactType, described(&contact_types));
    fill(
        world,
        Kind::Department,
        named(&[
            (1, "Operations"),
            (2, "Finance"),
            (3, "IT"),
            (4, "Management"),
        ]),
    );
    fill(
        world,
        Kind::Relationship,
        named(&[(1, "Customer"), (2, "Vendor"), (3, "Partner")]),
    );
    fill(
        world,
        Kind::NoteType,
        named(&[(1, "Comments"), (2, "Alert")]),
    );
    fill(
        world,
        Kind::MarketingGroup,
        named(&[
            (1, "Newsletter"),
            (2, "Quarterly Review"),
            (3, "Event Invitations"),
        ]),
    );
    let communication_types = [
        (1, "Email", "emailFlag", true),
        (2, "Direct", "phoneFlag", true),
        (3, "Fax", "faxFlag", true),
        (4, "Mobile", "phoneFlag", false),
        (5, "Home", "phoneFlag", false),
        (6, "Email 2", "emailFlag", false),
    ];
    let communication_types = communication_types.map(|(id, description, flag, default)| {
        json!({ "id": id, "description": description, flag: true, "defaultFlag": default })
    });
    fill(world, Kind::CommunicationType, communication_types.into());
    let levels = (1..=6).map(|id| {
        let caption = ["Own tickets", "Company tickets", "Projects", "Invoices", "Agreements", "Everything"][id - 1];
        json!({ "id": id, "captionIdentifier": format!("Level{id}"), "caption": caption, "isDefaultFlag": id == 1 })
    });
    fill(world, Kind::PortalSecurityLevel, levels.collect());
    let functions = [
        ("tickets", "Tickets", 1),
        ("companyTickets", "Tickets of the company", 2),
        ("invoices", "Invoices", 4),
    ];
    let settings = functions
        .iter()
        .zip(1..)
        .map(|((identifier, description, from), id)| {
            json!({
                "id": id, "functionIdentifier": identifier, "functionDescription": description,
                "levelOne": *from <= 1, "levelTwo": *from <= 2, "levelThree": *from <= 3,
                "levelFour": *from <= 4, "levelFive": *from <= 5, "levelSix": *from <= 6,
            })
        });
    fill(world, Kind::PortalSecuritySetting, settings.collect());
}

fn fill(world: &mut World, kind: Kind, records: Vec<Value>) {
    for record in records {
        world.add(kind, record);
    }
}
