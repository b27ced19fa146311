//! Emails, phones and faxes of a contact, through their own resource: the indexes of the contact's list may
//! mean another item by the time a write arrives.

use http_client::Idempotency;
use model::{Communication, CommunicationId, ContactId, NewCommunication, Private};
use serde_json::json;

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::convert;
use crate::error::Error;
use crate::pages::Listing;
use crate::patch::Patch;
use crate::writes::{odd, refused, unchanged};

impl Reader {
    /// The emails, phones and faxes of a contact.
    pub async fn communications(&self, contact: ContactId) -> Result<Vec<Communication>, Error> {
        let operation = format!("list the communications of contact {contact}");
        let call = Call::get(&*operation, path(contact));
        let items = self.client.all_pages(&Listing::navigable(call)).await?;
        convert::list(items, convert::communication).map_err(|misfit| odd(&operation, misfit))
    }
}

impl Writer {
    /// Adds an email, phone or fax.
    pub async fn add_communication(
        &self,
        contact: ContactId,
        item: &NewCommunication,
    ) -> Result<Communication, Error> {
        let operation = format!("add a communication to contact {contact}");
        let kind = convert::kind_word(&item.kind)
            .ok_or_else(|| refused(&operation, "a communication of an unknown kind"))?;
        let asked = asked(item);
        let mut body = json!({
            "type": {"id": asked.type_id},
            "value": asked.value,
            "defaultFlag": asked.is_default,
            "communicationType": kind,
        });
        if let Some(extension) = &asked.extension {
            body["extension"] = json!(extension);
        }
        let find = async {
            let items = self.reader.communications(contact).await?;
            Ok(items
                .into_iter()
                .find(|found| found.same_as(&asked) && found.type_id == asked.type_id))
        };
        let call = Call::post(&*operation, path(contact), body);
        let added = self.create(&call, convert::communication, find).await?;
        match first_difference(&asked, &added) {
            Some(field) => Err(unchanged(&operation, field)),
            None => Ok(added),
        }
    }

    /// Makes an email, phone or fax the default of its kind; the PSA takes the mark off the one before.
    pub async fn set_default_communication(
        &self,
        contact: ContactId,
        item: CommunicationId,
    ) -> Result<Communication, Error> {
        let operation = format!("make communication {item} a default of contact {contact}");
        self.mark_communication(&operation, contact, item, true)
            .await
    }

    /// Takes the mark of the default off an email, phone or fax, so that its kind has none.
    ///
    /// Whether the PSA obeys is not documented; that it did not is an error.
    pub async fn unset_default_communication(
        &self,
        contact: ContactId,
        item: CommunicationId,
    ) -> Result<Communication, Error> {
        let operation = format!("make communication {item} no default of contact {contact}");
        self.mark_communication(&operation, contact, item, false)
            .await
    }

    /// Removes an email, phone or fax. One that is gone already is as good.
    pub async fn remove_communication(
        &self,
        contact: ContactId,
        item: CommunicationId,
    ) -> Result<(), Error> {
        let operation = format!("remove communication {item} of contact {contact}");
        let path = format!("{}/{item}", path(contact));
        self.delete(&Call::delete(operation, path, Idempotency::Idempotent))
            .await
    }

    async fn mark_communication(
        &self,
        operation: &str,
        contact: ContactId,
        item: CommunicationId,
        is_default: bool,
    ) -> Result<Communication, Error> {
        let path = format!("{}/{item}", path(contact));
        let patch = Patch::default().set("defaultFlag", is_default);
        self.patch(operation, &path, &patch, convert::communication)
            .await
    }
}

fn path(contact: ContactId) -> String {
    format!("company/contacts/{contact}/communications")
}

/// The item as it should come back.
fn asked(item: &NewCommunication) -> Communication {
    Communication {
        id: item.provisional,
        kind: item.kind.clone(),
        type_id: item.type_id,
        type_name: item.type_name.clone(),
        value: item.value.clone(),
        extension: item
            .extension
            .clone()
            .filter(|extension| !Private::is_blank(extension)),
        is_default: item.is_default,
    }
}

