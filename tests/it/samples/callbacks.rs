//! Genuine callbacks, and what they lead to.

use sandbox::seed::{
    CONFLICTING_DUPLICATE, CONTACT_WITHOUT_COMPANY, INACTIVE_TWIN, JOHN_SMITH,
    JOHN_SMITH_DUPLICATE, MERIDIAN, MISLABELED, PORTAL_STRANGERS_EMAIL, REFUSES_PATCH,
    SWAPPED_NAME_DUPLICATE, TIDEWATER, UNCERTAIN_EMPTY, default_deactivated, default_deleted,
};
use sandbox::{API_MEMBER, Action, Fault, Kind, PERSON, Scene, Step, World};
use serde_json::{Value, json};

use super::envelope::Http;
use super::{Sample, play};

/// The callback entry that the samples were sent for.
const ENTRY: u32 = 318;

/// The delivery of test vector B of the fact sheet.
const VECTOR_B: &str = r#"{"MessageId":"5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31","FromUrl":"na.myconnectwise.net","CompanyId":"northwindmsp","MemberId":"jharper","Action":"updated","Type":"contact","ID":4711,"ProductInstanceId":"64b0c2d1e5f60700018a9b3c","PartnerId":"64b0c2d1e5f60700018a9b00","Entity":"{\"id\":4711,\"firstName\":\"Renée\",\"lastName\":\"Okafor\",\"company\":{\"id\":812,\"identifier\":\"HarborLine\",\"name\":\"Harbor Line Freight\",\"_info\":{\"company_href\":\"https://na.myconnectwise.net/v2025_1//apis/3.0/company/companies/812\"}},\"site\":{\"id\":1204,\"name\":\"Main\"},\"inactiveFlag\":false,\"title\":\"Operations Lead\",\"marriedFlag\":false,\"childrenFlag\":false,\"portalSecurityLevel\":1,\"disablePortalLoginFlag\":true,\"unsubscribeFlag\":false,\"mobileGuid\":\"0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11\",\"defaultBillingFlag\":false,\"defaultFlag\":false,\"_info\":{\"lastUpdated\":\"2026-03-04T15:20:11Z\",\"updatedBy\":\"jharper\"}}","Metadata":{"key_url":"https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=northwindmsp&id=3b7e2f5a-91c4-4f0d-8a76-5e2d1c0b9f84"},"CallbackObjectRecId":318}"#;
const VECTOR_B_SIGNATURE: &str = "wY7tbG/9a5uCyZtGO0tUgo8PqIWS83RLy4I+VbVFvVg=";

/// The example tenant, with the callback entry of the samples.
pub(super) fn world() -> World {
    let mut world = World::example();
    let entry = json!({
        "id": ENTRY,
        "url": "https://hooks.example.net/cw/t-7f3a?recordId=",
        "type": "contact",
        "level": "owner",
        "objectId": 1,
    });
    world.add(Kind::Callback, entry);
    world
}

/// The delivery about a record, just now.
pub(super) fn delivery(world: &mut World, kind: Kind, id: u32, action: Action, by: &str) -> Http {
    Http::of(
        &world
            .callback_delivery(kind, id, action, by, ENTRY)
            .unwrap(),
    )
}

/// The delivery of test vector B.
pub(super) fn vector_b() -> Http {
    Http {
        method: "POST",
        path: "/cw/t-7f3a".to_owned(),
        query: "recordId=4711&action=updated".to_owned(),
        signature: Some(VECTOR_B_SIGNATURE.to_owned()),
        body: VECTOR_B.to_owned(),
    }
}

pub(super) fn samples(world: &mut World) -> Vec<Sample> {
    let mut samples = Samples::new(world);
    samples.portal();
    samples.duplicates();
    samples.primary_contacts();
    samples.events();
    samples.samples
}

/// Samples in the making.
pub(super) struct Samples<'w> {
    pub(super) world: &'w mut World,
    pub(super) samples: Vec<Sample>,
}

impl<'w> Samples<'w> {
    pub(super) fn new(world: &'w mut World) -> Self {
        Self {
            world,
            samples: Vec::new(),
        }
    }

    /// A callback about a contact that a person changed.
    pub(super) fn contact(
        &mut self,
        name: &str,
        id: u32,
        situation: &'static str,
        outcome: &'static str,
    ) {
        self.add(
            name,
            None,
            Kind::Contact,
            id,
            Action::Updated,
            situation,
            outcome,
        );
    }

