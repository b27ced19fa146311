//! Deliveries to a receiver on a local port, with a timer that only takes notes.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, http::Uri};
use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::{API_MEMBER, PERSON, connectwise::sign};

/// What a receiver got, and what it will answer: the last status for ever.
#[derive(Clone, Default)]
struct Receiver {
    answers: Arc<Mutex<Vec<u16>>>,
    got: Arc<Mutex<Vec<(String, String, String)>>>,
}

async fn receive(
    State(receiver): State<Receiver>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signature = headers["x-content-signature"].to_str().unwrap().to_owned();
    let body = String::from_utf8(body.to_vec()).unwrap();
    receiver
        .got
        .lock()
        .unwrap()
        .push((uri.to_string(), signature, body));
    let mut answers = receiver.answers.lock().unwrap();
    let status = if answers.len() > 1 {
        answers.remove(0)
    } else {
        answers[0]
    };
    StatusCode::from_u16(status).unwrap()
}

/// Notes what it was asked to wait.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<u64>>>);

impl Timer for Notes {
    async fn wait(&self, time: Duration) {
        self.0.lock().unwrap().push(time.as_secs());
    }
}

struct Scene {
    receiver: Receiver,
    world: WorldHandle,
    notes: Notes,
    deliverer: Deliverer<Notes>,
    callback: u32,
}

/// A contact 2, an entry for contacts, and a receiver that gives these answers.
async fn scene(answers: &[u16]) -> Scene {
    let receiver = Receiver {
        answers: Arc::new(Mutex::new(answers.to_vec())),
        ..Receiver::default()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://{}/cw/t-7f3a?recordId=",
        listener.local_addr().unwrap()
    );
    let router = Router::new().fallback(receive).with_state(receiver.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut world = World::empty();
    let callback = world.add_callback(&url, "contact");
    for id in 2..=4 {
        world.add_contact(json!({ "id": id, "firstName": "Ada" }));
    }
    let (world, notes) = (WorldHandle::new(world), Notes::default());
    let deliverer = Deliverer::new(world.clone(), notes.clone()).unwrap();
    Scene {
        receiver,
        world,
        notes,
        deliverer,
        callback,
    }
}

impl Scene {
    fn change(&self, contact: u32) {
        let body = json!([{ "op": "replace", "path": "title", "value": "x" }]);
        assert_eq!(
            self.world
                .request(
                    PERSON,
                    "PATCH",
                    &format!("/company/contacts/{contact}"),
                    Some(&body)
                )
                .status,
            200
        );
    }

    fn got(&self) -> Vec<(String, String, String)> {
        self.receiver.got.lock().unwrap().clone()
    }

    fn records(&self) -> Vec<u64> {
        let ids = self
            .got()
            .into_iter()
            .map(|(_, _, body)| serde_json::from_str::<Value>(&body).unwrap()["ID"].as_u64());
        ids.map(Option::unwrap).collect()
    }

    fn inactive(&self) -> bool {
        self.world
            .lock()
            .get(Kind::Callback, self.callback)
            .unwrap()["inactiveFlag"]
            == true
    }
}

#[tokio::test]
async fn when_nothing_happened_nothing_is_delivered() {
    let scene = scene(&[200]).await;
    assert!(scene.deliverer.deliver_pending().await.is_empty());
    assert!(scene.got().is_empty());
}

#[tokio::test]
async fn a_change_is_delivered_once_signed_and_with_its_tail() {
    let scene = scene(&[202]).await;
    scene.change(2);
    let delivered = scene.deliverer.deliver_pending().await;
    assert_eq!(
        delivered,
        [Delivered {
            callback: scene.callback,
            id: 2,
            attempts: 1,
            status: Some(202)
        }]
    );
    assert!(delivered[0].succeeded());
    assert!(scene.deliverer.deliver_pending().await.is_empty());
    let (uri, signature, body) = scene.got().remove(0);
    assert_eq!(uri, "/cw/t-7f3a?recordId=2&action=updated");
    assert_eq!(
        signature,
        sign("9f2c7d1e-3a4b-4c5d-8e6f-7a8b9c0d1e2f", body.as_bytes())
    );
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&body["Action"], &body["MemberId"]),
        (&json!("updated"), &json!("jharper"))
    );
    assert!(
        body["Entity"]
            .as_str()
            .unwrap()
            .starts_with("{\"id\":2,\"firstName\":\"Ada\"")
    );
}

#[tokio::test]
async fn only_four_statuses_are_tried_again_and_twice_at_most() {
    for (answers, attempts, waited) in [
        (vec![429, 404, 200], 3, vec![2, 4]),
        (vec![419, 200], 2, vec![2]),
        (vec![409], 3, vec![2, 4]),
        (vec![500, 200], 1, vec![]),
        (vec![503, 200], 1, vec![]),
        (vec![401, 200], 1, vec![]),
    ] {
        let scene = scene(&answers).await;
        scene.change(2);
        let delivered = scene.deliverer.deliver_pending().await;
        assert_eq!(delivered[0].attempts, attempts, "{answers:?}");
        assert_eq!(*scene.notes.0.lock().unwrap(), waited, "{answers:?}");
    }
}

