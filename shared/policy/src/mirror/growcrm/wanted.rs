//! What a contact of the PSA is to be in Grow CRM.

use model::growcrm::{self, Fields};
use model::{Communication, CommunicationKind, Contact, Email, Phone, Private};

use crate::mirror::Fingerprint;
use crate::rules::GrowCrmRules;

/// The five fields as the PSA has them, as far as it has them.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    first_name: Private,
    last_name: Private,
    pub(super) email: Result<Email, NoAddress>,
    phone: Option<Private>,
    position: Option<Private>,
}

/// Why a contact has no address to be mirrored by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAddress {
    /// It has none that is valid.
    Missing,
    /// It has several, and none is the default.
    Ambiguous,
}

/// Whose address a record is to have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// The contact's.
    Contacts,
    /// The one it has.
    Kept,
}

/// What a record is sent, and what of that is the PSA's.
pub(super) struct Update {
    pub(super) sent: Fields,
    pub(super) given: Fields,
}

impl Wanted {
    pub(super) fn of(contact: &Contact, rules: &GrowCrmRules) -> Self {
        let last_name = if contact.last_name.is_blank() {
            rules.last_name.trim()
        } else {
            contact.last_name.reveal().trim()
        };
        let title = contact.fields.get("title");
        let title = title.and_then(|title| title.reveal().as_str());
        Self {
            first_name: contact.first_name.reveal().trim().into(),
            last_name: last_name.into(),
            email: address(contact),
            phone: phone(contact),
            position: title.and_then(told),
        }
    }

    /// What the PSA has of one field.
    pub(super) fn value(&self, field: growcrm::Field) -> Option<Private> {
        let Self {
            first_name,
            last_name,
            email,
            phone,
            position,
        } = self;
        let address = || email.as_ref().ok().map(|email| email.reveal().into());
        let value = match field {
            growcrm::Field::FirstName => Some(first_name.clone()),
            growcrm::Field::LastName => Some(last_name.clone()),
            growcrm::Field::Email => address(),
            growcrm::Field::Phone => phone.clone(),
            growcrm::Field::Position => position.clone(),
        };
        value.filter(|value| !value.is_blank())
    }

    /// First and last name.
    pub(super) fn name(&self) -> (&Private, &Private) {
        (&self.first_name, &self.last_name)
    }

    /// Whether a record has exactly this name.
    pub(super) fn is_name_of(&self, record: &growcrm::Contact) -> bool {
        let same = |a: &Private, b: &Private| a.reveal().trim() == b.reveal().trim();
        let is_blank = self.first_name.is_blank() && self.last_name.is_blank();
        !is_blank
            && same(&self.first_name, &record.first_name)
            && same(&self.last_name, &record.last_name)
    }

    /// What keeps the contact from being created, in words that go on from "contact N".
    pub(super) fn lacks(&self) -> Vec<&'static str> {
        let mut lacks = Vec::new();
        if self.first_name.is_blank() {
            lacks.push("has no first name");
        }
        if self.last_name.is_blank() {
            lacks.push("has no last name");
        }
        match self.email {
            Err(NoAddress::Missing) => lacks.push("has no email address"),
            Err(NoAddress::Ambiguous) => {
                lacks.push("has several email addresses, and none is the default");
            }
            Ok(_) => {}
        }
        lacks
    }

    /// All that a new record is given; none while something is lacking.
    pub(super) fn complete(&self) -> Option<Fields> {
        let email = self.email.as_ref().ok()?;
        self.lacks()
            .is_empty()
            .then(|| self.with(email.reveal().into()))
    }

    /// What a record is to be. It keeps what must be there and the PSA lacks, and what nobody but the CRM ever
    /// knew: every update writes all five fields. None where something that must be there would be blank.
    pub(super) fn over(
        &self,
        record: &growcrm::Contact,
        given: Option<&Fields>,
        address: Address,
    ) -> Option<Update> {
        let own = match (&self.email, address) {
            (Ok(email), Address::Contacts) => Some(email.reveal().into()),
            _ => None,
        };
        let before = given.map(|given| given.email.clone());
        let email = own.or_else(|| record.email.clone()).or(before);
        let mut given_now = self.with(email?);
        keep(&mut given_now.first_name, &record.first_name);
        keep(&mut given_now.last_name, &record.last_name);
        let required = [
            &given_now.first_name,
            &given_now.last_name,
            &given_now.email,
        ];
        if required.into_iter().any(Private::is_blank) {
            return None;
        }
        let mut sent = given_now.clone();
        let phone_given = given.and_then(|given| given.phone.as_ref());
        let position_given = given.and_then(|given| given.position.as_ref());
        if sent.phone.is_none() && !same_number(record.phone.as_ref(), phone_given) {
            sent.phone.clone_from(&record.phone);
        }
        if sent.position.is_none() && text(record.position.as_ref()) != text(position_given) {
            sent.position.clone_from(&record.position);
        }
        Some(Update {
            sent,
            given: given_now,
        })
    }

    fn with(&self, email: Private) -> Fields {
        Fields {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email,
            phone: self.phone.clone(),
            position: self.position.clone(),
        }
    }

    pub(super) fn add_to(&self, fingerprint: &mut Fingerprint) {
        let Self {
            first_name,
            last_name,
            email,
            phone,
            position,
        } = self;
        fingerprint.part(first_name.reveal());
        fingerprint.part(last_name.reveal());
        // No address begins like these.
        fingerprint.part(match email {
            Ok(email) => email.reveal(),
            Err(NoAddress::Missing) => " missing",
            Err(NoAddress::Ambiguous) => " ambiguous",
        });
        fingerprint.part(text(phone.as_ref()));
        fingerprint.part(text(position.as_ref()));
    }
}