    /// The same, after something happened in the PSA.
    pub(super) fn after(
        &mut self,
        name: &str,
        scene: Scene,
        id: u32,
        situation: &'static str,
        outcome: &'static str,
    ) {
        self.add(
            name,
            Some(scene),
            Kind::Contact,
            id,
            Action::Updated,
            situation,
            outcome,
        );
    }

    #[expect(clippy::too_many_arguments, reason = "a row of a table")]
    pub(super) fn add(
        &mut self,
        name: &str,
        scene: Option<Scene>,
        kind: Kind,
        id: u32,
        action: Action,
        situation: &'static str,
        outcome: &'static str,
    ) {
        if let Some(scene) = &scene {
            play(self.world, scene);
        }
        let event = delivery(self.world, kind, id, action, PERSON).through_api();
        self.push(name, scene, event, situation, outcome);
    }

    fn push(
        &mut self,
        name: &str,
        scene: Option<Scene>,
        event: Value,
        situation: &'static str,
        outcome: &'static str,
    ) {
        self.samples.push(Sample {
            path: format!("callback-receiver/{name}.json"),
            situation,
            outcome,
            scene,
            event,
        });
    }

    fn portal(&mut self) {
        self.push(
            "01-all-in-order",
            None,
            vector_b().through_api(),
            "A contact of a company in which all is in order was saved (test vector B)",
            "done: two reads, no write",
        );
        self.contact(
            "02-portal-address-of-a-stranger",
            PORTAL_STRANGERS_EMAIL,
            "A contact may log in with an address that lets somebody in at another company, too",
            "finding: held, and so are three others of that company; a fifth gets its usable address as default",
        );
        self.after(
            "03-portal-without-email",
            scene(
                "somebody deletes the only email of contact 82103 and switches its portal login on",
                vec![
                    request(
                        "DELETE",
                        "/company/contacts/82103/communications/96929",
                        None,
                    ),
                    request(
                        "PATCH",
                        "/company/contacts/82103",
                        Some(replace("disablePortalLoginFlag", json!(false))),
                    ),
                ],
            ),
            82103,
            "A portal login was switched on for a contact without an email",
            "finding: held",
        );
        self.after(
            "04-email-added",
            scene(
                "somebody adds an email to contact 82103",
                vec![request(
                    "POST",
                    "/company/contacts/82103/communications",
                    Some(json!({"type": {"id": 1}, "value": "caleb.norwood@kestrel.example", "defaultFlag": true, "communicationType": "Email"})),
                )],
            ),
            82103,
            "A held contact has an email again",
            "done: released",
        );
        self.after(
            "05-shared-mailbox-as-only-email",
            scene(
                "somebody gives contact 85334 the mailbox of the company and switches its portal login on",
                vec![
                    request("PATCH", "/company/contacts/85334/communications/97173", Some(replace("value", json!("info@pinecrest.example")))),
                    request("PATCH", "/company/contacts/85334", Some(replace("disablePortalLoginFlag", json!(false)))),
                ],
            ),
            85334,
            "A portal login was switched on for a contact whose only email is a shared mailbox",
            "finding: held",
        );
    }

    fn duplicates(&mut self) {
        self.contact(
            "06-email-connector-duplicate",
            JOHN_SMITH_DUPLICATE,
            "The email connector made a second contact of John Smith, with `john.smith` for a first name; tickets, notes and groups hang on it",
            "done: merged, with everything carried over",
        );
        self.contact(
            "07-swapped-name-and-three-of-one",
            SWAPPED_NAME_DUPLICATE,
            "`Smith,` `John` and John Smith are one person; somebody else is there three times",
            "done: three merges",
        );
        self.after(
            "08-default-contact-merged-away",
            scene(
                "somebody makes contact 83204, who has left, the default contact",
                vec![request(
                    "PATCH",
                    &format!("/company/companies/{MERIDIAN}"),
                    Some(replace("defaultContact", json!({"id": INACTIVE_TWIN}))),
                )],
            ),
            CONFLICTING_DUPLICATE,
            "The default contact is the inactive twin of an active contact, the billing contact a duplicate, and two titles disagree",
            "done: three merges; default and billing contact move first, what disagrees goes into a note",
        );
        self.contact(
            "09-uncertain-duplicate",
            UNCERTAIN_EMPTY,
            "Two contacts have one name, and one of them nothing else; two others have different portal logins",
            "finding: two pairs for a person to judge, nothing written",
        );
        self.contact(
            "10-namesakes",
            84003,
            "Two people have one name, and father and son one phone",
            "done: left alone",
        );
    }

