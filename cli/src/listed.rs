//! Records of IT Glue with who they are in the PSA, as an operator may read them.

use model::{CompanyId, itglue};
use policy::Rules;
use policy::mirror::itglue::{KnownBy, is_vip};
use reconcile::{Listed, Owner};
use serde_json::{Value, json};

/// A name as it is looked up: the last name first.
pub(crate) fn name(record: &itglue::Contact) -> String {
    let names = [&record.last_name, &record.first_name];
    let names = names.map(|name| name.reveal().trim());
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    match names.as_slice() {
        [] => "(no name)".to_owned(),
        names => names.join(", "),
    }
}

/// What a list is sorted by: the name in any case, and of namesakes the older record.
pub(crate) fn order(record: &itglue::Contact) -> (String, itglue::ContactId) {
    (name(record).to_lowercase(), record.id)
}

/// Whether it is marked as important.
pub(crate) fn is_important(record: &itglue::Contact) -> bool {
    record.important == Some(true)
}

/// Who a record is, one of them, in a few words.
pub(crate) fn owner(owner: &Owner) -> Vec<String> {
    let Owner {
        contact,
        known_by,
        psa: _,
    } = owner;
    let by = match known_by {
        KnownBy::Map => None,
        KnownBy::NativeSync => Some("by native sync"),
        KnownBy::Notes => Some("by its notes"),
    };
    let id = format!("contact {contact}");
    [id].into_iter().chain(by.map(str::to_owned)).collect()
}

/// What is said where nothing says who a record is. That the native sync owns it may be known without to whom it is tied.
pub(crate) fn nobody(record: &itglue::Contact) -> String {
    let words = match record.link {
        itglue::Link::Synced => "somebody, by native sync",
        _ => "nobody known",
    };
    words.to_owned()
}

/// What is remarkable about who a record of this company is.
pub(crate) fn remarks(owner: &Owner, company: CompanyId) -> Vec<String> {
    let Some(contact) = &owner.psa else {
        return vec!["gone there".to_owned()];
    };
    let inactive = (!contact.active).then(|| "inactive".to_owned());
    let elsewhere = contact.company.filter(|there| *there != company);
    let elsewhere = elsewhere.map(|there| format!("at company {there}"));
    inactive.into_iter().chain(elsewhere).collect()
}

/// Whether the PSA says that somebody is important; nothing where nobody there is known to be it.
pub(crate) fn agrees(listed: &Listed, rules: &Rules) -> Option<bool> {
    let mut owners = listed.owners.iter();
    let says = |owner: &Owner| {
        let psa = owner.psa.as_ref();
        psa.is_some_and(|contact| is_vip(contact, rules))
    };
    (!listed.owners.is_empty()).then(|| owners.any(says))
}

/// A record as data: all that IT Glue has of it, and who it is in the PSA.
pub(crate) fn data(listed: &Listed, rules: &Rules) -> anyhow::Result<Value> {
    let mut data = serde_json::to_value(&listed.record)?;
    let owners = listed.owners.iter().map(|owner| {
        let Owner {
            contact,
            known_by,
            psa,
        } = owner;
        let known_by = match known_by {
            KnownBy::Map => "map",
            KnownBy::NativeSync => "native-sync",
            KnownBy::Notes => "notes",
        };
        json!({
            "contact": contact,
            "known_by": known_by,
            "exists": psa.is_some(),
            "active": psa.as_ref().map(|contact| contact.active),
            "company": psa.as_ref().map(|contact| contact.company),
            "vip": psa.as_ref().map(|contact| is_vip(contact, rules)),
        })
    });
    data["psa"] = owners.collect();
    Ok(data)
}