/// The default address, or the only one.
fn address(contact: &Contact) -> Result<Email, NoAddress> {
    let emails = contact.emails();
    match &emails[..] {
        [] => Err(NoAddress::Missing),
        [(email, item), ..] if item.is_default => Ok(email.clone()),
        [(email, _), others @ ..] if others.iter().all(|(other, _)| other == email) => {
            Ok(email.clone())
        }
        _ => Err(NoAddress::Ambiguous),
    }
}

/// The default phone, or the first, with its extension. A fax is none.
fn phone(contact: &Contact) -> Option<Private> {
    let is_phone =
        |item: &&Communication| item.kind == CommunicationKind::Phone && !item.value.is_blank();
    let mut phones = contact.communications.iter().filter(is_phone);
    let default = phones.clone().find(|item| item.is_default);
    let item = default.or_else(|| phones.next())?;
    let number = item.value.reveal().trim();
    let extension = item
        .extension
        .as_ref()
        .map_or("", |text| text.reveal().trim());
    Some(if extension.is_empty() {
        number.into()
    } else {
        format!("{number} x{extension}").into()
    })
}

fn keep(field: &mut Private, held: &Private) {
    if field.is_blank() {
        field.clone_from(held);
    }
}

fn told(value: &str) -> Option<Private> {
    let value = value.trim();
    (!value.is_empty()).then(|| value.into())
}

fn text(text: Option<&Private>) -> &str {
    text.map_or("", |text| text.reveal().trim())
}

fn same_number(a: Option<&Private>, b: Option<&Private>) -> bool {
    let (a, b) = (text(a), text(b));
    let number = |text| Phone::read(text, None);
    a == b || number(a).is_some_and(|a| number(b) == Some(a))
}

#[cfg(test)]
mod tests {
    use model::growcrm::{ClientId, ContactId};
    use model::{CommunicationId, CommunicationTypeId, CompanyId};

    use super::*;

    fn priya() -> Contact {
        let id = model::ContactId::new(7);
        Contact::new(id, CompanyId::new(1), " Priya", "Raman ")
    }

    fn wanted(contact: &Contact) -> Wanted {
        Wanted::of(contact, &GrowCrmRules::default())
    }

    fn fields(contact: &Contact) -> Fields {
        wanted(contact).complete().unwrap()
    }

    fn record() -> growcrm::Contact {
        growcrm::Contact {
            email: Some("priya@x.example".into()),
            phone: Some("312 555 0142".into()),
            position: Some("Owner".into()),
            ..growcrm::Contact::new(ContactId::new(45), ClientId::new(12), "Priya", "Raman")
        }
    }

    fn item(kind: CommunicationKind, value: &str, extension: Option<&str>) -> Communication {
        Communication {
            id: CommunicationId::new(9),
            kind,
            type_id: CommunicationTypeId::new(2),
            type_name: "Direct".to_owned(),
            value: value.into(),
            extension: extension.map(Private::from),
            is_default: false,
        }
    }

