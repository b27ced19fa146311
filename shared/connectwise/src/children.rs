//! What hangs on a contact beside its record: notes, marketing groups and tracks, and what uses it.

use http_client::Idempotency;
use model::{ContactId, GroupId, Membership, Note, NoteId, PrivateValue};
use serde_json::{Value, json};

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::convert;
use crate::error::Error;
use crate::pages::Listing;
use crate::wire;
use crate::writes::{odd, unchanged};

/// A note to write.
#[derive(Clone, Copy)]
pub struct NewNote<'a> {
    /// What it says.
    pub text: &'a str,
    /// The instance's type of note. Without one the PSA takes its default.
    pub type_id: Option<u32>,
    /// Whether it is flagged.
    pub flagged: bool,
}

impl<'a> From<&'a str> for NewNote<'a> {
    fn from(text: &'a str) -> Self {
        Self {
            text,
            type_id: None,
            flagged: false,
        }
    }
}

impl NewNote<'_> {
    fn first_difference(&self, found: &Note) -> Option<&'static str> {
        if !found.says(self.text) {
            Some("text")
        } else if self.type_id.is_some() && found.type_id != self.type_id {
            Some("type")
        } else if found.flagged != self.flagged {
            Some("flagged")
        } else {
            None
        }
    }
}

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
    /// Writes a note on a contact: a text is enough, a [`NewNote`] says more.
    pub async fn add_note<'a>(
        &self,
        contact: ContactId,
        note: impl Into<NewNote<'a>>,
    ) -> Result<Note, Error> {
        let asked: NewNote<'a> = note.into();
        let operation = format!("write a note on contact {contact}");
        let mut body = json!({"text": asked.text});
        if let Some(id) = asked.type_id {
            body["type"] = json!({"id": id});
        }
        if asked.flagged {
            body["flagged"] = json!(true);
        }
        let find = async {
            let notes = self.reader.notes(contact).await?;
            // One that differs in more than the text is better than the same text twice.
            Ok(notes
                .into_iter()
                .filter(|note| note.says(asked.text))
                .max_by_key(|note| asked.first_difference(note).is_none()))
        };
        let call = Call::post(&*operation, notes_path(contact), body);
        let note = self.create(&call, convert::note, find).await?;
        match asked.first_difference(&note) {
            Some(field) => Err(unchanged(&operation, field)),
            None => Ok(note),
        }
    }

    /// Removes a note. One that is gone already is as good.
    pub async fn remove_note(&self, contact: ContactId, note: NoteId) -> Result<(), Error> {
        let call = Call::delete(
            format!("remove note {note} of contact {contact}"),
            format!("{}/{note}", notes_path(contact)),
            Idempotency::Idempotent,
        );
        self.delete(&call).await
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

    /// Takes a contact out of a marketing group. One that is not in it is as good.
    ///
    /// The membership has an id of its own, so it is looked up first.
    pub async fn leave_group(&self, contact: ContactId, group: GroupId) -> Result<(), Error> {
        let operation = format!("take contact {contact} out of group {group}");
        let listing = Listing::navigable(Call::get(&*operation, groups_path(contact)));
        let places: Vec<wire::ContactGroup> = match self.client.all_pages(&listing).await {
            // A contact that is gone is in no group.
            Err(error) if error.is_not_found() => return Ok(()),
            places => places?,
        };
        let places =
            convert::list(places, convert::place).map_err(|misfit| odd(&operation, misfit))?;
        for (place, _) in places.into_iter().filter(|(_, of)| *of == group) {
            let path = format!("{}/{place}", groups_path(contact));
            let call = Call::delete(&*operation, path, Idempotency::Idempotent);
            self.delete(&call).await?;
        }
        Ok(())
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
    use model::TypeAssociationId;
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
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    async fn a_group_that_the_contact_is_not_in_is_left_already() {
        let other = r#"[{"id": 31, "group": {"id": 8}}]"#;
        let gone = r#"{"code":"NotFound","message":"Contact 4711 not found"}"#;
        for act in [Act::Answer(200, other), Act::Answer(404, gone)] {
            let script = Script::play([act]).await;
            let left = script.writer().leave_group(CONTACT, GroupId::new(9)).await;
            left.unwrap();
            assert_eq!(script.requests(), [format!("GET {GROUPS}")]);
        }
    }

    #[tokio::test]
    async fn a_group_is_left_by_the_id_of_the_membership() {
        let places = r#"[{"id": 31, "group": {"id": 8}}, {"id": 32, "group": {"id": 9}}]"#;
        let gone = r#"{"code":"NotFound","message":"ContactGroup 32 not found"}"#;
        for (act, expected) in [
            (Act::Answer(204, ""), None),
            (Act::Answer(404, gone), None),
            (Act::Answer(403, ""), Some("Forbidden")),
        ] {
            let script = Script::play([Act::Answer(200, places), act]).await;
            let left = script.writer().leave_group(CONTACT, GroupId::new(9)).await;
            assert_eq!(left.as_ref().err().map(Error::code), expected);
            let (get, delete) = (format!("GET {GROUPS}"), format!("DELETE {GROUPS}/32"));
            assert_eq!(script.requests(), [get, delete]);
        }
    }

    #[tokio::test]
    async fn a_group_whose_membership_cannot_be_found_out_is_not_left() {
        for (act, code) in [
            (Act::Answer(403, ""), "Forbidden"),
            (Act::Answer(404, ""), "EndpointMissing"),
            (Act::Answer(200, r#"[{"group": {"id": 9}}]"#), "Decode"),
        ] {
            let script = Script::play([act]).await;
            let left = script.writer().leave_group(CONTACT, GroupId::new(9)).await;
            assert_eq!(left.unwrap_err().code(), code);
            assert_eq!(script.requests().len(), 1);
        }
    }

    #[tokio::test]
    async fn a_note_is_removed_by_its_id_and_may_be_gone_already() {
        let gone = r#"{"code":"NotFound","message":"ContactNote 5 not found"}"#;
        for (act, expected) in [
            (Act::Answer(204, ""), None),
            (Act::Answer(404, gone), None),
            (Act::Answer(403, ""), Some("Forbidden")),
        ] {
            let script = Script::play([act]).await;
            let removed = script.writer().remove_note(CONTACT, NoteId::new(5)).await;
            assert_eq!(removed.as_ref().err().map(Error::code), expected);
            let requests = script.requests();
            assert_eq!(requests, ["DELETE company/contacts/4711/notes/5"]);
        }
    }

    #[tokio::test]
    async fn a_note_can_be_of_a_type_and_flagged_and_comes_back_so() {
        let server = MockServer::start().await;
        let whole =
            json!({"id": 1, "text": "Hi", "type": {"id": 2, "name": "General"}, "flagged": true});
        let call = "POST company/contacts/4711/notes";
        serve(&server, call, Answer::new(201).set_body_json(&whole)).await;
        let asked = NewNote {
            text: "Hi",
            type_id: Some(2),
            flagged: true,
        };
        let note = writer(&server).add_note(CONTACT, asked).await.unwrap();
        assert_eq!((note.type_id, note.flagged), (Some(2), true));
        let body = json!({"text": "Hi", "type": {"id": 2}, "flagged": true});
        assert_eq!(sent(&server).await, [(call.to_owned(), Some(body))]);
        for (field, value) in [("type", json!({"id": 3})), ("flagged", json!(false))] {
            let server = MockServer::start().await;
            let mut answer = whole.clone();
            answer[field] = value;
            serve(&server, call, Answer::new(201).set_body_json(answer)).await;
            let result = writer(&server).add_note(CONTACT, asked).await;
            let message = result.unwrap_err().to_string();
            assert!(message.ends_with(field), "{message}");
        }
    }

    #[tokio::test]
    async fn after_a_lost_answer_the_note_that_fits_best_is_taken() {
        let notes = r#"[{"id": 1, "text": "Hi", "flagged": true}, {"id": 2, "text": "Hi"}, {"id": 3, "text": "Hi", "flagged": true}]"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, notes)]).await;
        let note = script.writer().add_note(CONTACT, "Hi").await.unwrap();
        assert_eq!(note.id, NoteId::new(2));
        let script = Script::play([
            Act::HangUp,
            Act::Answer(200, r#"[{"id": 1, "text": "Hi", "flagged": true}]"#),
        ])
        .await;
        let error = script.writer().add_note(CONTACT, "Hi").await.unwrap_err();
        assert_eq!(error.code(), "Unchanged");
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    async fn what_has_no_id_yet_is_not_taken_for_removed() {
        let server = MockServer::start().await;
        let writer = writer(&server);
        let results = [
            writer.remove_note(CONTACT, NoteId::UNKNOWN).await,
            writer
                .remove_type(CONTACT, TypeAssociationId::UNKNOWN)
                .await,
            writer
                .remove_note(ContactId::provisional_for(CONTACT), NoteId::new(5))
                .await,
        ];
        for result in results {
            assert_eq!(result.unwrap_err().code(), "InvalidValue");
        }
        assert!(sent(&server).await.is_empty());
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