    fn primary_contacts(&mut self) {
        self.after(
            "11-default-contact-deactivated",
            default_deactivated(),
            86201,
            "The default contact was made inactive",
            "done: succession",
        );
        self.contact(
            "12-default-contact-seen",
            86104,
            "All is in order, and the journal remembers who the default contact is",
            "done: nothing to do",
        );
        self.add(
            "12-default-contact-then-deleted",
            Some(default_deleted()),
            Kind::Contact,
            86101,
            Action::Deleted,
            "The default contact was deleted; the callback's `Entity` is null",
            "done: the company is located, and somebody succeeds",
        );
        self.contact(
            "13-no-default-contact",
            85103,
            "A company has no default contact; its oldest contact is a shared mailbox",
            "done: a person succeeds, not the mailbox",
        );
        self.contact(
            "14-no-active-contact",
            85201,
            "A company has nobody active",
            "finding, nothing written",
        );
        self.contact(
            "15-primary-label-misplaced",
            MISLABELED,
            "The type label `Primary` is not on the default contact",
            "done: the label moves",
        );
        self.contact(
            "16-chosen-default-stays",
            85302,
            "Another contact looks better than the active default contact that a person chose",
            "done: left alone",
        );
        self.add(
            "17-company-callback",
            None,
            Kind::Company,
            TIDEWATER,
            Action::Updated,
            "A company was saved whose default contact is inactive",
            "done: succession",
        );
    }

    fn events(&mut self) {
        let echo = delivery(
            self.world,
            Kind::Contact,
            JOHN_SMITH,
            Action::Updated,
            API_MEMBER,
        );
        self.push(
            "18-echo-of-our-own-write",
            None,
            echo.through_api(),
            "The callback of a write of our own",
            "done: nothing to do",
        );
        self.contact(
            "19-contact-without-company",
            CONTACT_WITHOUT_COMPANY,
            "A contact belongs to no company",
            "finding, nothing written",
        );
        self.contact(
            "20-catch-all-duplicate",
            104_996,
            "A duplicate in a company of 5,000 contacts",
            "done: a focused visit merges it",
        );
        self.contact(
            "21-catch-all-in-order",
            100_001,
            "All is in order with a contact of a company of 5,000",
            "done: a focused visit of at most five reads",
        );
        let ticket = resigned(self.world, 4712, |body| body["Type"] = json!("ticket"));
        self.push(
            "22-other-record-type",
            None,
            ticket.through_api(),
            "A callback about a ticket",
            "ignored",
        );
        self.after(
            "23-key-rotated",
            scene("the PSA signs with a new key", vec![Step::RotateKey]),
            4713,
            "The PSA has a new signing key",
            "done: the new key is fetched",
        );
        self.after(
            "24-psa-busy",
            scene(
                "the PSA gets too many requests",
                vec![Step::Fault {
                    fault: Fault::too_many_requests(30).on("GET", "/company/companies/821"),
                }],
            ),
            82102,
            "The PSA answers 429 and wants to be left alone for 30 seconds",
            "done: the message comes back after that and succeeds",
        );
        self.contact(
            "25-write-refused",
            REFUSES_PATCH,
            "The PSA refuses a write for good",
            "finding: the refusal, and nothing is tried again until the record changes",
        );
        let twice = delivery(self.world, Kind::Contact, 4714, Action::Updated, PERSON);
        self.push(
            "26-function-url",
            None,
            twice.through_function_url(),
            "The same sort of callback through a function URL, with the body in base64",
            "done: nothing to do",
        );
        self.push(
            "27-callback-repeated",
            None,
            twice.through_api(),
            "The PSA repeats the callback of the sample before, byte for byte",
            "done: queued once, so no second visit",
        );
    }
}

/// A callback about a contact whose body is changed before it is signed.
pub(super) fn resigned(world: &mut World, id: u32, change: impl FnOnce(&mut Value)) -> Http {
    let mut http = delivery(world, Kind::Contact, id, Action::Updated, PERSON);
    let mut body: Value = serde_json::from_str(&http.body).unwrap();
    change(&mut body);
    http.body = body.to_string();
    http.signature = Some(world.signing.sign(http.body.as_bytes()));
    http
}

pub(super) fn scene(name: &str, steps: Vec<Step>) -> Scene {
    let mut all = vec![Step::Advance { seconds: 60 }];
    all.extend(steps);
    Scene {
        name: name.to_owned(),
        steps: all,
    }
}

pub(super) fn request(method: &str, path: &str, body: Option<Value>) -> Step {
    Step::Request {
        member: PERSON.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        body,
    }
}

pub(super) fn replace(path: &str, value: Value) -> Value {
    json!([{ "op": "replace", "path": path, "value": value }])
}
