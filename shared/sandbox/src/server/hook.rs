//! Listening in on the API: for an embedder that has something happen between two calls of a client.

use std::pin::Pin;

use crate::fault::Effect;

/// A request of the REST API, as it arrived.
#[derive(Clone, Copy)]
pub struct Arrival<'r> {
    /// The method.
    pub method: &'r str,
    /// The path as the client sent it.
    pub path: &'r str,
    /// The query as the client sent it.
    pub query: &'r str,
    /// The body.
    pub body: &'r [u8],
}

/// The future that holds a request back, and says in the end what strikes it.
pub type Held<'h> = Pin<Box<dyn Future<Output = Option<Effect>> + Send + 'h>>;

/// Somebody who is asked before each request of the REST API, and told after it.
///
/// Between the end of the future and [`Hook::answered`] nothing else happens to the world, unless another
/// thread has a handle on it.
pub trait Hook: Send + Sync {
    /// A request has arrived, and nothing of it is carried out before the future ends. The world may be edited
    /// meanwhile. An effect strikes the request; without one, the faults of the world do.
    ///
    /// When the client gives up first, the future is dropped and the request never carried out.
    fn arrived<'h>(&'h self, request: Arrival<'h>) -> Held<'h>;

    /// A request was dealt with, and nothing of the answer has left yet. The status is the vendor's own, whatever
    /// the client gets to see; there is none when the request wasn't carried out.
    fn answered(&self, request: Arrival<'_>, status: Option<u16>);
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::json;

    use super::*;
    use crate::{
        fault::Fault, handle::WorldHandle, server::Sandbox, tenant::PERSON, testing::Client,
        world::World,
    };

    /// Notes what it hears, has a person rename the contact before each write, and strikes once.
    struct Listener {
        world: WorldHandle,
        heard: Mutex<Vec<String>>,
        strikes: Mutex<Option<Fault>>,
    }

    impl Listener {
        fn note(&self, words: String) {
            self.heard.lock().unwrap().push(words);
        }
    }

    impl Hook for Listener {
        fn arrived<'h>(&'h self, request: Arrival<'h>) -> Held<'h> {
            Box::pin(async move {
                let Arrival {
                    method,
                    path,
                    query,
                    body,
                } = request;
                self.note(format!("{method} {path}?{query} {}", body.len()));
                tokio::task::yield_now().await;
                if method == "PATCH" {
                    let patch = json!([{ "op": "replace", "path": "firstName", "value": "Ada" }]);
                    let path = "/company/contacts/1";
                    self.world.request(PERSON, "PATCH", path, Some(&patch));
                }
                let fault = self.strikes.lock().unwrap().take();
                fault.map(|fault| fault.effect)
            })
        }

        fn answered(&self, request: Arrival<'_>, status: Option<u16>) {
            self.note(format!("{} -> {status:?}", request.method));
        }
    }

    async fn start(strikes: Option<Fault>) -> (Sandbox, Client, Arc<Listener>) {
        let mut world = World::empty();
        world.add_contact(json!({ "id": 1, "firstName": "A." }));
        let world = WorldHandle::new(world);
        let listener = Arc::new(Listener {
            world: world.clone(),
            heard: Mutex::default(),
            strikes: Mutex::new(strikes),
        });
        let sandbox = Sandbox::start_with(world, listener.clone()).await.unwrap();
        let client = Client::new(&sandbox);
        (sandbox, client, listener)
    }

    #[tokio::test]
    async fn what_happens_before_a_request_is_carried_out_is_there_when_it_is() {
        let (_sandbox, client, listener) = start(None).await;
        let patch = json!([{ "op": "replace", "path": "title", "value": "Buyer" }]);
        let path = "/company/contacts/1";
        let got = client.send("PATCH", path, &patch).await.unwrap().json();
        assert_eq!(
            (&got["firstName"], &got["title"]),
            (&json!("Ada"), &json!("Buyer"))
        );
        let got = client.get("/company/contacts/9?fields=id").await;
        assert_eq!(got.status, 404);
        let body = patch.to_string().len();
        assert_eq!(
            *listener.heard.lock().unwrap(),
            [
                &*format!("PATCH /v2025_1/apis/3.0/company/contacts/1? {body}"),
                "PATCH -> Some(200)",
                "GET /v2025_1/apis/3.0/company/contacts/9?fields=id 0",
                "GET -> Some(404)",
            ]
        );
    }

    #[tokio::test]
    async fn an_effect_strikes_instead_of_the_faults_of_the_world() {
        for (fault, carried_out) in [(Fault::dropped(), None), (Fault::lost_answer(), Some(200))] {
            let (sandbox, client, listener) = start(Some(fault)).await;
            sandbox.world().lock().faults.push(Fault::bad_gateway());
            let path = "/company/contacts/1";
            assert!(client.send("PATCH", path, &json!([])).await.is_err());
            let heard = listener.heard.lock().unwrap().last().cloned();
            assert_eq!(heard, Some(format!("PATCH -> {carried_out:?}")));
            assert_eq!(client.get(path).await.status, 502);
        }
    }

    #[tokio::test]
    async fn nobody_hears_of_what_is_not_the_api() {
        let (_sandbox, client, listener) = start(None).await;
        client
            .raw("GET", "/login/companyinfo/nobody")
            .send()
            .await
            .unwrap();
        assert_eq!(*listener.heard.lock().unwrap(), [""; 0]);
    }
}
