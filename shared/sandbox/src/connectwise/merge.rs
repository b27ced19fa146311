//! Deleting a contact into another one: the PSA's merge.

use serde_json::{Value, json};

use super::{
    answer::{ApiError, Problem},
    communications,
    contacts::{self, CHILDREN},
    event::Action,
    references, write,
};
use crate::{
    kind::Kind,
    record::{self, Record},
    world::World,
};

/// `DELETE /company/contacts/{loser}?transferContactId={winner}`.
pub(crate) fn merge(
    world: &mut World,
    loser: u32,
    winner: &str,
    member: &str,
) -> Result<(), ApiError> {
    if world.record(Kind::Contact, loser).is_none() {
        return Err(ApiError::not_found(Kind::Contact, loser));
    }
    let winner = winner_of(world, loser, winner)?;
    for (kind, id, field) in references::to_contact(world, loser) {
        // A contact that names the loser as manager and is the winner itself would end as its own manager.
        let own = kind == Kind::Contact && id == winner;
        if references::carried(world, kind, field) && !own {
            write::point(world, kind, id, field, Some(winner), member);
        }
    }
    if world.switches.merge_carries_children {
        carry_children(world, loser, winner, member);
    }
    contacts::drop_children(world, loser);
    world.announce(Kind::Contact, loser, Action::Deleted, member);
    world.take(Kind::Contact, loser);
    Ok(())
}

/// The winner, when the PSA accepts it: another contact, active, of the same company.
fn winner_of(world: &World, loser: u32, winner: &str) -> Result<u32, ApiError> {
    let refused = |message: &str| {
        ApiError::invalid(
            Kind::Contact,
            [Problem::object("transferContactId", message)],
        )
    };
    let unknown = || refused("The contact to transfer to does not exist.");
    let winner: u32 = winner.trim().parse().map_err(|_| unknown())?;
    let record = world.record(Kind::Contact, winner).ok_or_else(unknown)?;
    let company = references::company_of(world, loser);
    if winner == loser {
        Err(refused("A contact cannot be transferred to itself."))
    } else if record::flag(record, "inactiveFlag") {
        Err(refused("The contact to transfer to is inactive."))
    } else if company.is_none() || references::company_of(world, winner) != company {
        Err(refused(
            "The contact to transfer to belongs to another company.",
        ))
    } else {
        Ok(winner)
    }
}

/// Moves what is part of the loser to the winner, where the winner hasn't got the same.
fn carry_children(world: &mut World, loser: u32, winner: u32, member: &str) {
    for (kind, id) in contacts::children(world, loser) {
        let Some(field) = CHILDREN
            .iter()
            .find(|(of, _)| *of == kind)
            .map(|(_, field)| *field)
        else {
            continue;
        };
        let Some(child) = world.record(kind, id) else {
            continue;
        };
        if has_the_same(world, kind, child, winner) {
            continue;
        }
        let link = if field == "contact" {
            record::to(winner)
        } else {
            json!(winner)
        };
        world.edit(kind, id, member, |record| record::set(record, field, link));
    }
    let items = world
        .record(Kind::Contact, loser)
        .map(|record| record::array(record, "communicationItems").to_vec());
    world.edit(Kind::Contact, winner, member, |record| {
        let mut all = record::array(record, "communicationItems").to_vec();
        for item in items.unwrap_or_default() {
            communications::carry(&mut all, item);
        }
        record::set(record, "communicationItems", Value::Array(all));
    });
    world.announce(Kind::Contact, winner, Action::Updated, member);
}

