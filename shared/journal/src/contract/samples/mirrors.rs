//! Mirrors: what is written to them, what was read there, and the map.

use model::mirror::*;
use model::{growcrm, itglue};

use super::{contact, long_text};

/// A number that has more than 32 bits, and more than a floating-point number keeps exactly.
const LARGE: u64 = 9_007_199_254_740_993;

/// Every write to a mirror.
pub(super) fn calls() -> Vec<Call> {
    let record = itglue::ContactId::new(LARGE);
    let of_it_glue = [
        ItGlueCall::Create {
            organization: itglue::OrganizationId::new(5),
            draft: draft(),
        },
        ItGlueCall::Update {
            record,
            change: change(),
        },
        ItGlueCall::Remove { record },
        ItGlueCall::CreateType {
            name: "Inactive (PSA)".to_owned(),
        },
    ];
    let (client, record) = (growcrm::ClientId::new(12), growcrm::ContactId::new(LARGE));
    let tags = |tags: &[&str]| tags.iter().copied().map(str::to_owned).collect();
    let of_grow_crm = [
        GrowCrmCall::Create {
            client,
            fields: fields(),
            send_email: true,
        },
        GrowCrmCall::Update {
            record,
            fields: fields(),
        },
        GrowCrmCall::Remove { record },
        GrowCrmCall::MakeOwner {
            client,
            record: Some(record),
            before: Some(growcrm::ContactId::new(45)),
        },
        GrowCrmCall::MakeOwner {
            client,
            record: None,
            before: None,
        },
        GrowCrmCall::CreateClient {
            company_name: "Harbor Line \"Freight\"".into(),
            fields: fields(),
            tags: tags(&["cw-company-19"]),
        },
        GrowCrmCall::SetTags {
            client,
            before: tags(&["north"]),
            after: tags(&["north", "cw-company-19"]),
        },
    ];
    let of_it_glue = of_it_glue.into_iter().map(Call::ItGlue);
    of_it_glue
        .chain(of_grow_crm.into_iter().map(Call::GrowCrm))
        .collect()
}

/// Records of both mirrors, in every state, with everything a vendor may have sent.
pub(super) fn records() -> Vec<Record> {
    let links = [
        itglue::Link::None,
        itglue::Link::Synced,
        itglue::Link::Orphaned,
        itglue::Link::Disabled,
        itglue::Link::Other("paused".to_owned()),
    ];
    let of_it_glue = links.into_iter().map(|link| {
        Record::ItGlue(itglue::Contact {
            link,
            ..in_it_glue()
        })
    });
    let states = [
        growcrm::Status::Active,
        growcrm::Status::Suspended,
        growcrm::Status::Other("paused".to_owned()),
    ];
    let of_grow_crm = states.into_iter().map(|status| {
        Record::GrowCrm(growcrm::Contact {
            status,
            ..in_grow_crm()
        })
    });
    of_it_glue.chain(of_grow_crm).collect()
}

/// A line of the map, of each sort, each of another contact.
pub(crate) fn links() -> Vec<Link> {
    let bare = |system, whom| Link {
        ours: false,
        ..line(system, whom, LARGE)
    };
    let mut links = vec![
        line(System::ItGlue, 41, LARGE),
        line(System::GrowCrm, 42, LARGE),
        bare(System::ItGlue, 43),
        bare(System::GrowCrm, 44),
    ];
    for link in &mut links[..2] {
        give(link, draft(), fields());
    }
    links
}

/// A line of each system, whose record was given more than fits into an item of any store.
pub(crate) fn large_links() -> Vec<Link> {
    let mut links = vec![
        line(System::ItGlue, 41, LARGE),
        line(System::GrowCrm, 41, LARGE),
    ];
    for link in &mut links {
        let draft = itglue::Draft {
            notes: Some(long_text(500).into()),
            ..draft()
        };
        let fields = growcrm::Fields {
            position: Some(long_text(500).into()),
            ..fields()
        };
        give(link, draft, fields);
    }
    links
}

