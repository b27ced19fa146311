//! What is sent about a record, and whether the answer shows it.

use http_client::Stored;
use model::Private;
use model::growcrm::{Contact, Field, Fields};
use url::form_urlencoded;

/// A form, encoded as browsers do it: the only documented kind of body.
#[derive(Clone, Default)]
pub(crate) struct Form {
    pairs: Vec<(&'static str, Private)>,
}

impl Form {
    /// All five fields of a known contact, whatever is in them: what is left out may be blanked.
    pub(crate) fn contact(fields: &Fields) -> Self {
        let blank = Private::default();
        Self::person(fields)
            .with("phone", fields.phone.as_ref().unwrap_or(&blank).reveal())
            .with(
                "position",
                fields.position.as_ref().unwrap_or(&blank).reveal(),
            )
    }

    /// The fields of a new contact, without those that are blank.
    pub(crate) fn new_contact(fields: &Fields) -> Self {
        let optional = [("phone", &fields.phone), ("position", &fields.position)];
        optional
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.as_ref()?)))
            .filter(|(_, text)| !text.is_blank())
            .fold(Self::person(fields), |form, (name, text)| {
                form.with(name, text.reveal())
            })
    }

    /// The fields that are asked for wherever a person is named.
    pub(crate) fn person(fields: &Fields) -> Self {
        Self::default()
            .with("first_name", fields.first_name.reveal())
            .with("last_name", fields.last_name.reveal())
            .with("email", fields.email.reveal())
    }

    /// The same form with one more value.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.pairs.push((name, value.into()));
        self
    }

    /// The same form with labels, as a list.
    pub(crate) fn with_tags(self, tags: &[String]) -> Self {
        tags.iter().fold(self, |form, tag| form.with("tags[]", tag))
    }

    /// The body.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let pairs = self
            .pairs
            .iter()
            .map(|(name, value)| (*name, value.reveal()));
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
            .into_bytes()
    }
}

/// What was stored of a contact, compared with what was asked.
pub(crate) fn compared(fields: &Fields, record: Contact) -> Stored<Contact> {
    let differences = fields.differences(&record);
    Stored {
        differences: differences.into_iter().map(Field::name).collect(),
        record,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        Fields {
            first_name: "Priya".into(),
            last_name: "Raman & Cole".into(),
            email: "priya+x@northwinddental.example".into(),
            phone: None,
            position: Some(" ".into()),
        }
    }

    fn text(form: &Form) -> String {
        String::from_utf8(form.encode()).unwrap()
    }

    #[test]
    fn the_form_for_a_known_contact_always_has_all_five_fields() {
        assert_eq!(
            text(&Form::contact(&fields())),
            "first_name=Priya&last_name=Raman+%26+Cole&email=priya%2Bx%40northwinddental.example\
             &phone=&position=+"
        );
    }

    #[test]
    fn what_is_blank_is_left_out_for_a_new_contact() {
        let person =
            "first_name=Priya&last_name=Raman+%26+Cole&email=priya%2Bx%40northwinddental.example";
        assert_eq!(text(&Form::new_contact(&fields())), person);
        let fields = Fields {
            phone: Some("312".into()),
            ..fields()
        };
        let form = Form::new_contact(&fields);
        assert_eq!(text(&form), format!("{person}&phone=312"));
    }

    #[test]
    fn labels_are_a_list_and_none_of_them_are_no_body() {
        let form = Form::default();
        assert_eq!(
            text(&form.clone().with_tags(&["a b", "c"].map(str::to_owned))),
            "tags%5B%5D=a+b&tags%5B%5D=c"
        );
        assert!(text(&form.with_tags(&[])).is_empty());
    }
}
