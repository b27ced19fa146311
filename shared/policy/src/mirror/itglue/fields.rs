//! What of a contact is carried to IT Glue.

use model::itglue::{Email, Phone, PhoneKind};
use model::mirror::Digest;
use model::{Communication, CommunicationKind, Contact, Private};

use super::draft::same_name;
use crate::mirror::Fingerprint;
use crate::rules::ItGlueRules;

/// The label of a number whose type has none in the rules.
const WORK: &str = "Work";

/// Raise it when the mapping changes, so that everybody is looked at again.
const MAPPING: &str = "itglue-1";

/// A contact as IT Glue is to have it. Types and locations go by name here; ids are looked up where they are
/// needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) first_name: Private,
    pub(crate) last_name: Private,
    pub(crate) title: Option<Private>,
    /// The name of its type, if the rules have one for it.
    pub(crate) kind: Option<String>,
    /// The name of its location, if the rules carry it.
    pub(crate) site: Option<Private>,
    pub(crate) is_vip: bool,
    pub(crate) emails: Vec<Email>,
    pub(crate) phones: Vec<Phone>,
}

impl Carried {
    pub(crate) fn of(contact: &Contact, rules: &ItGlueRules) -> Self {
        let title = contact
            .value("title")
            .and_then(|value| value.reveal().as_str());
        let site = contact.value("site").map(|value| &value.reveal()["name"]);
        let site = site.and_then(|name| name.as_str());
        let has_label = |label: &str| {
            let mut types = contact.types.iter();
            types.any(|each| same_name(&each.name, label))
        };
        let kind = rules.types.iter().find(|pairing| has_label(&pairing.psa));
        Self {
            first_name: contact.first_name.reveal().trim().into(),
            last_name: contact.last_name.reveal().trim().into(),
            title: title.and_then(filled),
            kind: kind.map(|pairing| pairing.mirror.clone()),
            site: site.filter(|_| rules.locations).and_then(filled),
            is_vip: rules.vip_labels.iter().any(|label| has_label(label)),
            emails: emails(contact, rules),
            phones: phones(contact, rules),
        }
    }

    /// Whether there is nothing to call it by.
    pub(crate) fn is_nameless(&self) -> bool {
        self.first_name.is_blank() && self.last_name.is_blank()
    }

    /// Stands for all of this.
    pub(crate) fn digest(&self, is_active: bool, rules: &ItGlueRules) -> Digest {
        let Self {
            first_name,
            last_name,
            title,
            kind,
            site,
            is_vip,
            emails,
            phones,
        } = self;
        let text = |text: Option<&Private>| text.map_or("", Private::reveal).to_owned();
        let mut fingerprint = Fingerprint::new(MAPPING);
        fingerprint.part(first_name.reveal());
        fingerprint.part(last_name.reveal());
        fingerprint.part(&text(title.as_ref()));
        fingerprint.parts(kind);
        fingerprint.parts(site.as_ref().map(Private::reveal));
        fingerprint.part(&is_vip.to_string());
        fingerprint.parts(emails.iter().flat_map(|email| {
            let primary = email.primary.to_string();
            [
                email.value.reveal().to_owned(),
                email.label.clone(),
                primary,
            ]
        }));
        fingerprint.parts(phones.iter().flat_map(|phone| {
            let (value, extension) = (phone.reveal_digits(), phone.reveal_extension_digits());
            let kind = format!("{:?}", phone.kind);
            let primary = phone.primary.to_string();
            [value, extension, kind, phone.label.clone(), primary]
        }));
        // The type of the inactive has no part in who is active.
        let inactive = (!is_active).then_some(&rules.inactive_type);
        fingerprint.parts(inactive);
        fingerprint.end()
    }
}

fn filled(text: &str) -> Option<Private> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.into())
}

/// The valid addresses, each once, in lower case. The default is primary, or else the first.
fn emails(contact: &Contact, rules: &ItGlueRules) -> Vec<Email> {
    let mut emails: Vec<Email> = Vec::new();
    for (address, _) in contact.emails() {
        let email = Email {
            value: address.reveal().into(),
            label: rules.email_label.clone(),
            primary: emails.is_empty(),
        };
        if !emails.iter().any(|other| other.same_as(&email)) {
            emails.push(email);
        }
    }
    emails
}

/// The numbers, each once. The default phone is primary, or else the first; a fax never is.
fn phones(contact: &Contact, rules: &ItGlueRules) -> Vec<Phone> {
    let mut phones: Vec<Phone> = Vec::new();
    let mut items: Vec<&Communication> = contact.communications.iter().collect();
    items.sort_by_key(|item| !item.is_default);
    for item in items {
        let Some(phone) = phone(item, rules) else {
            continue;
        };
        if !phones.iter().any(|other| other.same_as(&phone)) {
            phones.push(phone);
        }
    }
    let first = phones
        .iter_mut()
        .find(|phone| phone.kind == PhoneKind::Phone);
    if let Some(first) = first {
        first.primary = true;
    }
    phones
}

