//! Secrets: JSON objects in Secrets Manager.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::aws;
use crate::problems::Problems;

/// The text of the secret with this id, or in words why there is none. Without an id, nothing.
pub(crate) async fn fetch(
    aws: &SdkConfig,
    id: Option<&str>,
) -> Result<Option<SecretString>, String> {
    let Some(id) = id else { return Ok(None) };
    let call = Client::new(aws).get_secret_value().secret_id(id);
    let secret = call.send().await.map_err(|error| {
        format!(
            "names a secret that cannot be read: check its name, the region, and the right \
             secretsmanager:GetSecretValue ({})",
            aws::refusal(&error)
        )
    })?;
    let text = secret
        .secret_string
        .ok_or("names a binary secret: store a JSON object as text")?;
    Ok(Some(text.into()))
}

/// A secret's fields, to be taken out one by one.
///
/// Fields that nobody takes are ignored: a secret may be shared with other tools.
pub(crate) struct Secret {
    variable: &'static str,
    fields: Map<String, Value>,
}

impl Secret {
    /// Reads the secret that a variable names.
    pub(crate) fn parse(
        variable: &'static str,
        text: &str,
        problems: &mut Problems,
    ) -> Option<Self> {
        // The parser's own message may quote the content.
        let fields = serde_json::from_str(text)
            .map_err(|_| r#"names a secret that is no JSON object: store it as {"key":"value",…}"#);
        let fields = problems.note(variable, fields)?;
        Some(Self { variable, fields })
    }

    /// A field's text, if there is any.
    pub(crate) fn optional(&mut self, key: &str, problems: &mut Problems) -> Option<String> {
        let text = self.take(key);
        problems.note(self.place(key), text).flatten()
    }

    /// A field's text; nothing and a problem if there is none.
    pub(crate) fn required(&mut self, key: &str, problems: &mut Problems) -> Option<String> {
        let text = self.take(key);
        let text = text.and_then(|text| text.ok_or("is missing: add it"));
        problems.note(self.place(key), text)
    }

    /// How a field is named in a problem.
    pub(crate) fn place(&self, key: &str) -> String {
        format!("{}: key \"{key}\" of that secret", self.variable)
    }

    /// Absent, `null` and empty are the same, because templates leave such behind.
    fn take(&mut self, key: &str) -> Result<Option<String>, &'static str> {
        match self.fields.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => Err("must be text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIABLE: &str = "ROLLCALL_SECRET_ID";

    fn problems(read: impl FnOnce(&mut Problems)) -> Vec<String> {
        let mut problems = Problems::default();
        read(&mut problems);
        problems
            .iter()
            .map(|problem| format!("{} {}", problem.place, problem.words))
            .collect()
    }

    #[test]
    fn of_an_empty_object_everything_required_is_missing() {
        let found = problems(|problems| {
            let mut secret = Secret::parse(VARIABLE, "{}", problems).unwrap();
            assert_eq!(secret.optional("b", problems), None);
            assert_eq!(secret.required("a", problems), None);
        });
        assert_eq!(
            found,
            [r#"ROLLCALL_SECRET_ID: key "a" of that secret is missing: add it"#]
        );
    }

    #[test]
    fn fields_are_text_or_numbers_and_unknown_ones_are_ignored() {
        let text = r#"{"a":"hunter2","id":318,"none":null,"blank":" ","other":{"x":[true]}}"#;
        let found = problems(|problems| {
            let mut secret = Secret::parse(VARIABLE, text, problems).unwrap();
            assert_eq!(secret.required("a", problems).unwrap(), "hunter2");
            assert_eq!(secret.optional("id", problems).unwrap(), "318");
            assert_eq!(secret.optional("none", problems), None);
            assert_eq!(secret.optional("blank", problems), None);
        });
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_field_of_another_kind_is_one_problem() {
        let found = problems(|problems| {
            let text = r#"{"a":["hunter2"],"b":true}"#;
            let mut secret = Secret::parse(VARIABLE, text, problems).unwrap();
            assert_eq!(secret.required("a", problems), None);
            assert_eq!(secret.optional("b", problems), None);
        });
        assert_eq!(
            found,
            [
                r#"ROLLCALL_SECRET_ID: key "a" of that secret must be text"#,
                r#"ROLLCALL_SECRET_ID: key "b" of that secret must be text"#,
            ]
        );
    }

    #[test]
    fn what_is_no_object_is_not_quoted() {
        for text in ["", "hunter2", r#""hunter2""#, r#"["hunter2"]"#, "{hunter2}"] {
            let found = problems(|problems| {
                assert!(Secret::parse(VARIABLE, text, problems).is_none());
            });
            assert_eq!(found.len(), 1);
            assert!(!found[0].contains("hunter2"), "{found:?}");
        }
    }
}