#[tokio::test]
async fn whether_a_retry_keeps_its_message_id_is_a_switch() {
    for keeps in [true, false] {
        let scene = scene(&[429, 200]).await;
        scene.world.lock().switches.retries_keep_message_id = keeps;
        scene.change(2);
        scene.deliverer.deliver_pending().await;
        let got = scene.got();
        assert_eq!(got[0].2 == got[1].2, keeps);
    }
}

#[tokio::test]
async fn three_days_of_failures_in_a_row_switch_the_entry_off() {
    let scene = scene(&[500]).await;
    let days = [
        "2026-03-04",
        "2026-03-04",
        "2026-03-05",
        "2026-03-07",
        "2026-03-08",
        "2026-03-09",
    ];
    for (at, day) in days.iter().enumerate() {
        assert!(!scene.inactive(), "before day {at}");
        scene
            .world
            .set_now(format!("{day}T12:00:00Z").parse::<Timestamp>().unwrap());
        scene.change(2);
        assert_eq!(scene.deliverer.deliver_pending().await.len(), 1);
    }
    assert!(scene.inactive());
    scene.change(2);
    assert!(scene.deliverer.deliver_pending().await.is_empty());
}

#[tokio::test]
async fn nobody_there_is_a_failure_without_a_status() {
    let scene = scene(&[200]).await;
    // A port that was just given back has nobody behind it.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = listener.local_addr().unwrap();
    drop(listener);
    let path = format!("/system/callbacks/{}", scene.callback);
    let body = json!([{ "op": "replace", "path": "url", "value": format!("http://{gone}/") }]);
    assert_eq!(
        scene
            .world
            .request(API_MEMBER, "PATCH", &path, Some(&body))
            .status,
        200
    );
    scene.change(2);
    let delivered = scene.deliverer.deliver_pending().await;
    assert_eq!((delivered[0].status, delivered[0].attempts), (None, 1));
}

#[tokio::test]
async fn deliveries_can_be_doubled_reordered_dropped_and_given_more_parameters() {
    let modes = |modes: DeliveryModes| async move {
        let scene = scene(&[200]).await;
        scene.world.lock().delivery = modes;
        for contact in [2, 3, 4] {
            scene.change(contact);
        }
        scene.deliverer.deliver_pending().await;
        scene
    };
    let usual = DeliveryModes::default;
    assert_eq!(modes(usual()).await.records(), [2, 3, 4]);
    assert_eq!(
        modes(DeliveryModes {
            duplicate: true,
            ..usual()
        })
        .await
        .records(),
        [2, 2, 3, 3, 4, 4]
    );
    assert_eq!(
        modes(DeliveryModes {
            reorder: true,
            ..usual()
        })
        .await
        .records(),
        [4, 3, 2]
    );
    assert_eq!(
        modes(DeliveryModes {
            drop_every: Some(2),
            ..usual()
        })
        .await
        .records(),
        [2, 4]
    );
    let extra_query = vec![("companyId".to_owned(), "northwindmsp".to_owned())];
    let scene = modes(DeliveryModes {
        extra_query,
        ..usual()
    })
    .await;
    assert_eq!(
        scene.got()[0].0,
        "/cw/t-7f3a?recordId=2&action=updated&companyId=northwindmsp"
    );
}

/// Embedders run the deliverer in a task of its own.
fn spawnable<F: Future + Send>(future: F) -> F {
    future
}

#[tokio::test]
async fn a_deliverer_that_runs_wakes_up_for_every_change() {
    let scene = scene(&[200]).await;
    let watched = async {
        for expected in 1..=2 {
            scene.change(2);
            while scene.got().len() < expected {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::select! {
        () = spawnable(scene.deliverer.run()) => panic!("it ended"),
        () = watched => {}
    }
    assert_eq!(scene.records(), [2, 2]);
}

#[tokio::test]
async fn changes_of_the_entrys_own_member_can_be_suppressed() {
    let scene = scene(&[200]).await;
    let path = format!("/system/callbacks/{}", scene.callback);
    let body = json!([{ "op": "replace", "path": "isSelfSuppressedFlag", "value": true }]);
    assert_eq!(
        scene
            .world
            .request(API_MEMBER, "PATCH", &path, Some(&body))
            .status,
        200
    );
    let body = json!([{ "op": "replace", "path": "title", "value": "y" }]);
    scene
        .world
        .request(API_MEMBER, "PATCH", "/company/contacts/3", Some(&body));
    scene.change(2);
    scene.deliverer.deliver_pending().await;
    assert_eq!(scene.records(), [2]);
}
