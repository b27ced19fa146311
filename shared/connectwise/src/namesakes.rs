//! Who has the same name: how a new contact is found again after a lost answer.

use model::{CompanyId, Contact, Private};

use crate::call::Call;
use crate::client::Reader;
use crate::conditions::Conditions;
use crate::convert;
use crate::error::Error;
use crate::pages::{LARGEST_PAGE, Listing};
use crate::patch::same_text;
use crate::wire::Record;
use crate::writes::odd;

/// What stands for a first name where there is none, because the PSA insists on one and imports left some
/// blank. It has no letters, so that nobody takes it for a name.
pub const NO_FIRST_NAME: &str = "-";

impl Reader {
    /// All contacts of a company with exactly these names, but for white space around them; retired ones too.
    ///
    /// Without a first name, those that were created with [`NO_FIRST_NAME`] are found as well. A contact whose
    /// company the PSA hides from us is taken to be of the company that was asked for.
    pub async fn contacts_named(
        &self,
        company: CompanyId,
        first: &Private,
        last: &Private,
    ) -> Result<Vec<Contact>, Error> {
        let operation = format!("list the namesakes in company {company}");
        // How names begin can be asked for whatever they are made of, and finds more rather than less.
        let names = Conditions::names_start(beginning(first), beginning(last)).unwrap_or_default();
        let conditions = Conditions::company(company).and(names);
        let call = Call::get(&*operation, "company/contacts").with("conditions", conditions.text());
        let listing = Listing::forward_only(call, LARGEST_PAGE);
        let records: Vec<Record> = self.client.all_pages(&listing).await?;
        let mut contacts =
            convert::list(records, convert::contact).map_err(|misfit| odd(&operation, misfit))?;
        contacts.retain(|contact| {
            contact.company.is_none_or(|of| of == company)
                && first_is(contact, first)
                && last_is(contact, last)
        });
        Ok(contacts)
    }
}

/// What to ask for of a name. White space in front of it may have been dropped or not, so that such a name
/// cannot be asked for.
fn beginning(name: &Private) -> &str {
    let name = name.reveal();
    if name.starts_with(char::is_whitespace) {
        ""
    } else {
        name
    }
}

/// Whether the contact has this first name, or the stand-in where there is none.
pub(crate) fn first_is(contact: &Contact, first: &Private) -> bool {
    let found = contact.first_name.reveal();
    same_text(first.reveal(), found) || (first.is_blank() && same_text(NO_FIRST_NAME, found))
}

/// Whether the contact has this last name.
pub(crate) fn last_is(contact: &Contact, last: &Private) -> bool {
    same_text(last.reveal(), contact.last_name.reveal())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::matchers::{method, query_param, query_param_is_missing};
    use wiremock::{Mock, MockServer};

    use super::*;
    use crate::testing::{Answer, only_query, reader, serve};

    const COMPANY: CompanyId = CompanyId::new(812);

    /// The filter that is sent for two names, and the ids of those who are found among these contacts.
    async fn found(first: &str, last: &str, contacts: Value) -> (String, Vec<u32>) {
        let server = MockServer::start().await;
        serve(
            &server,
            "GET company/contacts",
            Answer::new(200).set_body_json(contacts),
        )
        .await;
        let found = reader(&server)
            .contacts_named(COMPANY, &first.into(), &last.into())
            .await
            .unwrap();
        let query = only_query(&server).await;
        let [(name, conditions), ..] = &query[..] else {
            panic!("{query:?}");
        };
        assert_eq!(name, "conditions");
        let ids = found.iter().map(|contact| contact.id.get()).collect();
        (conditions.clone(), ids)
    }

    #[tokio::test]
    async fn namesakes_are_compared_again_whatever_the_psa_lists() {
        let of = json!({"id": 812});
        let contacts = json!([
            {"id": 1, "firstName": "Renee", "lastName": "Okafor", "company": of},
            {"id": 2, "firstName": "renee", "lastName": "Okafor", "company": of},
            {"id": 3, "firstName": "Renee", "lastName": "Okafor", "company": {"id": 813}},
            {"id": 4, "firstName": " Renee", "lastName": "Okafor ", "company": of, "inactiveFlag": true},
            {"id": 5, "firstName": "Renee", "company": of},
            {"id": 6, "lastName": "Okafor", "company": of},
        ]);
        let (conditions, ids) = found("Renee", "Okafor", contacts).await;
        assert_eq!(
            conditions,
            r#"company/id=812 and firstName like "Renee%" and lastName like "Okafor%""#
        );
        assert_eq!(ids, [1, 4]);
    }

    #[tokio::test]
    async fn names_that_cannot_be_asked_for_are_compared_alone() {
        let name = |first: &str, last: &str| json!({"id": 1, "firstName": first, "lastName": last});
        for (first, last, conditions) in [
            (
                r#"Ren"ee"#,
                r"O\kafor",
                r#" and firstName like "Ren%" and lastName like "O%""#,
            ),
            (r#""Renee""#, "Okafor", r#" and lastName like "Okafor%""#),
            (" Renee", r"\", ""),
            ("*", "", ""),
            ("", "Okafor", r#" and lastName like "Okafor%""#),
            ("", "", ""),
        ] {
            let contacts = json!([name(first, last), {"id": 2, "firstName": "Somebody"}]);
            let (asked, ids) = found(first, last, contacts).await;
            assert_eq!(asked, format!("company/id=812{conditions}"));
            assert_eq!(ids, [1], "{first} {last}");
        }
    }

    #[tokio::test]
    async fn who_has_no_first_name_is_found_under_the_stand_in_too() {
        let contacts = json!([
            {"id": 1, "lastName": "Okafor"},
            {"id": 2, "firstName": "-", "lastName": "Okafor"},
            {"id": 3, "firstName": "Renee", "lastName": "Okafor"},
        ]);
        assert_eq!(found("", "Okafor", contacts.clone()).await.1, [1, 2]);
        assert_eq!(found("-", "Okafor", contacts).await.1, [2]);
    }

    #[tokio::test]
    async fn namesakes_are_listed_to_the_last_page() {
        let server = MockServer::start().await;
        let page = |ids: std::ops::Range<u32>| {
            let named = |id| json!({"id": id, "firstName": "Renee", "lastName": "Okafor"});
            Answer::new(200).set_body_json(ids.map(named).collect::<Vec<Value>>())
        };
        let next = format!(
            "<{}/v2025_1/apis/3.0/company/contacts?pageId=1000>; rel=\"next\"",
            server.uri()
        );
        Mock::given(method("GET"))
            .and(query_param_is_missing("pageId"))
            .respond_with(page(1..1001).insert_header("Link", next))
            .mount(&server)
            .await;
        Mock::given(method("GET"))
            .and(query_param("pageId", "1000"))
            .respond_with(page(1001..1004))
            .mount(&server)
            .await;
        let found = reader(&server)
            .contacts_named(COMPANY, &"Renee".into(), &"Okafor".into())
            .await
            .unwrap();
        assert_eq!(found.len(), 1003);
    }
}
