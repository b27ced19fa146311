//! The registry of callbacks: who is told when records change.

use std::fmt;

use http_client::Idempotency;
use model::Private;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::conditions::Filter;
use crate::convert::{self, Misfit, require};
use crate::error::Error;
use crate::pages::Listing;
use crate::patch::Patch;
use crate::registry::{self, Flaw};
use crate::wire;
use crate::writes::{odd, refused, unchanged};

const PATH: &str = "system/callbacks";

/// All records of a type, as against those of one company, status and so on.
pub(crate) const LEVEL: &str = "owner";

/// The id that goes with the level above.
pub(crate) const OBJECT_ID: i64 = 1;

/// What clients send, and get.
pub(crate) const PAYLOAD_VERSION: &str = "3.0.0";

/// An entry's id in the PSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallbackId(u32);

/// What a callback is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallbackType {
    /// Contacts.
    Contact,
    /// Companies.
    Company,
    /// Records that are none of our business; read, never written.
    Other(String),
}

/// An entry of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackEntry {
    /// Its id.
    pub id: CallbackId,
    /// What people wrote about it.
    pub description: String,
    /// Where the PSA sends to. Its path may be the only secret that protects the receiver.
    pub url: Private,
    /// Which records it is about.
    pub callback_type: CallbackType,
    /// How wide it is; `owner` means all records of the type.
    pub level: String,
    /// The record that the level is about.
    pub object_id: Option<i64>,
    /// False when somebody switched it off, or the PSA did after days of failures.
    pub active: bool,
    /// Whether changes by the member who made it are kept back.
    pub self_suppressed: bool,
    /// The member who made it.
    pub member: Option<u32>,
    /// The version of the body.
    pub payload_version: Option<String>,
}

/// An entry to make: all records of a type, and changes of our own too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCallback {
    /// What people should know about it; at most 100 characters.
    pub description: String,
    /// Where the PSA shall send to. It appends the record's id, so let it end in `recordId=`.
    pub url: Private,
    /// Which records it shall be about.
    pub callback_type: CallbackType,
}

impl Reader {
    /// The entries that send to an address with this in it, such as our host.
    pub async fn callbacks(&self, url_contains: &str) -> Result<Vec<CallbackEntry>, Error> {
        const OPERATION: &str = "list the callbacks";
        let filter = Filter::text("url", " contains ", url_contains)
            .map_err(|_| refused(OPERATION, "an address with a quote in it"))?;
        let call = Call::get(OPERATION, PATH).with("conditions", filter.reveal());
        let items = self.client.all_pages(&Listing::navigable(call)).await?;
        let entries = convert::list(items, entry).map_err(|misfit| odd(OPERATION, misfit))?;
        let wanted = url_contains.to_lowercase();
        Ok(entries
            .into_iter()
            .filter(|entry| entry.url.reveal().to_lowercase().contains(&wanted))
            .collect())
    }
}

impl Writer {
    /// Makes an entry.
    pub async fn create_callback(&self, new: &NewCallback) -> Result<CallbackEntry, Error> {
        let NewCallback {
            description,
            url,
            callback_type,
        } = new;
        let word = match callback_type {
            CallbackType::Contact => "contact",
            CallbackType::Company => "company",
            CallbackType::Other(_) => {
                return Err(refused(
                    "create a callback",
                    "a callback of an unknown type",
                ));
            }
        };
        let operation = format!("create a {word} callback");
        // Suppressing our own changes would also hide those of other tools with the same member, and nothing
        // depends on it: a callback caused by our own write ends in a visit that finds all in order.
        let body = json!({
            "description": description,
            "url": url,
            "objectId": OBJECT_ID,
            "type": word,
            "level": LEVEL,
            "payloadVersion": PAYLOAD_VERSION,
            "isSelfSuppressedFlag": false,
        });
        let is_it = |entry: &CallbackEntry| {
            entry.url == *url && entry.callback_type == *callback_type && entry.level == LEVEL
        };
        let find = async {
            let entries = self.reader.callbacks(url.reveal()).await?;
            Ok(entries.into_iter().find(|entry| is_it(entry)))
        };
        let call = Call::post(&*operation, PATH, body);
        let created = self.create(&call, entry, find).await?;
        if !is_it(&created) {
            Err(unchanged(&operation, "url, type or level"))
        } else if !created.active {
            Err(unchanged(&operation, "inactiveFlag"))
        } else {
            Ok(created)
        }
    }

    /// Sets right what is wrong with an entry, so that it is [as we make one](Self::create_callback): switches it on
    /// again, above all.
    pub async fn repair_callback(&self, flawed: &CallbackEntry) -> Result<CallbackEntry, Error> {
        let id = flawed.id;
        let operation = format!("repair callback {id}");
        let mut patch = Patch::default();
        for flaw in registry::flaws(flawed) {
            patch = match flaw {
                Flaw::Inactive => patch.set("inactiveFlag", false),
                Flaw::SelfSuppressed => patch.set("isSelfSuppressedFlag", false),
                Flaw::PayloadVersion => patch.set("payloadVersion", PAYLOAD_VERSION),
            };
        }
        self.patch(&operation, &format!("{PATH}/{id}"), &patch, entry)
            .await
    }

    /// Deletes an entry. One that is gone already is as good.
    pub async fn delete_callback(&self, id: CallbackId) -> Result<(), Error> {
        let call = Call::delete(
            format!("delete callback {id}"),
            format!("{PATH}/{id}"),
            Idempotency::Idempotent,
        );
        self.delete(&call).await
    }
}

impl CallbackId {
    /// Wraps the number the PSA gave.
    #[must_use]
    pub const fn new(id: u32) -> Self {
        Self(id)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for CallbackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for CallbackType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contact => "contact",
            Self::Company => "company",
            Self::Other(word) => word,
        })
    }
}

