//! Whether the example tenant is what its table says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{draft::PRIMARY, *};
use crate::{kind::Kind, schema::Tie};

fn emails(contact: &Value) -> Vec<String> {
    let items = contact["communicationItems"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let emails = items
        .iter()
        .filter(|item| item["communicationType"] == "Email");
    emails
        .filter_map(|item| item["value"].as_str())
        .map(str::to_lowercase)
        .collect()
}

fn has_login(contact: &Value) -> bool {
    contact["inactiveFlag"] == false && contact["disablePortalLoginFlag"] == false
}

#[test]
fn the_tenant_is_always_the_same_and_nothing_is_pending() {
    let world = World::example();
    assert!(world.outbox.is_empty() && world.mails.is_empty() && world.faults.is_empty());
    assert_eq!(build().to_json().unwrap(), world.to_json().unwrap());
    assert_eq!(world.now.to_string(), "2026-03-04T15:20:11Z");
}

#[test]
fn the_numbers_are_right() {
    let world = World::example();
    assert_eq!(world.ids(Kind::Company).len(), 18);
    assert_eq!(world.contacts_of(CATCH_ALL).len(), 5_000);
    let others = world.ids(Kind::Contact).len() - 5_000;
    assert!((180..=220).contains(&others), "{others}");
    let referring = Kind::ALL
        .into_iter()
        .filter(|kind| kind.spec().tie == Tie::Firm);
    let references: usize = referring.map(|kind| world.ids(kind).len()).sum();
    assert!(references >= 60, "{references}");
}

#[test]
fn ids_of_communication_items_are_unique() {
    let world = World::example();
    let mut seen = BTreeSet::new();
    for id in world.ids(Kind::Contact) {
        let contact = world.contact(id).unwrap();
        for item in contact["communicationItems"]
            .as_array()
            .into_iter()
            .flatten()
        {
            assert!(seen.insert(item["id"].as_u64().unwrap()), "contact {id}");
        }
    }
}

#[test]
fn every_company_with_active_contacts_has_an_active_default_but_for_those_in_the_table() {
    let world = World::example();
    for id in world.ids(Kind::Company) {
        let company = world.company(id).unwrap();
        let default = company["defaultContact"]["id"]
            .as_u64()
            .and_then(|id| u32::try_from(id).ok());
        let active = default.is_some_and(|id| world.contact(id).unwrap()["inactiveFlag"] == false);
        assert_eq!(
            active,
            ![TIDEWATER, FERNWOOD, HALCYON].contains(&id),
            "company {id}"
        );
        let flagged: Vec<u32> = world
            .contacts_of(id)
            .into_iter()
            .filter(|contact| world.contact(*contact).unwrap()["defaultFlag"] == true)
            .collect();
        assert_eq!(flagged, Vec::from_iter(default), "company {id}");
        let labeled: Vec<u32> = world
            .contacts_of(id)
            .into_iter()
            .filter(|contact| {
                world.contact(*contact).unwrap()["types"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|t| t["id"] == PRIMARY)
            })
            .collect();
        let expected = if id == SUMMIT_RIDGE {
            vec![MISLABELED]
        } else {
            Vec::from_iter(default)
        };
        assert_eq!(labeled, expected, "company {id}");
    }
}

#[test]
fn every_login_has_an_address_of_its_own_but_for_those_in_the_table() {
    let world = World::example();
    let mut carriers: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let logins: Vec<(u32, Value)> = world
        .ids(Kind::Contact)
        .into_iter()
        .map(|id| (id, world.contact(id).unwrap()))
        .filter(|(_, c)| has_login(c))
        .collect();
    for (id, contact) in &logins {
        for email in emails(contact) {
            carriers.entry(email).or_default().push(*id);
        }
    }
    let shared: BTreeSet<Vec<u32>> = carriers.into_values().filter(|ids| ids.len() > 1).collect();
    let expected = [
        vec![PORTAL_COLLEAGUES_EMAIL, 82005],
        vec![PORTAL_STRANGERS_EMAIL, 82101],
    ];
    assert_eq!(shared, BTreeSet::from(expected));
    let without: Vec<u32> = logins
        .iter()
        .filter(|(_, contact)| emails(contact).is_empty())
        .map(|(id, _)| *id)
        .collect();
    assert_eq!(without, [PORTAL_WITHOUT_EMAIL, REFUSES_PATCH]);
    let no_default = logins.iter().filter(|(_, contact)| {
        let mut items = contact["communicationItems"]
            .as_array()
            .into_iter()
            .flatten();
        !emails(contact).is_empty()
            && !items
                .any(|item| item["communicationType"] == "Email" && item["defaultFlag"] == true)
    });
    assert_eq!(
        no_default.map(|(id, _)| *id).collect::<Vec<_>>(),
        [PORTAL_EMAIL_NOT_DEFAULT]
    );
}

#[test]
fn nobody_shares_an_address_within_a_company_but_for_those_in_the_table() {
    let world = World::example();
    let mut carriers: BTreeMap<(u32, String), Vec<u32>> = BTreeMap::new();
    for company in world.ids(Kind::Company) {
        for id in world.contacts_of(company) {
            for email in emails(&world.contact(id).unwrap()) {
                carriers.entry((company, email)).or_default().push(id);
            }
        }
    }
    let shared: BTreeSet<Vec<u32>> = carriers.into_values().filter(|ids| ids.len() > 1).collect();
    let mut expected = BTreeSet::from([
        vec![PORTAL_COLLEAGUES_EMAIL, 82005],
        vec![JOHN_SMITH, JOHN_SMITH_DUPLICATE],
        vec![SWAPPED_NAME, SWAPPED_NAME_DUPLICATE],
        vec![TRIPLE, TRIPLE_DUPLICATES[0], TRIPLE_DUPLICATES[1]],
        vec![DEFAULT_WITH_BILLING_DUPLICATE, BILLING_DUPLICATE],
        vec![CONFLICTING, CONFLICTING_DUPLICATE],
        vec![INACTIVE_TWIN, ACTIVE_TWIN],
    ]);
    expected.extend(CATCH_ALL_DUPLICATES.map(|(original, duplicate)| vec![original, duplicate]));
    assert_eq!(shared, expected);
}

#[test]
fn the_fact_sheets_company_is_as_the_sheet_shows_it() {
    let world = World::example();
    let company = world.company(HARBOR_LINE).unwrap();
    assert_eq!(company["identifier"], "HarborLine");
    assert_eq!(company["billingContact"]["name"], "Ilya Brandt");
    assert_eq!(world.contacts_of(HARBOR_LINE).len(), 8);
    let renee = world.contact(RENEE_OKAFOR).unwrap();
    assert_eq!(renee["communicationItems"][0]["id"], 90211);
    assert_eq!(
        renee["communicationItems"][0]["domain"],
        "@harborline.example"
    );
    assert_eq!(
        (&renee["defaultPhoneType"], &renee["defaultPhoneNbr"]),
        (&"Direct".into(), &"3125550142".into())
    );
    assert_eq!(
        (&renee["defaultFlag"], &renee["disablePortalLoginFlag"]),
        (&true.into(), &true.into())
    );
    assert_eq!(renee["customFields"][0]["caption"], "crm_id");
}

#[test]
fn the_duplicate_has_what_a_merge_must_not_lose() {
    let world = World::example();
    let of = |kind| world.referring(kind, "contact", JOHN_SMITH_DUPLICATE).len();
    assert_eq!(
        (
            of(Kind::ServiceTicket),
            of(Kind::Activity),
            of(Kind::Configuration)
        ),
        (2, 1, 1)
    );
    assert_eq!(
        (of(Kind::GroupMembership), of(Kind::TypeAssociation)),
        (2, 1)
    );
    assert_eq!(
        emails(&world.contact(JOHN_SMITH_DUPLICATE).unwrap()).len(),
        2
    );
}

#[test]
fn the_scenes_can_be_played_on_the_tenant() {
    let mut world = World::example();
    assert!(world.play(&default_deleted()).unwrap());
    assert!(world.contact(DEFAULT_TO_DELETE).is_none());
    assert!(
        world
            .company(COPPERFIELD)
            .unwrap()
            .get("defaultContact")
            .is_none()
    );
    assert!(world.play(&default_deactivated()).unwrap());
    assert_eq!(
        world.contact(DEFAULT_TO_DEACTIVATE).unwrap()["inactiveFlag"],
        true
    );
    assert_eq!(
        world.company(JUNIPER).unwrap()["defaultContact"]["id"],
        DEFAULT_TO_DEACTIVATE
    );
}

#[test]
fn the_refused_write_is_refused() {
    let mut world = World::example();
    let body =
        serde_json::json!([{ "op": "replace", "path": "disablePortalLoginFlag", "value": true }]);
    let path = format!("/company/contacts/{REFUSES_PATCH}");
    let reply = world.request(crate::API_MEMBER, "PATCH", &path, Some(&body));
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (400, &"InvalidObject".into())
    );
    assert!(has_login(&world.contact(REFUSES_PATCH).unwrap()));
}

#[test]
fn the_tenant_survives_saving_and_loading() {
    let text = World::example().to_json().unwrap();
    assert_eq!(World::from_json(&text).unwrap().to_json().unwrap(), text);
}