/// Whether the winner is in that group, on that track, or of that type already.
fn has_the_same(world: &World, kind: Kind, child: &Record, winner: u32) -> bool {
    let field = match kind {
        Kind::GroupMembership => "group",
        Kind::TrackEnrollment => "track",
        Kind::TypeAssociation => "type",
        _ => return false,
    };
    let wanted = record::reference(child, field);
    let mut others = world.table(kind).values();
    others.any(|other| {
        record::reference(other, "contact") == Some(winner)
            && record::reference(other, field) == wanted
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::PERSON;

    /// A company whose contacts 2 and 3 are the same person, 3 with work, money and children.
    fn world() -> World {
        let mut world = World::empty();
        world.add_company(json!({ "id": 9, "identifier": "Acme", "name": "Acme" }));
        world.add_company(json!({ "id": 10, "identifier": "Bolt", "name": "Bolt" }));
        let of = json!({ "id": 9 });
        world.add_contact(
            json!({ "id": 2, "firstName": "Ada", "company": of, "communicationItems": [
            { "type": { "id": 1 }, "value": "ada@acme.example", "defaultFlag": true },
        ] }),
        );
        world.add_contact(json!({
            "id": 3, "firstName": "Ada", "company": of, "defaultFlag": true, "defaultBillingFlag": true,
            "types": [{ "id": 3 }], "communicationItems": [
                { "type": { "id": 1 }, "value": "ADA@acme.example", "defaultFlag": true },
                { "type": { "id": 2 }, "value": "5550142", "defaultFlag": true },
            ],
        }));
        world.add_contact(
            json!({ "id": 4, "firstName": "Cy", "company": of, "inactiveFlag": true }),
        );
        world.add_contact(json!({ "id": 5, "firstName": "Di", "company": { "id": 10 } }));
        world.add_contact(
            json!({ "id": 6, "firstName": "Ed", "company": of, "managerContact": { "id": 3 } }),
        );
        world.add(
            Kind::ServiceTicket,
            json!({ "id": 70, "summary": "t", "company": of, "contact": { "id": 3 } }),
        );
        world.add(
            Kind::Agreement,
            json!({ "id": 71, "name": "a", "contact": { "id": 3 }, "billToContact": { "id": 3 } }),
        );
        world.add(
            Kind::Note,
            json!({ "id": 72, "contactId": 3, "text": "likes tea" }),
        );
        world
    }

    fn refused(world: &mut World, loser: u32, winner: &str) -> bool {
        let before = world.to_json().unwrap();
        let error = merge(world, loser, winner, PERSON).err();
        assert!(
            error.is_none() || world.to_json().unwrap() == before,
            "a refused merge changed something"
        );
        error.is_some_and(|error| {
            error.status == 400
                && error.code == "InvalidObject"
                && error.problems[0].field == "transferContactId"
        })
    }

    #[test]
    fn merges_that_the_psa_refuses_change_nothing() {
        let mut world = world();
        assert!(refused(&mut world, 3, "4"), "inactive winner");
        assert!(refused(&mut world, 3, "5"), "another company");
        assert!(refused(&mut world, 3, "3"), "the same contact");
        assert!(refused(&mut world, 3, "99"), "unknown winner");
        assert!(refused(&mut world, 3, "two"), "no number");
        assert_eq!(
            merge(&mut world, 99, "2", PERSON)
                .err()
                .map(|error| error.status),
            Some(404)
        );
    }

    #[test]
    fn a_merge_points_work_and_company_at_the_winner_and_loses_the_rest() {
        let mut world = world();
        assert!(merge(&mut world, 3, "2", PERSON).is_ok());
        assert!(world.contact(3).is_none());
        assert_eq!(
            world.get(Kind::ServiceTicket, 70).unwrap()["contact"]["id"],
            2
        );
        assert_eq!(world.get(Kind::Agreement, 71).unwrap()["contact"]["id"], 2);
        assert_eq!(
            world.get(Kind::Agreement, 71).unwrap()["billToContact"]["id"],
            3,
            "dangles by default"
        );
        assert_eq!(world.company(9).unwrap()["defaultContact"]["id"], 2);
        assert_eq!(world.company(9).unwrap()["billingContact"]["id"], 2);
        assert_eq!(
            world.contact(6).unwrap()["managerContact"]["id"],
            3,
            "dangles by default"
        );
        let winner = world.contact(2).unwrap();
        assert_eq!(winner["defaultFlag"], true);
        assert_eq!(winner["communicationItems"].as_array().unwrap().len(), 1);
        assert_eq!(winner["types"], json!([]));
        assert!(world.ids(Kind::Note).is_empty());
        assert!(world.ids(Kind::TypeAssociation).is_empty());
    }

    #[test]
    fn a_merge_announces_what_it_moved_and_the_losers_end() {
        let mut world = world();
        assert!(merge(&mut world, 3, "2", PERSON).is_ok());
        let told: Vec<_> = world
            .outbox
            .iter()
            .map(|event| (event.kind, event.id, event.action))
            .collect();
        assert!(told.contains(&(Kind::ServiceTicket, 70, Action::Updated)));
        assert_eq!(told.last(), Some(&(Kind::Contact, 3, Action::Deleted)));
        assert!(world.outbox.last().unwrap().entity.is_none());
    }

    #[test]
    fn what_a_merge_carries_is_a_switch() {
        let mut world = world();
        world.switches.merge_carries_children = true;
        world.switches.merge_carries_every_field = true;
        world.switches.merge_leaves = vec![Kind::ServiceTicket];
        assert!(merge(&mut world, 3, "2", PERSON).is_ok());
        assert_eq!(
            world.get(Kind::ServiceTicket, 70).unwrap()["contact"]["id"],
            3,
            "left to dangle"
        );
        assert_eq!(
            world.get(Kind::Agreement, 71).unwrap()["billToContact"]["id"],
            2
        );
        assert_eq!(world.contact(6).unwrap()["managerContact"]["id"], 2);
        assert_eq!(world.get(Kind::Note, 72).unwrap()["contactId"], 2);
        let winner = world.contact(2).unwrap();
        assert_eq!(winner["types"][0]["id"], 3);
        let items = winner["communicationItems"].as_array().unwrap();
        let values: Vec<&str> = items
            .iter()
            .filter_map(|item| item["value"].as_str())
            .collect();
        assert_eq!(values, ["ada@acme.example", "5550142"]);
        assert_eq!(items[1]["defaultFlag"], false);
    }
}
