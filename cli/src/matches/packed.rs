//! A contact in as few bytes as matching needs of it: a million of them are kept at once.
//!
//! A record is the line it came from and, each after its length, its texts. Texts that are missing
//! take a byte, and numbers take as many as they need.

use model::{
    Communication, CommunicationId, CommunicationKind, CommunicationTypeId, CompanyId, Contact,
    ContactId,
};
use serde_json::{Value, json};

use super::line::{FIELDS, Line};

const INACTIVE: usize = 1;
const EMAIL: usize = 0;
const PHONE: usize = 1;
const FAX: usize = 2;
/// Added to the kind of an item.
const DEFAULT: usize = 4;

/// Appends the record of a contact. The line is counted from the start of its piece.
pub(super) fn pack(number: usize, line: &Line<'_>, into: &mut Vec<u8>) {
    put_number(into, number);
    put_number(into, if line.is_active() { 0 } else { INACTIVE });
    put_number(into, line.site().map_or(0, |site| site as usize));
    put_text(into, line.first_name());
    put_text(into, line.last_name());
    for text in line.fields() {
        put_text(into, text);
    }
    put_number(into, line.items().count());
    for item in line.items() {
        let kind = match item.kind() {
            CommunicationKind::Email => EMAIL,
            CommunicationKind::Fax => FAX,
            CommunicationKind::Phone | CommunicationKind::Other(_) => PHONE,
        };
        put_number(into, kind + if item.is_default() { DEFAULT } else { 0 });
        put_text(into, item.type_name());
        put_text(into, item.value());
        put_text(into, item.extension());
    }
}

/// The line of a record, counted from the start of its piece.
pub(super) fn line_of(record: &[u8]) -> usize {
    Unpacker(record).number()
}

/// The contact of a record.
pub(super) fn unpack(id: ContactId, company: CompanyId, record: &[u8]) -> Contact {
    let mut record = Unpacker(record);
    let _line = record.number();
    let active = record.number() != INACTIVE;
    let site = record.number();
    let (first, last) = (record.text(), record.text());
    let mut contact = Contact::new(id, company, first, last);
    contact.active = active;
    for name in FIELDS {
        let text = record.text();
        if !text.is_empty() {
            contact
                .fields
                .insert(name.to_owned(), Value::from(text).into());
        }
    }
    if site != 0 {
        contact
            .fields
            .insert("site".to_owned(), json!({ "id": site }).into());
    }
    let items = record.number();
    contact.communications = (1..)
        .take(items)
        .map(|number| record.item(CommunicationId::new(number)))
        .collect();
    contact
}

fn put_number(into: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        into.push(low_bits(number) | 0x80);
        number >>= 7;
    }
    into.push(low_bits(number));
}

fn low_bits(number: usize) -> u8 {
    (number & 0x7f) as u8
}

fn put_text(into: &mut Vec<u8>, text: &str) {
    put_number(into, text.len());
    into.extend_from_slice(text.as_bytes());
}

/// What is left of a record.
struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    fn number(&mut self) -> usize {
        let mut number = 0;
        let mut shift = 0;
        while let Some((&byte, rest)) = self.0.split_first() {
            self.0 = rest;
            number |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    fn text(&mut self) -> &'a str {
        let length = self.number();
        let (text, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        // What was packed was text.
        std::str::from_utf8(text).unwrap_or_default()
    }

    fn item(&mut self, id: CommunicationId) -> Communication {
        let kind = self.number();
        let (type_name, value, extension) = (self.text(), self.text(), self.text());
        Communication {
            id,
            kind: match kind % DEFAULT {
                EMAIL => CommunicationKind::Email,
                FAX => CommunicationKind::Fax,
                _ => CommunicationKind::Phone,
            },
            // Ids of types differ per instance and tell nobody apart.
            type_id: CommunicationTypeId::new(0),
            type_name: type_name.to_owned(),
            value: value.into(),
            extension: (!extension.is_empty()).then(|| extension.into()),
            is_default: kind >= DEFAULT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(line: &str) -> (Contact, usize) {
        let (id, company, line) = Line::read(line.as_bytes()).ok().unwrap();
        let mut record = Vec::new();
        pack(70_000, &line, &mut record);
        assert_eq!(line_of(&record), 70_000);
        (unpack(id, company, &record), record.len())
    }

    #[test]
    fn nothing_but_an_id_is_nothing_but_an_id() {
        let (contact, bytes) = through(r#"{"id":7,"company":{"id":3}}"#);
        let expected = Contact::new(ContactId::new(7), CompanyId::new(3), "", "");
        assert_eq!(contact, expected);
        assert_eq!(bytes, 16);
    }

    #[test]
    fn everything_that_is_compared_comes_back() {
        let (contact, bytes) = through(
            r#"{"id":7,"firstName":"Zoë","lastName":"O\u2019Neil","company":{"id":3,"name":"Harbor"},
            "inactiveFlag":true,"nickName":"Zo","title":"Lead","birthDay":"1990-01-02",
            "gender":"Female","significantOther":"Ed","addressLine1":"1 Quay","city":"Bray",
            "zip":"A98","site":{"id":1204,"name":"Main"},"communicationItems":[
            {"id":5,"type":{"id":1,"name":"Email"},"value":"zoe@harbor.example","defaultFlag":true,
             "communicationType":"Email"},
            {"id":6,"type":{"id":4,"name":"Cell"},"value":"312 555 0101 x3","communicationType":"Cell"},
            {"id":7,"type":{"id":9,"name":"Work Fax"},"value":"312 555 0102","extension":" 12 ",
             "communicationType":"Fax"}],"types":[{"id":1,"name":"VIP"}]}"#,
        );
        let mut expected = Contact::new(ContactId::new(7), CompanyId::new(3), "Zoë", "O’Neil")
            .with_field("nickName", "Zo")
            .with_field("title", "Lead")
            .with_field("birthDay", "1990-01-02")
            .with_field("gender", "Female")
            .with_field("significantOther", "Ed")
            .with_field("addressLine1", "1 Quay")
            .with_field("city", "Bray")
            .with_field("zip", "A98");
        expected.active = false;
        let site = json!({ "id": 1204 });
        expected.fields.insert("site".to_owned(), site.into());
        let item =
            |id, kind, type_name: &str, value: &str, extension: Option<&str>| Communication {
                id: CommunicationId::new(id),
                kind,
                type_id: CommunicationTypeId::new(0),
                type_name: type_name.to_owned(),
                value: value.into(),
                extension: extension.map(Into::into),
                is_default: id == 1,
            };
        let phone = CommunicationKind::Phone;
        expected.communications = vec![
            item(
                1,
                CommunicationKind::Email,
                "Email",
                "zoe@harbor.example",
                None,
            ),
            item(2, phone, "Cell", "312 555 0101 x3", None),
            item(
                3,
                CommunicationKind::Fax,
                "Work Fax",
                "312 555 0102",
                Some("12"),
            ),
        ];
        assert!(contact == expected);
        assert!(bytes < 150, "{bytes} bytes");
    }
}
