//! Each write whose answer is lost, after it took effect and before.

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
        Fault::html_bad_gateway(),
    ]
}

async fn start_with(profile: Profile, fault: Fault) -> (Sandbox<Account>, Writer) {
    let mut account = example(profile);
    account.faults.push(fault);
    start(account).await
}

/// How many users there are more than in the example.
fn grown(server: &Sandbox<Account>) -> usize {
    server.world().lock().users.len() - seed::growcrm().users.len()
}

#[tokio::test]
async fn who_was_created_is_found_and_not_created_again() {
    for profile in PROFILES {
        for fault in after() {
            let (server, writer) = start_with(profile, fault.on("POST", "/contacts")).await;
            let fields = newcomer();
            let create = writer.create(client(HARBOR_LINE), &fields, WelcomeMail::Withhold);
            let (created, requests) = cost(&server, create).await;
            let created = created.unwrap();
            assert!(created.is_as_asked());
            check(&server.world().snapshot(), &created.record);
            assert_eq!(requests, ["POST /api/contacts", "GET /api/contacts"]);
            assert_eq!(grown(&server), 1);
        }
    }
}

#[tokio::test]
async fn who_was_not_created_is_left_to_the_next_visit() {
    for fault in before() {
        let (server, writer) = start_with(Profile::Strict, fault.on("POST", "/contacts")).await;
        let (harbor, fields) = (client(HARBOR_LINE), newcomer());
        let create = writer.create(harbor, &fields, WelcomeMail::Withhold);
        let (created, requests) = cost(&server, create).await;
        let error = created.unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert!(error.is_transient());
        assert_eq!(requests, ["POST /api/contacts", "GET /api/contacts"]);
        assert_eq!(grown(&server), 0);
        let create = writer.create(harbor, &fields, WelcomeMail::Withhold);
        assert!(create.await.unwrap().is_as_asked());
        assert_eq!(grown(&server), 1);
    }
}

#[tokio::test]
async fn whose_mail_could_not_be_sent_was_created_all_the_same() {
    let mut account = seed::growcrm();
    account.switches.mail_is_broken = true;
    let (server, writer) = start(account).await;
    let fields = newcomer();
    let create = writer.create(client(HARBOR_LINE), &fields, WelcomeMail::Send);
    assert!(create.await.unwrap().is_as_asked());
    assert_eq!(grown(&server), 1);
}

#[tokio::test]
async fn a_client_is_not_created_twice() {
    let tags = ["cw-company-840".to_owned()];
    for fault in after() {
        let (server, writer) = start_with(Profile::Strict, fault.on("POST", "/clients")).await;
        let owner = newcomer();
        let create = writer.create_client("Orchard", &owner, &tags, WelcomeMail::Withhold);
        let (created, requests) = cost(&server, create).await;
        let created = created.unwrap();
        assert!(created.is_as_asked());
        let read = format!("GET /api/clients/{}", created.record.id);
        assert_eq!(requests, ["POST /api/clients", "GET /api/contacts", &read]);
        assert_eq!(grown(&server), 1);
    }
    for fault in before() {
        let (server, writer) = start_with(Profile::Strict, fault.on("POST", "/clients")).await;
        let owner = newcomer();
        let create = writer.create_client("Orchard", &owner, &tags, WelcomeMail::Withhold);
        let (created, requests) = cost(&server, create).await;
        assert_eq!(created.unwrap_err().code(), "AnswerLost");
        assert_eq!(requests, ["POST /api/clients", "GET /api/contacts"]);
        assert_eq!(grown(&server), 0);
    }
}

#[tokio::test]
async fn a_change_is_made_again_which_is_as_good_as_once() {
    let renee = contact(RENEE_OKAFOR);
    for profile in PROFILES {
        for fault in after().into_iter().chain(before()) {
            let (server, writer) = start_with(profile, fault.on("PATCH", "/contacts")).await;
            let fields = promoted(RENEE_OKAFOR);
            let (changed, requests) = cost(&server, writer.update(renee, &fields)).await;
            assert!(changed.unwrap().is_as_asked());
            assert_eq!(requests, vec![format!("PATCH /api/contacts/{renee}"); 2]);
        }
    }
}

#[tokio::test]
async fn a_change_that_never_gets_an_answer_stays_in_doubt() {
    for profile in PROFILES {
        let fault = Fault::lost_answer().on("PATCH", "/contacts").forever();
        let (server, writer) = start_with(profile, fault).await;
        let fields = promoted(RENEE_OKAFOR);
        let changed = writer.update(contact(RENEE_OKAFOR), &fields).await;
        let error = changed.unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert!(error.may_have_been_applied());
        let account = server.world().snapshot();
        let renee = &account.users[&growcrm_contact(RENEE_OKAFOR)];
        assert_eq!(renee.position.as_deref(), Some("Director"));
    }
}

#[tokio::test]
async fn a_deletion_finds_its_own_effect() {
    let ilya = contact(ILYA_BRANDT);
    for fault in after() {
        let (server, writer) = start_with(Profile::Strict, fault.on("DELETE", "/contacts")).await;
        let (deleted, requests) = cost(&server, writer.delete(ilya)).await;
        deleted.unwrap();
        let delete = format!("DELETE /api/contacts/{ilya}");
        assert_eq!(requests, [&delete, &delete, "GET /api/clients"]);
        assert_eq!(server.world().lock().contact(ilya.get()), None);
    }
}

#[tokio::test]
async fn a_deletion_that_never_arrives_leaves_the_contact_and_a_doubt() {
    let fault = Fault::dropped().on("DELETE", "/contacts").forever();
    let (server, writer) = start_with(Profile::Strict, fault).await;
    let deleted = writer.delete(contact(ILYA_BRANDT)).await;
    assert_eq!(deleted.unwrap_err().code(), "AnswerLost");
    let ilya = growcrm_contact(ILYA_BRANDT);
    assert!(server.world().lock().contact(ilya).is_some());
}

#[tokio::test]
async fn labels_and_owners_are_set_again_which_is_as_good_as_once() {
    let (harbor, ilya) = (client(HARBOR_LINE), contact(ILYA_BRANDT));
    for fault in after().into_iter().chain(before()) {
        let (server, writer) = start_with(Profile::Strict, fault.clone().on("PUT", "/tags")).await;
        let tags = ["cw-company-812", "gold"].map(str::to_owned);
        let (labeled, requests) = cost(&server, writer.set_tags(harbor, &tags)).await;
        assert!(labeled.unwrap().is_as_asked());
        assert_eq!(requests.len(), 2);

        let fault = fault.on("PUT", "/account-owner");
        let (server, writer) = start_with(Profile::Strict, fault).await;
        let (made, requests) = cost(&server, writer.make_owner(ilya)).await;
        assert!(made.unwrap().is_as_asked());
        assert_eq!(requests.len(), 2);
        let account = server.world().snapshot();
        assert_eq!(account.clients[&harbor.get()].owner, Some(ilya.get()));
    }
}