/// The number of an item, without separators: IT Glue strips them anyway, and would take an extension that
/// stands within the number for more of its digits.
fn phone(item: &Communication, rules: &ItGlueRules) -> Option<Phone> {
    let kind = match item.kind {
        CommunicationKind::Phone => PhoneKind::Phone,
        CommunicationKind::Fax => PhoneKind::Fax,
        CommunicationKind::Email | CommunicationKind::Other(_) => return None,
    };
    let value = item.value.reveal().to_lowercase();
    let (number, inside) = match value.find(['x', 'e', '#', ';']) {
        Some(at) => value.split_at(at),
        None => (value.as_str(), ""),
    };
    let number = digits(number);
    let beside = item.extension.as_ref().map_or("", Private::reveal);
    let mut extensions = [beside, inside].into_iter().map(digits);
    let label = rules
        .phone_labels
        .iter()
        .find(|pairing| same_name(&pairing.psa, &item.type_name));
    (!number.is_empty()).then(|| Phone {
        value: number.into(),
        extension: extensions
            .find(|digits| !digits.is_empty())
            .map(Private::from),
        label: label.map_or(WORK, |pairing| &pairing.mirror).to_owned(),
        primary: false,
        kind,
    })
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, ContactId, ContactTypeId, TypeLabel};
    use serde_json::json;

    use super::*;
    use crate::rules::Pairing;

    fn ada() -> Contact {
        Contact::new(ContactId::new(30), CompanyId::new(1), " Ada ", "Byron ")
    }

    fn labeled(mut contact: Contact, name: &str) -> Contact {
        contact.types.push(TypeLabel {
            id: ContactTypeId::new(1),
            name: name.to_owned(),
        });
        contact
    }

    fn carried(contact: &Contact) -> Carried {
        Carried::of(contact, &ItGlueRules::default())
    }

    fn digest(contact: &Contact, rules: &ItGlueRules) -> Digest {
        Carried::of(contact, rules).digest(contact.active, rules)
    }

    #[test]
    fn a_contact_with_nothing_but_a_name_carries_its_name() {
        let expected = Carried {
            first_name: "Ada".into(),
            last_name: "Byron".into(),
            title: None,
            kind: None,
            site: None,
            is_vip: false,
            emails: Vec::new(),
            phones: Vec::new(),
        };
        assert_eq!(carried(&ada()), expected);
    }

    #[test]
    fn addresses_are_valid_lower_case_and_there_once_with_one_primary() {
        let mut ada = ada()
            .with_email(1, "Ada@X.example")
            .with_email(2, "call me")
            .with_email(3, "ada@x.example")
            .with_email(4, "second@x.example");
        ada.communications[0].is_default = false;
        ada.communications[3].is_default = true;
        let emails = carried(&ada).emails;
        let shown: Vec<_> = emails
            .iter()
            .map(|email| (email.value.reveal(), email.primary))
            .collect();
        assert_eq!(
            shown,
            [("second@x.example", true), ("ada@x.example", false)]
        );
    }

    #[test]
    fn numbers_are_digits_with_an_extension_and_a_fax_is_never_primary() {
        let mut ada = ada()
            .with_phone(1, "+1 (312) 555-0142 x204")
            .with_phone(2, "312 555 0143")
            .with_phone(3, "call me");
        ada.communications[0].kind = CommunicationKind::Fax;
        ada.communications[1].type_name = "mobile".to_owned();
        ada.communications[1].extension = Some(" 7 ".into());
        let phones = carried(&ada).phones;
        let shown: Vec<_> = phones
            .iter()
            .map(|p| {
                (
                    p.value.reveal(),
                    p.reveal_extension_digits(),
                    p.label.as_str(),
                    p.primary,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("13125550142", "204".to_owned(), "Work", false),
                ("3125550143", "7".to_owned(), "Cell", true)
            ]
        );
    }

    #[test]
    fn the_first_setting_that_fits_a_label_is_the_type() {
        let rules = ItGlueRules {
            types: vec![
                Pairing::new("Decision Maker", "Manager"),
                Pairing::new("Approver", "Approver"),
            ],
            ..ItGlueRules::default()
        };
        let both = labeled(labeled(ada(), "Approver"), " decision maker");
        assert_eq!(Carried::of(&both, &rules).kind.as_deref(), Some("Manager"));
        assert_eq!(Carried::of(&labeled(ada(), "Guest"), &rules).kind, None);
        assert!(carried(&labeled(ada(), "VIP")).is_vip);
    }

    #[test]
    fn the_site_is_carried_only_if_the_rules_say_so() {
        let mut ada = ada();
        let site = json!({"id": 7, "name": " Main "});
        ada.fields.insert("site".to_owned(), site.into());
        assert_eq!(carried(&ada).site, None);
        let rules = ItGlueRules {
            locations: true,
            ..ItGlueRules::default()
        };
        assert_eq!(Carried::of(&ada, &rules).site, Some("Main".into()));
    }

    #[test]
    fn the_digest_stands_for_what_is_carried_and_for_nothing_else() {
        let rules = ItGlueRules::default();
        let one = digest(&ada(), &rules);
        // A release that changes this has everybody looked at again: raise the mapping's number then.
        insta::assert_snapshot!(one, @"e980b30d49477031b762b785bd2d549e");
        assert_eq!(
            digest(&ada().with_field("addressLine1", "1 Quay"), &rules),
            one
        );
        let mut inactive = ada();
        inactive.active = false;
        for other in [
            ada().with_email(1, "ada@x.example"),
            ada().with_phone(1, "3125550142"),
            ada().with_field("title", "Owner"),
            labeled(ada(), "VIP"),
            inactive.clone(),
        ] {
            assert_ne!(digest(&other, &rules), one);
        }
        let other_type = ItGlueRules {
            inactive_type: "Left".to_owned(),
            ..ItGlueRules::default()
        };
        assert_eq!(digest(&ada(), &other_type), one);
        assert_ne!(digest(&inactive, &other_type), digest(&inactive, &rules));
    }
}