    #[test]
    fn a_contact_with_nothing_but_a_name_and_an_address_is_complete() {
        let fields = fields(&priya().with_email(1, "Priya@X.example"));
        assert_eq!(fields.first_name.reveal(), "Priya");
        assert_eq!(fields.last_name.reveal(), "Raman");
        assert_eq!(fields.email.reveal(), "priya@x.example");
        assert_eq!((fields.phone, fields.position), (None, None));
    }

    #[test]
    fn the_default_address_counts_then_the_only_one_and_never_one_of_several() {
        let mut two = priya()
            .with_email(1, "a@x.example")
            .with_email(2, "b@x.example");
        assert_eq!(fields(&two).email.reveal(), "a@x.example");
        two.communications[0].is_default = false;
        assert!(wanted(&two).email == Err(NoAddress::Ambiguous));
        two.communications[1].value = "A@x.example".into();
        assert_eq!(fields(&two).email.reveal(), "a@x.example");
        two.communications[0].value = "nonsense".into();
        assert_eq!(fields(&two).email.reveal(), "a@x.example");
        two.communications.clear();
        assert!(wanted(&two).email == Err(NoAddress::Missing));
    }

    #[test]
    fn the_default_phone_counts_then_the_first_with_its_extension_and_never_a_fax() {
        let mut contact = priya().with_email(1, "p@x.example");
        contact
            .communications
            .push(item(CommunicationKind::Fax, "312 555 0100", None));
        assert_eq!(fields(&contact).phone, None);
        contact
            .communications
            .push(item(CommunicationKind::Phone, " ", None));
        contact
            .communications
            .push(item(CommunicationKind::Phone, "312 555 0101 ", Some("7")));
        assert_eq!(fields(&contact).phone, Some("312 555 0101 x7".into()));
        contact.communications.push(Communication {
            is_default: true,
            ..item(CommunicationKind::Phone, "312 555 0102", Some(" "))
        });
        assert_eq!(fields(&contact).phone, Some("312 555 0102".into()));
    }

    #[test]
    fn the_rules_may_give_a_last_name_to_those_who_have_none() {
        let mut contact = priya().with_email(1, "p@x.example");
        contact.last_name = " ".into();
        assert_eq!(wanted(&contact).lacks(), ["has no last name"]);
        let rules = GrowCrmRules {
            last_name: "(no last name)".to_owned(),
            ..GrowCrmRules::default()
        };
        let complete = Wanted::of(&contact, &rules).complete().unwrap();
        assert_eq!(complete.last_name.reveal(), "(no last name)");
    }

    #[test]
    fn what_the_psa_never_gave_is_kept_and_what_it_gave_goes_with_it() {
        let wanted = wanted(&priya().with_email(1, "priya@x.example"));
        let over = |given: Option<&Fields>| {
            let update = wanted.over(&record(), given, Address::Contacts).unwrap();
            assert_eq!(
                (&update.given.phone, &update.given.position),
                (&None, &None)
            );
            (update.sent.phone.is_some(), update.sent.position.is_some())
        };
        assert_eq!(over(None), (true, true));
        let mut given = record().fields().unwrap();
        given.phone = Some("(312) 555-0142".into());
        assert_eq!(over(Some(&given)), (false, false));
        given.phone = Some("312 555 0199".into());
        given.position = None;
        assert_eq!(over(Some(&given)), (true, true));
    }

    #[test]
    fn what_must_be_there_is_kept_when_the_psa_no_longer_has_it() {
        let mut contact = priya();
        contact.last_name = "".into();
        let update = wanted(&contact)
            .over(&record(), None, Address::Contacts)
            .unwrap();
        assert_eq!(update.sent.last_name.reveal(), "Raman");
        assert_eq!(update.sent.email.reveal(), "priya@x.example");
        let bare = growcrm::Contact {
            email: None,
            ..record()
        };
        assert!(
            wanted(&contact)
                .over(&bare, None, Address::Contacts)
                .is_none()
        );
    }

    #[test]
    fn an_address_that_it_cannot_have_leaves_it_the_one_it_has() {
        let contact = priya().with_email(1, "new@x.example");
        let sent = |address| {
            wanted(&contact)
                .over(&record(), None, address)
                .unwrap()
                .sent
                .email
        };
        assert_eq!(sent(Address::Contacts).reveal(), "new@x.example");
        assert_eq!(sent(Address::Kept).reveal(), "priya@x.example");
    }
}
