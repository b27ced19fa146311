//! Reading contacts: the users of the client portal.

use model::growcrm::{ClientId, Contact, ContactId};

use crate::call::Call;
use crate::client::Reader;
use crate::convert::Resource;
use crate::error::Error;

impl Reader {
    /// Reads a contact; none when it was deleted, or belongs to no client.
    pub async fn contact(&self, contact: ContactId) -> Result<Option<Contact>, Error> {
        self.find(contact.get()).await
    }

    /// All contacts of a client, in the order of their ids.
    pub async fn contacts_of(&self, client: ClientId) -> Result<Vec<Contact>, Error> {
        let call = Call::get(
            format!("list the contacts of client {client}"),
            Contact::LIST,
        )
        .with("client_id", client.to_string());
        let mut contacts: Vec<Contact> = self.list(&call).await?;
        contacts.retain(|contact| contact.client == client);
        Ok(contacts)
    }

    /// The contacts of a client that have this text in their name, address or number. The search does not put first
    /// and last name together, so the text is one of the two.
    pub async fn contacts_with(&self, client: ClientId, text: &str) -> Result<Vec<Contact>, Error> {
        let call = Call::get(
            format!("search the contacts of client {client}"),
            Contact::LIST,
        )
        .with("client_id", client.to_string())
        .with("search", text.trim());
        let mut contacts: Vec<Contact> = self.list(&call).await?;
        contacts.retain(|contact| contact.client == client);
        Ok(contacts)
    }

    /// The contact with this address, of whatever client. There is at most one; should there be several after
    /// all, it is the oldest.
    ///
    /// None does not mean that the address is free: members of staff and leads have addresses too, and are not
    /// seen here.
    pub async fn contact_by_email(&self, address: &str) -> Result<Option<Contact>, Error> {
        let address = address.trim();
        if address.is_empty() {
            return Ok(None);
        }
        // There is no filter for addresses, only a search that finds parts of them, and of names and numbers.
        let call = Call::get("look for the contact with an address", Contact::LIST)
            .with("search", address);
        let contacts: Vec<Contact> = self.list(&call).await?;
        Ok(contacts
            .into_iter()
            .find(|contact| contact.has_address(address)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{answer, contact, contact_with, json, list, reader, sent, serve};

    const CONTACT: ContactId = ContactId::new(45);
    const CLIENT: ClientId = ClientId::new(12);

    #[tokio::test]
    async fn a_contact_is_read_by_its_id() {
        let server = MockServer::start().await;
        serve(&server, "GET contacts/45", answer(200, contact())).await;
        let found = reader(&server).contact(CONTACT).await.unwrap().unwrap();
        assert_eq!(found.id, CONTACT);
        assert_eq!(sent(&server).await, [("GET contacts/45".to_owned(), None)]);
    }

    #[tokio::test]
    async fn the_contacts_of_a_client_are_those_the_filter_was_meant_for() {
        let server = MockServer::start().await;
        let strangers = list(&[
            contact_with(json!({"id": 47, "client": {"id": 13}})),
            contact_with(json!({"id": 46})),
            contact_with(json!({"id": 48, "client": null})),
            contact_with(json!({"id": 49, "status": "deleted"})),
            contact(),
        ]);
        serve(&server, "GET contacts", json(200, &strangers)).await;
        let found = reader(&server).contacts_of(CLIENT).await.unwrap();
        let ids: Vec<u64> = found.iter().map(|contact| contact.id.get()).collect();
        assert_eq!(ids, [45, 46]);
        assert_eq!(
            sent(&server).await[0].0,
            "GET contacts?client_id=12&limit=100&sort=email&order=asc&page=1"
        );
    }

    #[tokio::test]
    async fn the_contacts_of_one_client_are_searched() {
        let server = MockServer::start().await;
        let hits = list(&[
            contact_with(json!({"id": 47, "client": {"id": 13}})),
            contact(),
        ]);
        serve(&server, "GET contacts", json(200, &hits)).await;
        let found = reader(&server)
            .contacts_with(CLIENT, " Raman")
            .await
            .unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            sent(&server).await[0].0,
            "GET contacts?client_id=12&search=Raman&limit=100&sort=email&order=asc&page=1"
        );
    }

    #[tokio::test]
    async fn an_address_is_searched_for_and_compared_whole() {
        let server = MockServer::start().await;
        let hits = list(&[
            contact_with(json!({"id": 7, "email": "xpriya@northwinddental.example"})),
            contact_with(json!({"id": 8, "email": null, "phone": "priya@northwinddental.example"})),
            contact_with(json!({"id": 9, "email": "Priya@NorthwindDental.example"})),
        ]);
        serve(&server, "GET contacts", json(200, &hits)).await;
        let reader = reader(&server);
        let found = reader
            .contact_by_email(" priya@northwinddental.example")
            .await
            .unwrap();
        assert_eq!(found.unwrap().id, ContactId::new(9));
        assert_eq!(
            sent(&server).await[0].0,
            "GET contacts?search=priya%40northwinddental.example\
             &limit=100&sort=email&order=asc&page=1"
        );
        let nobody = reader
            .contact_by_email("riya@northwinddental.example")
            .await;
        assert_eq!(nobody.unwrap(), None);
    }

    #[tokio::test]
    async fn nobody_has_a_blank_address() {
        let server = MockServer::start().await;
        let found = reader(&server).contact_by_email(" ").await.unwrap();
        assert_eq!(found, None);
        assert!(sent(&server).await.is_empty());
    }

    #[tokio::test]
    async fn the_answer_about_somebody_else_is_not_believed() {
        let server = MockServer::start().await;
        let other = contact_with(json!({"id": 46}));
        serve(&server, "GET contacts/45", answer(200, other)).await;
        let error = reader(&server).contact(CONTACT).await.unwrap_err();
        assert!(error.to_string().ends_with("$.data.id"), "{error}");
    }
}
