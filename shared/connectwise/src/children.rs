//! What hangs on a contact beside its record: notes, marketing groups and tracks, and what uses it.

use model::{ContactId, Membership, Note, PrivateValue};
use serde_json::{Value, json};

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::convert;
use crate::error::Error;
use crate::pages::Listing;
use crate::patch::same_text;
use crate::writes::{odd, unchanged};

impl Reader {
    /// A contact's notes.
    pub async fn notes(&self, contact: ContactId) -> Result<Vec<Note>, Error> {
        let operation = format!("list the notes of contact {contact}");
        let call = Call::get(&*operation, notes_path(contact));
        let items = self.client.all_pages(&Listing::navigable(call)).await?;
        convert::list(items, convert::note).map_err(|misfit| odd(&operation, misfit))
    }

    /// A contact's marketing groups.
    pub async fn groups(&self, contact: ContactId) -> Result<Vec<Membership>, Error> {
        let operation = format!("list the groups of contact {contact}");
        let call = Call::get(&*operation, groups_path(contact));
        let items = self.client.all_pages(&Listing::navigable(call)).await?;
        convert::list(items, convert::membership).map_err(|misfit| odd(&operation, misfit))
    }

    /// A contact's marketing tracks, as sent.
    pub async fn tracks(&self, contact: ContactId) -> Result<Vec<PrivateValue>, Error> {
        let call = Call::get(
            format!("list the tracks of contact {contact}"),
            format!("company/contacts/{contact}/tracks"),
        );
        let tracks: Vec<Value> = self.client.all_pages(&Listing::navigable(call)).await?;
        Ok(tracks.into_iter().map(PrivateValue::from).collect())
    }

    /// What uses a contact, by the PSA's own account and as sent: first the counts per kind of record, then the
    /// records one by one.
    pub async fn usages(&self, contact: ContactId) -> Result<Vec<PrivateValue>, Error> {
        let mut usages: Vec<PrivateValue> = Vec::new();
        for path in ["usages", "usages/list"] {
            let call = Call::get(
                format!("list the {path} of contact {contact}"),
                format!("company/contacts/{contact}/{path}"),
            );
            let items: Vec<Value> = self.client.fetch(&call).await?;
            usages.extend(items.into_iter().map(PrivateValue::from));
        }
        Ok(usages)
    }
}

impl Writer {
    /// Writes a note on a contact.
    pub async fn add_note(&self, contact: ContactId, text: &str) -> Result<Note, Error> {
        let operation = format!("write a note on contact {contact}");
        let says_so = |note: &Note| same_text(note.text.reveal(), text);
        let find = async {
            let notes = self.reader.notes(contact).await?;
            Ok(notes.into_iter().find(|note| says_so(note)))
        };
        let call = Call::post(&*operation, notes_path(contact), json!({"text": text}));
        let note = self.create(&call, convert::note, find).await?;
        if says_so(&note) {
            Ok(note)
        } else {
            Err(unchanged(&operation, "text"))
        }
    }

    /// Puts a contact into a marketing group.
    pub async fn join_group(
        &self,
        contact: ContactId,
        membership: &Membership,
    ) -> Result<Membership, Error> {
        let Membership {
            group,
            description,
            unsubscribed,
        } = membership;
        let operation = format!("put contact {contact} into group {group}");
        let mut body = json!({
            "group": {"id": group},
            "contact": {"id": contact},
            "unsubscribeFlag": unsubscribed,
        });
        if let Some(description) = description {
            body["description"] = json!(description);
        }
        let find = async {
            let groups = self.reader.groups(contact).await?;
            Ok(groups.into_iter().find(|place| place.group == *group))
        };
        let call = Call::post(&*operation, groups_path(contact), body);
        let joined = self.create(&call, convert::membership, find).await?;
        if joined.group != *group {
            Err(unchanged(&operation, "group"))
        } else if joined.unsubscribed != *unsubscribed {
            Err(unchanged(&operation, "unsubscribeFlag"))
        } else {
            Ok(joined)
        }
    }
}

fn notes_path(contact: ContactId) -> String {
    format!("company/contacts/{contact}/notes")
}

fn groups_path(contact: ContactId) -> String {
    format!("company/contacts/{contact}/groups")
}

#[cfg(test)]
mod tests {
    use model::GroupId;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, reader, sent, serve, writer};

    const CONTACT: ContactId = ContactId::new(4711);
    const GROUPS: &str = "company/contacts/4711/groups";

    fn membership() -> Membership {
        Membership {
            group: GroupId::new(9),
            description: Some("Newsletter".into()),
            unsubscribed: true,
        }
    }

    #[tokio::test]
    async fn counts_of_usages_come_before_the_list_of_them() {
        let server = MockServer::start().await;
        let counts = json!([{"type": "Ticket", "count": 2}]);
        let list = json!([{"type": "Ticket", "id": 5}]);
        for (path, body) in [("usages", &counts), ("usages/list", &list)] {
            let call = format!("GET company/contacts/4711/{path}");
            serve(&server, &call, Answer::new(200).set_body_json(body)).await;
        }
        let usages = reader(&server).usages(CONTACT).await.unwrap();
        let revealed: Vec<&Value> = usages.iter().map(PrivateValue::reveal).collect();
        assert_eq!(revealed, [&counts[0], &list[0]]);
    }

    #[tokio::test]
    async fn a_group_is_joined_with_all_that_the_membership_says() {
        let server = MockServer::start().await;
        let place = json!({"id": 1, "group": {"id": 9, "name": "News"}, "description": "Newsletter", "unsubscribeFlag": true});
        let call = format!("POST {GROUPS}");
        serve(&server, &call, Answer::new(201).set_body_json(place)).await;
        let joined = writer(&server).join_group(CONTACT, &membership()).await;
        assert_eq!(joined.unwrap(), membership());
        let body = json!({
            "group": {"id": 9}, "contact": {"id": 4711},
            "unsubscribeFlag": true, "description": "Newsletter",
        });
        assert_eq!(sent(&server).await, [(call, Some(body))]);
    }

    #[tokio::test]
    async fn somebody_who_unsubscribed_must_stay_so() {
        let found = r#"[{"id": 1, "group": {"id": 9}}]"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, found)]).await;
        let result = script.writer().join_group(CONTACT, &membership()).await;
        let message = result.unwrap_err().to_string();
        assert!(message.ends_with("unsubscribeFlag"), "{message}");
        assert_eq!(script.requests().await.len(), 2);
    }

    #[tokio::test]
    async fn a_note_that_says_something_else_is_an_error() {
        let server = MockServer::start().await;
        let note = json!({"id": 1, "text": "Hi, trunca"});
        let call = "POST company/contacts/4711/notes";
        serve(&server, call, Answer::new(201).set_body_json(note)).await;
        let result = writer(&server).add_note(CONTACT, "Hi, truncated").await;
        assert_eq!(result.unwrap_err().code(), "Unchanged");
    }
}