/// A line of the map that says that this record is a contact's, and not what it was given.
pub(crate) fn line(system: System, whom: u32, record: u64) -> Link {
    Link {
        contact: contact(whom),
        record: match system {
            System::ItGlue => Mirrored::ItGlue {
                id: itglue::ContactId::new(record),
                given: None,
            },
            System::GrowCrm => Mirrored::GrowCrm {
                id: growcrm::ContactId::new(record),
                given: None,
            },
        },
        ours: true,
        digest: Digest::new("1-5d41402abc4b2a76b9719d911017c592"),
    }
}

/// A place in each system.
pub(crate) fn places() -> Vec<Place> {
    vec![
        Place::ItGlue(itglue::OrganizationId::new(LARGE)),
        Place::GrowCrm(growcrm::ClientId::new(12)),
    ]
}

fn give(link: &mut Link, draft: itglue::Draft, fields: growcrm::Fields) {
    match &mut link.record {
        Mirrored::ItGlue { given, .. } => *given = Some(draft),
        Mirrored::GrowCrm { given, .. } => *given = Some(fields),
    }
}

fn draft() -> itglue::Draft {
    in_it_glue().draft()
}

fn change() -> itglue::Change {
    let itglue::Draft {
        first_name,
        title,
        contact_type,
        notes,
        emails,
        ..
    } = draft();
    itglue::Change {
        organization: Some(itglue::OrganizationId::new(6)),
        first_name: itglue::Edit::Set(first_name),
        title: itglue::Edit::to(title),
        contact_type: itglue::Edit::to(contact_type),
        location: itglue::Edit::Clear,
        important: itglue::Edit::Set(true),
        notes: itglue::Edit::to(notes),
        emails: Some(emails),
        phones: Some(Vec::new()),
        ..itglue::Change::default()
    }
}

fn fields() -> growcrm::Fields {
    growcrm::Fields {
        first_name: "Ren\u{e9}e".into(),
        last_name: "O\u{2019}Kafor".into(),
        email: "renee.okafor@harborline.example".into(),
        phone: Some("(312) 555-0142 x12".into()),
        position: Some("Dispatch".into()),
    }
}

fn in_it_glue() -> itglue::Contact {
    let phone = |kind| itglue::Phone {
        value: "3125550142".into(),
        extension: Some("12".into()),
        label: "Work".to_owned(),
        primary: kind == itglue::PhoneKind::Phone,
        kind,
    };
    itglue::Contact {
        id: itglue::ContactId::new(LARGE),
        organization: itglue::OrganizationId::new(5),
        first_name: "Ren\u{e9}e".into(),
        last_name: "O\u{2019}Kafor".into(),
        title: Some("Dispatch".into()),
        contact_type: Some(itglue::ContactTypeId::new(3)),
        location: Some(itglue::LocationId::new(4)),
        important: Some(false),
        notes: Some("<p>likes to be called Nan</p>".into()),
        emails: vec![itglue::Email {
            value: "Renee.Okafor@HarborLine.example".into(),
            label: "Work".to_owned(),
            primary: true,
        }],
        phones: vec![
            phone(itglue::PhoneKind::Phone),
            phone(itglue::PhoneKind::Fax),
            phone(itglue::PhoneKind::Other("pager".to_owned())),
        ],
        link: itglue::Link::None,
        remote_ids: vec!["41".to_owned()],
        resource_url: Some("https://msp.itglue.example/5/contacts/1".to_owned()),
        updated_at: Some(super::at(-60)),
    }
}

fn in_grow_crm() -> growcrm::Contact {
    let growcrm::Fields {
        first_name,
        last_name,
        email,
        phone,
        position,
    } = fields();
    growcrm::Contact {
        id: growcrm::ContactId::new(LARGE),
        client: growcrm::ClientId::new(12),
        first_name,
        last_name,
        email: Some(email),
        phone,
        position,
        account_owner: true,
        status: growcrm::Status::Active,
        social: [("linkedin".to_owned(), "renee.okafor".into())].into(),
        updated_at: Some(super::at(-60)),
    }
}
