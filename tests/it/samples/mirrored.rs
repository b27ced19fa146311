//! From a callback to both mirrors.

use sandbox::seed::{
    COPPERFIELD, GROWCRM_ADDRESS_OF_STAFF, HARBOR_LINE, ILYA_BRANDT, JUNIPER, MARRIED,
    MARRIED_WITH_PASSWORD,
};
use sandbox::{Action, Kind, Step, World};
use serde_json::{Value, json};

use super::Sample;
use super::callbacks::{Samples, replace, request, scene};

/// The id that the PSA gives to the next contact.
const NEWCOMER: u32 = 105_001;

/// The id that the PSA gives to the next type of contact.
const VIP: u32 = 10;

pub(super) fn samples(world: &mut World) -> Vec<Sample> {
    // Signed with the tenant's first key, so that each can be replayed by itself, without sample 23.
    let rotated = std::mem::take(&mut world.signing);
    let mut samples = Samples::new(world);
    samples.changes();
    samples.merges();
    samples.comings_and_goings();
    samples.limits();
    let samples = samples.samples;
    world.signing = rotated;
    samples
}

impl Samples<'_> {
    /// The id of the first email, phone or fax of a contact.
    fn item(&self, contact: u32, kind: &str) -> u64 {
        let contact = self.world.contact(contact).unwrap();
        let mut items = contact["communicationItems"].as_array().unwrap().iter();
        let item = items.find(|item| item["communicationType"] == kind);
        item.unwrap()["id"].as_u64().unwrap()
    }

    /// Somebody writes another value into an email, phone or fax of a contact.
    fn revalued(&self, contact: u32, kind: &str, value: &str) -> Step {
        let item = self.item(contact, kind);
        let path = format!("/company/contacts/{contact}/communications/{item}");
        request("PATCH", &path, Some(replace("value", json!(value))))
    }

    fn changes(&mut self) {
        self.add(
            "45-new-contact",
            Some(scene(
                "somebody adds a contact to company 812",
                vec![request("POST", "/company/contacts", Some(newcomer()))],
            )),
            Kind::Contact,
            NEWCOMER,
            Action::Added,
            "A contact is new",
            "done: nothing to do in the PSA; created in IT Glue, and in Grow CRM without a mail",
        );
        let revalued = self.revalued(4712, "Email", "j.almeida@harborline.example");
        self.after(
            "46-address-changed",
            scene(
                "somebody corrects the email of contact 4712",
                vec![revalued],
            ),
            4712,
            "A contact has another email",
            "done: the address follows in both mirrors, with one read and one write each",
        );
        self.after(
            "47-name-and-title-changed",
            scene(
                "somebody changes the last name and the title of contact 4713",
                vec![patched(
                    4713,
                    json!([
                        { "op": "replace", "path": "lastName", "value": "Benali-Roux" },
                        { "op": "replace", "path": "title", "value": "Crane Foreman" },
                    ]),
                )],
            ),
            4713,
            "A contact has another name and another title",
            "done: both follow in both mirrors",
        );
        self.after(
            "48-vip-label-added",
            scene(
                "somebody makes a type VIP, and labels contact 4714 with it",
                vec![
                    request(
                        "POST",
                        "/company/contacts/types",
                        Some(json!({ "description": "VIP" })),
                    ),
                    request(
                        "POST",
                        "/company/contacts/4714/typeAssociations",
                        Some(json!({ "type": { "id": VIP } })),
                    ),
                ],
            ),
            4714,
            "A contact has the label `VIP`",
            "done: important in IT Glue; nothing that Grow CRM would have to know",
        );
        let revalued = self.revalued(ILYA_BRANDT, "Phone", "3125550177");
        self.after(
            "49-phone-changed",
            scene("somebody changes the phone of contact 4802", vec![revalued]),
            ILYA_BRANDT,
            "A contact has another phone; IT Glue has one more, notes and a location that the PSA knows nothing of",
            "done: the phone follows in both mirrors, and what IT Glue alone knows stays",
        );
        self.add(
            "50-default-contact-changed",
            Some(scene(
                "somebody makes contact 4712 the default contact of company 812",
                vec![request(
                    "PATCH",
                    &format!("/company/companies/{HARBOR_LINE}"),
                    Some(replace("defaultContact", json!({ "id": 4712 }))),
                )],
            )),
            Kind::Company,
            HARBOR_LINE,
            Action::Updated,
            "A company has another default contact",
            "done: the label moves in the PSA, and the account owner in Grow CRM follows",
        );
    }

    fn merges(&mut self) {
        self.contact(
            "51-former-names",
            MARRIED.0,
            "Two people have a second contact under a former name, in both mirrors as well",
            "done: nothing to do anywhere",
        );
        let renamed = self.renamed(MARRIED.1, "Novak", "edith.novak@birchwood.example");
        self.after(
            "52-merged-in-all-three",
            scene(
                "somebody gives contact 87020 the name and the email of today",
                renamed,
            ),
            MARRIED.1,
            "A second contact turns out to be one; IT Glue knows one more phone of it",
            "done: merged; the survivor's records take over what they lack, and the loser's are removed",
        );
        let renamed = self.renamed(
            MARRIED_WITH_PASSWORD.1,
            "Petrenko",
            "alina.petrenko@birchwood.example",
        );
        self.after(
            "53-merged-with-a-password",
            scene(
                "somebody gives contact 87021 the name and the email of today",
                renamed,
            ),
            MARRIED_WITH_PASSWORD.1,
            "A second contact turns out to be one; a password hangs on it in IT Glue",
            "done: merged; in IT Glue the loser's record is retired, with a finding; in Grow CRM it is removed",
        );
    }

    /// Somebody writes another last name into a contact, and adds an email.
    fn renamed(&self, contact: u32, last_name: &str, email: &str) -> Vec<Step> {
        let added = json!({
            "type": { "id": 1 }, "value": email, "defaultFlag": true, "communicationType": "Email",
        });
        let path = format!("/company/contacts/{contact}/communications");
        vec![
            patched(contact, replace("lastName", json!(last_name))),
            request("POST", &path, Some(added)),
        ]
    }

    fn comings_and_goings(&mut self) {
        for (name, is_inactive, scene_name, situation, outcome) in [
            (
                "54-deactivated",
                true,
                "somebody makes contact 4715 inactive",
                "A contact was made inactive",
                "done: retired in IT Glue, with a type for it; removed from Grow CRM",
            ),
            (
                "55-active-again",
                false,
                "somebody makes contact 4715 active again",
                "A contact is active again",
                "done: as it was in IT Glue; created anew in Grow CRM, without a mail",
            ),
        ] {
            let patch = replace("inactiveFlag", json!(is_inactive));
            self.after(
                name,
                scene(scene_name, vec![patched(4715, patch)]),
                4715,
                situation,
                outcome,
            );
        }
        self.after(
            "56-moved-to-another-company",
            scene(
                "somebody moves contact 4717 to company 862",
                vec![patched(4717, replace("company", json!({ "id": JUNIPER })))],
            ),
            4717,
            "A contact belongs to another company",
            "done: moved in IT Glue; a finding in Grow CRM, where nobody can be moved",
        );
        let gone = self.world.contacts_of(COPPERFIELD).pop().unwrap();
        self.add(
            "57-contact-deleted",
            Some(scene(
                "somebody deletes a contact of company 861",
                vec![request("DELETE", &format!("/company/contacts/{gone}"), None)],
            )),
            Kind::Contact,
            gone,
            Action::Deleted,
            "A contact was deleted whose company the journal knows (from sample 12)",
            "done: retired in IT Glue, with a finding that somebody should look at it; removed from Grow CRM",
        );
    }

    fn limits(&mut self) {
        self.after(
            "58-no-organization-and-no-client",
            scene(
                "somebody changes the title of contact 84001",
                vec![patched(84001, replace("title", json!("Managing Owner")))],
            ),
            84001,
            "A company has neither an organization in IT Glue nor a client in Grow CRM",
            "done: a finding in each mirror, nothing written",
        );
        self.after(
            "59-owned-by-the-native-sync",
            scene(
                "somebody changes the title of contact 82102",
                vec![patched(82102, replace("title", json!("Senior Paralegal")))],
            ),
            82102,
            "IT Glue's own sync with the PSA owns the record of a contact, and has an old title; the client in Grow CRM has no tag",
            "done: findings, nothing written",
        );
        self.after(
            "60-address-of-the-staff",
            scene(
                "somebody changes the title of contact 85102",
                vec![patched(
                    GROWCRM_ADDRESS_OF_STAFF,
                    replace("title", json!("Head Teacher")),
                )],
            ),
            GROWCRM_ADDRESS_OF_STAFF,
            "A member of the staff has the address of a contact in Grow CRM",
            "done: the title follows in IT Glue; a finding in Grow CRM, where the contact cannot be",
        );
    }
}

fn patched(contact: u32, patch: Value) -> Step {
    request(
        "PATCH",
        &format!("/company/contacts/{contact}"),
        Some(patch),
    )
}

fn newcomer() -> Value {
    json!({
        "firstName": "Pia",
        "lastName": "Sandoval",
        "title": "Night Dispatcher",
        "company": { "id": HARBOR_LINE },
        "communicationItems": [
            { "type": { "id": 1 }, "value": "pia.sandoval@harborline.example", "defaultFlag": true, "communicationType": "Email" },
            { "type": { "id": 4 }, "value": "3125550191", "defaultFlag": true, "communicationType": "Phone" },
        ],
    })
}
