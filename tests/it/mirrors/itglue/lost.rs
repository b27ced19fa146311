//! Each write whose answer is lost, after it took effect and before.

use model::itglue::Edit;
use sandbox::Fault;

use super::*;

/// What loses an answer after the write took effect.
fn after() -> [Fault; 2] {
    [Fault::lost_answer(), Fault::cut_body()]
}

/// What breaks before anything is written, without saying so.
fn before() -> [Fault; 3] {
    [
        Fault::dropped(),
        Fault::html_error(),
        Fault::gateway_timeout(),
    ]
}

async fn start_with(fault: Fault) -> (Sandbox<Account>, Writer) {
    let mut account = seed::itglue();
    account.faults.push(fault);
    start(account).await
}

/// How many contacts there are more than in the example.
fn grown(server: &Sandbox<Account>) -> usize {
    server.world().lock().contacts.len() - seed::itglue().contacts.len()
}

#[tokio::test]
async fn who_was_created_is_found_and_not_created_again() {
    for fault in after() {
        let (server, writer) = start_with(fault.on("POST", "/contacts")).await;
        let newcomer = newcomer();
        let create = writer.create(organization(HARBOR_LINE), &newcomer);
        let (created, requests) = cost(&server, create).await;
        let created = created.unwrap();
        assert!(created.is_as_asked());
        check(&server.world().snapshot(), &created.record);
        assert_eq!(requests, ["POST /contacts", "GET /contacts"]);
        assert_eq!(grown(&server), 1);
    }
}

#[tokio::test]
async fn who_was_not_created_is_left_to_the_next_visit() {
    for fault in before() {
        let (server, writer) = start_with(fault.on("POST", "/contacts")).await;
        let harbor = organization(HARBOR_LINE);
        let (created, requests) = cost(&server, writer.create(harbor, &newcomer())).await;
        let error = created.unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert!(error.is_transient());
        assert_eq!(requests, ["POST /contacts", "GET /contacts"]);
        assert_eq!(grown(&server), 0);
        assert!(writer.create(harbor, &newcomer()).await.is_ok());
        assert_eq!(grown(&server), 1);
    }
}

#[tokio::test]
async fn who_has_a_namesake_is_not_taken_for_created() {
    let (server, writer) = start_with(Fault::lost_answer().on("POST", "/contacts")).await;
    let harbor = organization(HARBOR_LINE);
    let twin = sandbox::itglue::Contact::new(harbor.get(), "PRIYA", "Raman")
        .with_email("priya@dental.example");
    server.world().lock().add_contact(twin);
    let created = writer.create(harbor, &newcomer()).await;
    assert_eq!(created.unwrap_err().code(), "AnswerLost");
    assert_eq!(grown(&server), 2);
}

#[tokio::test]
async fn a_type_of_contact_is_not_created_twice() {
    for fault in after() {
        let (server, writer) = start_with(fault.on("POST", "/contact_types")).await;
        let made = writer.create_contact_type("Inactive (PSA)").await.unwrap();
        let types = server.world().snapshot().contact_types;
        assert_eq!(types[&made.record.id.get()].name, "Inactive (PSA)");
        assert_eq!(types.len(), seed::itglue().contact_types.len() + 1);
    }
    let fault = Fault::dropped().on("POST", "/contact_types");
    let (_server, writer) = start_with(fault).await;
    let made = writer.create_contact_type("Inactive (PSA)").await;
    assert_eq!(made.unwrap_err().code(), "AnswerLost");
}

#[tokio::test]
async fn a_change_is_made_again_which_is_as_good_as_once() {
    let renee = contact(RENEE_OKAFOR);
    let change = Change {
        important: Edit::Set(false),
        ..title("Engineer")
    };
    for fault in after().into_iter().chain(before()) {
        let (server, writer) = start_with(fault.on("PATCH", "/contacts")).await;
        let (changed, requests) = cost(&server, writer.update(renee, &change)).await;
        assert!(changed.unwrap().is_as_asked());
        assert_eq!(requests, vec![format!("PATCH /contacts/{renee}"); 2]);
    }
}

#[tokio::test]
async fn a_change_that_never_gets_an_answer_stays_in_doubt() {
    let fault = Fault::lost_answer().on("PATCH", "/contacts").forever();
    let (server, writer) = start_with(fault).await;
    let changed = writer
        .update(contact(RENEE_OKAFOR), &title("Engineer"))
        .await;
    let error = changed.unwrap_err();
    assert_eq!(error.code(), "AnswerLost");
    assert!(error.may_have_been_applied());
    let account = server.world().snapshot();
    let renee = &account.contacts[&itglue_contact(RENEE_OKAFOR)];
    assert_eq!(renee.title.as_deref(), Some("Engineer"));
}

#[tokio::test]
async fn a_deletion_finds_its_own_effect() {
    let renee = contact(RENEE_OKAFOR);
    for fault in after() {
        let (server, writer) = start_with(fault.on("DELETE", "/contacts")).await;
        let (deleted, requests) = cost(&server, writer.delete(renee)).await;
        deleted.unwrap();
        let read = format!("GET /contacts/{renee}");
        assert_eq!(requests, ["DELETE /contacts", "DELETE /contacts", &read]);
        let account = server.world().snapshot();
        assert!(account.deleted.contains_key(&renee.get()));
    }
}

#[tokio::test]
async fn a_deletion_that_never_arrives_leaves_the_contact_and_a_doubt() {
    let fault = Fault::dropped().on("DELETE", "/contacts").forever();
    let (server, writer) = start_with(fault).await;
    let deleted = writer.delete(contact(RENEE_OKAFOR)).await;
    assert_eq!(deleted.unwrap_err().code(), "AnswerLost");
    assert!(server.world().snapshot().deleted.is_empty());
}
