//! Labels of contacts ("types"): which there are, and putting them on and taking them off.
//!
//! A label hangs on a contact through a link of its own; the list in the contact's record cannot be written.

use http_client::Idempotency;
use model::{ContactId, ContactTypeId, TypeAssociationId, TypeLabel};
use serde_json::json;

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::convert;
use crate::error::Error;
use crate::pages::Listing;
use crate::writes::{odd, unchanged};

impl Reader {
    /// The label with this name, in any case. Labels are set up per instance, so there may be none.
    pub async fn contact_type_named(&self, name: &str) -> Result<Option<TypeLabel>, Error> {
        // There are a few dozen. Reading all makes the comparison ours, and needs no quoting.
        const OPERATION: &str = "list the contact types";
        let call = Call::get(OPERATION, "company/contacts/types");
        let items = self.client.all_pages(&Listing::navigable(call)).await?;
        let labels =
            convert::list(items, convert::contact_type).map_err(|misfit| odd(OPERATION, misfit))?;
        let wanted = name.trim().to_lowercase();
        Ok(labels
            .into_iter()
            .find(|label| label.name.trim().to_lowercase() == wanted))
    }

    /// The link between a contact and a label, if it carries it.
    pub async fn type_association(
        &self,
        contact: ContactId,
        label: ContactTypeId,
    ) -> Result<Option<TypeAssociationId>, Error> {
        let operation = format!("list the type associations of contact {contact}");
        let call = Call::get(&*operation, path(contact));
        let items = self.client.all_pages(&Listing::navigable(call)).await?;
        let links =
            convert::list(items, convert::association).map_err(|misfit| odd(&operation, misfit))?;
        Ok(links
            .into_iter()
            .find(|(_, linked)| *linked == label)
            .map(|(link, _)| link))
    }
}

impl Writer {
    /// Puts a label on a contact.
    pub async fn add_type(
        &self,
        contact: ContactId,
        label: ContactTypeId,
    ) -> Result<TypeAssociationId, Error> {
        let operation = format!("put label {label} on contact {contact}");
        let body = json!({"type": {"id": label}, "contact": {"id": contact}});
        let find = async {
            let link = self.reader.type_association(contact, label).await?;
            Ok(link.map(|link| (link, label)))
        };
        let call = Call::post(&*operation, path(contact), body);
        let (link, linked) = self.create(&call, convert::association, find).await?;
        if linked == label {
            Ok(link)
        } else {
            Err(unchanged(&operation, "type"))
        }
    }

    /// Takes a label off a contact. One that is off already is as good.
    pub async fn remove_type(
        &self,
        contact: ContactId,
        link: TypeAssociationId,
    ) -> Result<(), Error> {
        let call = Call::delete(
            format!("take type association {link} off contact {contact}"),
            format!("{}/{link}", path(contact)),
            Idempotency::Idempotent,
        );
        self.delete(&call).await
    }
}

fn path(contact: ContactId) -> String {
    format!("company/contacts/{contact}/typeAssociations")
}

#[cfg(test)]
mod tests {
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, reader, sent, serve, writer};

    const CONTACT: ContactId = ContactId::new(4711);
    const LINKS: &str = "company/contacts/4711/typeAssociations";

    #[tokio::test]
    async fn a_label_is_found_by_name_in_any_case_and_only_whole() {
        let server = MockServer::start().await;
        let types = json!([
            {"id": 2, "description": "Primary Billing"},
            {"id": 3, "description": " PRIMARY", "defaultFlag": false},
        ]);
        let answer = Answer::new(200).set_body_json(types);
        serve(&server, "GET company/contacts/types", answer).await;
        let reader = reader(&server);
        let label = reader.contact_type_named("Primary").await.unwrap().unwrap();
        assert_eq!(label.id, ContactTypeId::new(3));
        assert_eq!(reader.contact_type_named("Prim").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_label_is_put_on_through_a_link_of_its_own() {
        let server = MockServer::start().await;
        let link = json!({"id": 88, "type": {"id": 3, "name": "Primary"}, "contact": {"id": 4711}});
        let call = format!("POST {LINKS}");
        serve(&server, &call, Answer::new(201).set_body_json(link)).await;
        let writer = writer(&server);
        let link = writer.add_type(CONTACT, ContactTypeId::new(3)).await;
        assert_eq!(link.unwrap(), TypeAssociationId::new(88));
        let body = json!({"type": {"id": 3}, "contact": {"id": 4711}});
        assert_eq!(sent(&server).await, [(call, Some(body))]);
        let error = writer.add_type(CONTACT, ContactTypeId::new(4)).await;
        assert_eq!(error.unwrap_err().code(), "Unchanged");
    }

    #[tokio::test]
    async fn after_a_lost_answer_the_link_is_looked_for() {
        let links = r#"[{"id": 87, "type": {"id": 2}}, {"id": 88, "type": {"id": 3}}]"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, links)]).await;
        let link = script
            .writer()
            .add_type(CONTACT, ContactTypeId::new(3))
            .await;
        assert_eq!(link.unwrap(), TypeAssociationId::new(88));
        let requests = script.requests();
        assert_eq!(requests, [format!("POST {LINKS}"), format!("GET {LINKS}")]);
    }

    #[tokio::test]
    async fn a_label_is_taken_off_by_its_link() {
        let server = MockServer::start().await;
        let call = format!("DELETE {LINKS}/88");
        serve(&server, &call, Answer::new(204)).await;
        let link = TypeAssociationId::new(88);
        writer(&server).remove_type(CONTACT, link).await.unwrap();
        assert_eq!(sent(&server).await, [(call, None)]);
    }
}