fn entry(record: wire::Callback) -> Result<CallbackEntry, Misfit> {
    let word = record.callback_type.unwrap_or_default().to_lowercase();
    Ok(CallbackEntry {
        id: CallbackId(require(record.id, "id")?),
        description: record.description.unwrap_or_default(),
        url: record.url.unwrap_or_default().into(),
        callback_type: match word.as_str() {
            "contact" => CallbackType::Contact,
            "company" => CallbackType::Company,
            _ => CallbackType::Other(word),
        },
        level: record.level.unwrap_or_default().to_lowercase(),
        object_id: record.object_id,
        active: !record.inactive_flag.unwrap_or(false),
        self_suppressed: record.is_self_suppressed_flag.unwrap_or(false),
        member: record.member_id,
        payload_version: record.payload_version,
    })
}

#[cfg(test)]
mod tests {
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, only_query, reader, sent, serve, writer};

    const URL: &str = "https://hooks.example.net/cw/t-7f3a?recordId=";
    const ENTRY: &str = r#"{"id":318,"description":"contact policy","url":"https://hooks.example.net/cw/t-7f3a?recordId=","objectId":1,"type":"contact","level":"owner","memberId":243,"payloadVersion":"3.0.0","inactiveFlag":false,"isSoapCallbackFlag":false,"isSelfSuppressedFlag":false,"connectWiseID":"8a1c6f2e-54d0-4d0a-9c3f-0b6a6f2d1e77","_info":{"lastUpdated":"2026-03-01T09:00:00Z","updatedBy":"policybot"}}"#;
    const LIST: &str = r#"[{"id":1,"url":"https://other.example.net/"},{"id":318,"url":"https://hooks.example.net/cw/t-7f3a?recordId=","type":"Contact","level":"Owner","inactiveFlag":true}]"#;

    fn json_answer(status: u16, body: &str) -> Answer {
        Answer::new(status).set_body_raw(body, "application/json")
    }

    fn new() -> NewCallback {
        NewCallback {
            description: "contact policy".to_owned(),
            url: URL.into(),
            callback_type: CallbackType::Contact,
        }
    }

    /// The entry of the documentation, as it is read.
    fn as_made() -> CallbackEntry {
        entry(serde_json::from_str(ENTRY).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn an_empty_registry_has_no_entries() {
        let server = MockServer::start().await;
        serve(&server, "GET system/callbacks", json_answer(200, "[]")).await;
        let entries = reader(&server).callbacks("hooks.example.net").await;
        assert_eq!(entries.unwrap(), []);
        let query = only_query(&server).await;
        assert_eq!(query[0].1, r#"url contains "hooks.example.net""#);
    }

    #[tokio::test]
    async fn entries_are_checked_again_and_keep_their_address_to_themselves() {
        let server = MockServer::start().await;
        serve(&server, "GET system/callbacks", json_answer(200, LIST)).await;
        let entries = reader(&server)
            .callbacks("hooks.example.net")
            .await
            .unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].id, CallbackId::new(318));
        assert_eq!(entries[0].callback_type, CallbackType::Contact);
        assert!(!entries[0].active);
        assert!(!format!("{entries:?}").contains("t-7f3a"));
    }

    #[tokio::test]
    async fn an_entry_is_created_as_documented() {
        let server = MockServer::start().await;
        let call = "POST system/callbacks";
        serve(&server, call, json_answer(201, ENTRY)).await;
        let entry = writer(&server).create_callback(&new()).await.unwrap();
        assert_eq!(entry.member, Some(243));
        assert!(entry.active && !entry.self_suppressed);
        let body = json!({"description":"contact policy","url":URL,"objectId":1,"type":"contact","level":"owner","payloadVersion":"3.0.0","isSelfSuppressedFlag":false});
        assert_eq!(sent(&server).await, [(call.to_owned(), Some(body))]);
    }

    #[tokio::test]
    async fn an_entry_found_after_a_lost_answer_must_be_active() {
        let script = Script::play([Act::HangUp, Act::Answer(200, LIST)]).await;
        let result = script.writer().create_callback(&new()).await;
        assert_eq!(result.unwrap_err().code(), "Unchanged");
        let requests = script.requests();
        assert_eq!(requests, ["POST system/callbacks", "GET system/callbacks"]);
    }

    #[tokio::test]
    async fn what_is_wrong_with_an_entry_is_set_right_and_nothing_else() {
        let server = MockServer::start().await;
        let patch = "PATCH system/callbacks/318";
        serve(&server, patch, json_answer(200, ENTRY)).await;
        let flawed = CallbackEntry {
            self_suppressed: true,
            ..as_made()
        };
        writer(&server).repair_callback(&flawed).await.unwrap();
        let body = json!([{"op": "replace", "path": "isSelfSuppressedFlag", "value": false}]);
        assert_eq!(sent(&server).await, [(patch.to_owned(), Some(body))]);
    }

    #[tokio::test]
    async fn an_entry_is_switched_on_again_and_deleted() {
        let server = MockServer::start().await;
        let path = "system/callbacks/318";
        let (patch, delete) = (format!("PATCH {path}"), format!("DELETE {path}"));
        serve(&server, &patch, json_answer(200, ENTRY)).await;
        serve(&server, &delete, Answer::new(204)).await;
        let writer = writer(&server);
        let off = CallbackEntry {
            active: false,
            ..as_made()
        };
        assert!(writer.repair_callback(&off).await.unwrap().active);
        writer.delete_callback(off.id).await.unwrap();
        let body = json!([{"op": "replace", "path": "inactiveFlag", "value": false}]);
        assert_eq!(sent(&server).await, [(patch, Some(body)), (delete, None)]);
    }
}