fn first_difference(asked: &Communication, found: &Communication) -> Option<&'static str> {
    if found.type_id != asked.type_id {
        Some("type")
    } else if found.kind != asked.kind {
        Some("communicationType")
    } else if !found.same_as(asked) {
        Some("value")
    } else if asked.is_default && !found.is_default {
        // The other way round, the PSA made the first of its kind the default by itself.
        Some("defaultFlag")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use model::{CommunicationKind, CommunicationTypeId};
    use serde_json::Value;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, sent, serve, writer};

    const CONTACT: ContactId = ContactId::new(4711);
    const ITEMS: &str = "company/contacts/4711/communications";
    const GONE: Act = Act::Answer(
        404,
        r#"{"code":"NotFound","message":"ContactCommunication 7 not found"}"#,
    );

    fn phone() -> NewCommunication {
        NewCommunication {
            provisional: NewCommunication::provisional_id(1),
            kind: CommunicationKind::Phone,
            type_id: CommunicationTypeId::new(2),
            type_name: "Direct".to_owned(),
            value: "(312) 555-0142".into(),
            extension: Some("12".into()),
            is_default: true,
        }
    }

    #[tokio::test]
    async fn a_phone_is_added_and_may_come_back_in_another_spelling() {
        let server = MockServer::start().await;
        let added = json!({
            "id": 90212, "contactId": 4711, "type": {"id": 2, "name": "Direct"}, "value": "3125550142",
            "extension": "12", "defaultFlag": true, "communicationType": "Phone",
        });
        let call = format!("POST {ITEMS}");
        serve(&server, &call, Answer::new(201).set_body_json(added)).await;
        let item = writer(&server)
            .add_communication(CONTACT, &phone())
            .await
            .unwrap();
        assert_eq!(item.id, CommunicationId::new(90212));
        let body = json!({
            "type": {"id": 2}, "value": "(312) 555-0142", "extension": "12",
            "defaultFlag": true, "communicationType": "Phone",
        });
        assert_eq!(sent(&server).await, [(call, Some(body))]);
    }

    #[tokio::test]
    async fn what_differs_in_the_answer_is_named() {
        let whole = json!({
            "id": 1, "type": {"id": 2}, "value": "3125550142", "extension": "12",
            "defaultFlag": true, "communicationType": "Phone",
        });
        for (field, value) in [
            ("type", json!({"id": 3})),
            ("communicationType", json!("Fax")),
            ("value", json!("3125550199")),
            ("defaultFlag", json!(false)),
        ] {
            let server = MockServer::start().await;
            let mut answer = whole.clone();
            answer[field] = value;
            let call = format!("POST {ITEMS}");
            serve(&server, &call, Answer::new(201).set_body_json(answer)).await;
            let result = writer(&server).add_communication(CONTACT, &phone()).await;
            let message = result.unwrap_err().to_string();
            assert!(message.ends_with(field), "{message}");
        }
    }

    #[tokio::test]
    async fn after_a_lost_answer_the_item_is_looked_for() {
        let items = r#"[{"id": 7, "type": {"id": 2}, "value": "312.555.0142", "extension": "12",
            "defaultFlag": true, "communicationType": "Phone"}]"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, items)]).await;
        let item = script.writer().add_communication(CONTACT, &phone()).await;
        assert_eq!(item.unwrap().id, CommunicationId::new(7));
        let requests = script.requests();
        assert_eq!(requests, [format!("POST {ITEMS}"), format!("GET {ITEMS}")]);
    }

    #[tokio::test]
    async fn an_item_becomes_the_default_by_its_id() {
        let server = MockServer::start().await;
        let item = json!({"id": 7, "type": {"id": 2}, "value": "1", "defaultFlag": true, "communicationType": "Phone"});
        let call = format!("PATCH {ITEMS}/7");
        serve(&server, &call, Answer::new(200).set_body_json(item)).await;
        let id = CommunicationId::new(7);
        let item = writer(&server).set_default_communication(CONTACT, id).await;
        assert!(item.unwrap().is_default);
        let body = json!([{"op": "replace", "path": "defaultFlag", "value": true}]);
        assert_eq!(sent(&server).await, [(call, Some(body))]);
    }

    #[tokio::test]
    async fn an_item_that_stays_the_default_against_our_will_is_an_error() {
        let id = CommunicationId::new(7);
        for (now, expected) in [
            (json!(false), None),
            (json!(true), Some("Unchanged")),
            (Value::Null, Some("Unchanged")),
        ] {
            let server = MockServer::start().await;
            let item = json!({"id": 7, "type": {"id": 2}, "value": "1", "defaultFlag": now, "communicationType": "Phone"});
            let call = format!("PATCH {ITEMS}/7");
            serve(&server, &call, Answer::new(200).set_body_json(item)).await;
            let result = writer(&server)
                .unset_default_communication(CONTACT, id)
                .await;
            assert_eq!(result.as_ref().err().map(Error::code), expected);
            let body = json!([{"op": "replace", "path": "defaultFlag", "value": false}]);
            assert_eq!(sent(&server).await, [(call, Some(body))]);
        }
    }

    #[tokio::test]
    async fn an_item_is_removed_by_its_id_and_may_be_gone_already() {
        let id = CommunicationId::new(7);
        for (act, expected) in [
            (Act::Answer(204, ""), None),
            (GONE, None),
            (Act::Answer(404, ""), Some("EndpointMissing")),
            (Act::Answer(409, ""), Some("Conflict")),
        ] {
            let script = Script::play([act]).await;
            let result = script.writer().remove_communication(CONTACT, id).await;
            assert_eq!(result.as_ref().err().map(Error::code), expected);
            assert_eq!(script.requests(), [format!("DELETE {ITEMS}/7")]);
        }
    }

    #[tokio::test]
    async fn a_removal_whose_answer_was_lost_is_asked_for_again() {
        let id = CommunicationId::new(7);
        let script = Script::play([Act::HangUp, GONE]).await;
        let result = script.writer().remove_communication(CONTACT, id).await;
        result.unwrap();
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    async fn what_has_no_id_or_no_kind_in_the_psa_is_not_sent() {
        let server = MockServer::start().await;
        let writer = writer(&server);
        let provisional = NewCommunication::provisional_id(1);
        let result = writer.set_default_communication(CONTACT, provisional).await;
        assert_eq!(result.unwrap_err().code(), "InvalidValue");
        let result = writer
            .unset_default_communication(CONTACT, provisional)
            .await;
        assert_eq!(result.unwrap_err().code(), "InvalidValue");
        let result = writer.remove_communication(CONTACT, provisional).await;
        assert_eq!(result.unwrap_err().code(), "InvalidValue");
        let pager = NewCommunication {
            kind: CommunicationKind::Other("Pager".to_owned()),
            ..phone()
        };
        let result = writer.add_communication(CONTACT, &pager).await;
        assert_eq!(result.unwrap_err().code(), "InvalidValue");
        assert!(sent(&server).await.is_empty());
    }
}
