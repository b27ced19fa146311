//! Addresses and numbers. IT Glue replaces them all at once, so whoever writes one must know which of the others
//! are its to take away.

use model::itglue::{Email, Phone, PhoneKind};

/// An item of a contact: an address or a number.
pub(crate) trait Item: Clone {
    /// Whether both are the same, however they are spelled, labelled and ranked.
    fn is(&self, other: &Self) -> bool;
    /// Which one it is, such as "Work".
    fn label(&self) -> &str;
    fn set_label(&mut self, label: &str);
    fn is_primary(&self) -> bool;
    fn set_primary(&mut self, primary: bool);
    /// Whether it may be the first one to use.
    fn may_be_primary(&self) -> bool;
}

/// What IT Glue is to have: of what it has, all but what it was given and the PSA no longer has; and what the PSA
/// has. Where nothing is known to have been given, all stays.
///
/// A label that somebody changed in IT Glue stays. If the PSA has a primary item, that one alone is primary.
pub(crate) fn three_way<I: Item>(have: &[I], given: Option<&[I]>, want: &[I]) -> Vec<I> {
    let given = given.unwrap_or_default();
    let mut items: Vec<I> = have
        .iter()
        .filter(|item| of(want, item).is_some() || of(given, item).is_none())
        .cloned()
        .collect();
    for item in &mut items {
        let was_ours = of(given, item).is_some_and(|given| given.label() == item.label());
        if let Some(want) = of(want, item)
            && was_ours
        {
            item.set_label(want.label());
        }
    }
    for item in want {
        if of(&items, item).is_none() {
            items.push(item.clone());
        }
    }
    let lost_primary = have.iter().any(I::is_primary) && !items.iter().any(I::is_primary);
    if let Some(primary) = want.iter().find(|item| item.is_primary()) {
        make_primary(&mut items, |item| item.is(primary));
    } else if lost_primary {
        make_primary(&mut items, I::may_be_primary);
    }
    items
}

/// Adds what another record has, and what it was not given: that comes by way of the PSA, or is gone there.
pub(crate) fn fold<I: Item>(items: &mut Vec<I>, more: &[I], given: Option<&[I]>) {
    let given = given.unwrap_or_default();
    let had_primary = items.iter().any(I::is_primary);
    for item in more.iter().filter(|item| of(given, item).is_none()) {
        if of(items, item).is_none() {
            items.push(item.clone());
            if let Some(added) = items.last_mut() {
                added.set_primary(false);
            }
        }
    }
    if !had_primary {
        let first = more.iter().find(|item| item.is_primary());
        make_primary(items, |item| first.is_some_and(|first| item.is(first)));
    }
}

/// What is left when that is taken out again which was folded in: of what was added between two lists, all that the
/// other record has now. What the PSA has stays, and so does what somebody has labeled otherwise since.
pub(crate) fn unfolded<I: Item>(
    items: &[I],
    [before, folded, other]: [&[I]; 3],
    want: &[I],
) -> Vec<I> {
    let is_folded = |item: &I| {
        let is_as_added = of(folded, item).is_some_and(|added| added.label() == item.label());
        let is_added = is_as_added && of(before, item).is_none();
        is_added && of(other, item).is_some() && of(want, item).is_none()
    };
    let mut left: Vec<I> = items
        .iter()
        .filter(|item| !is_folded(item))
        .cloned()
        .collect();
    if items.iter().any(I::is_primary) && !left.iter().any(I::is_primary) {
        make_primary(&mut left, I::may_be_primary);
    }
    left
}

/// Whether two lists say the same.
pub(crate) fn alike<I: Item>(one: &[I], other: &[I]) -> bool {
    let is_alike = |(one, other): (&I, &I)| {
        one.is(other)
            && one.label().trim() == other.label().trim()
            && one.is_primary() == other.is_primary()
    };
    one.len() == other.len() && one.iter().zip(other).all(is_alike)
}

/// The same item among others.
pub(crate) fn of<'i, I: Item>(items: &'i [I], item: &I) -> Option<&'i I> {
    items.iter().find(|other| other.is(item))
}

/// The first item of that sort is primary, and no other one. Without one, all stays as it is.
fn make_primary<I: Item>(items: &mut [I], is_it: impl Fn(&I) -> bool) {
    let Some(primary) = items.iter().position(is_it) else {
        return;
    };
    for (at, item) in items.iter_mut().enumerate() {
        item.set_primary(at == primary);
    }
}

impl Item for Email {
    fn is(&self, other: &Self) -> bool {
        self.same_as(other)
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn set_label(&mut self, label: &str) {
        label.clone_into(&mut self.label);
    }

    fn is_primary(&self) -> bool {
        self.primary
    }

    fn set_primary(&mut self, primary: bool) {
        self.primary = primary;
    }

    fn may_be_primary(&self) -> bool {
        true
    }
}

impl Item for Phone {
    /// A number with and without the prefix of its country or continent is the same.
    fn is(&self, other: &Self) -> bool {
        let number = |phone: &Self| {
            model::Phone::read(
                &phone.reveal_digits(),
                Some(&phone.reveal_extension_digits()),
            )
        };
        let is_one_number = || number(self).is_some() && number(self) == number(other);
        self.same_as(other) || (self.kind == other.kind && is_one_number())
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn set_label(&mut self, label: &str) {
        label.clone_into(&mut self.label);
    }

    fn is_primary(&self) -> bool {
        self.primary
    }

    fn set_primary(&mut self, primary: bool) {
        self.primary = primary;
    }

    fn may_be_primary(&self) -> bool {
        self.kind == PhoneKind::Phone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(text: &str) -> Email {
        let (value, label) = text.split_once(' ').unwrap_or((text, "Work"));
        Email {
            value: value.trim_end_matches('*').into(),
            label: label.to_owned(),
            primary: value.ends_with('*'),
        }
    }

    fn emails(text: &[&str]) -> Vec<Email> {
        text.iter().map(|text| email(text)).collect()
    }

    fn shown(emails: &[Email]) -> Vec<String> {
        let shown = |email: &Email| {
            let primary = if email.primary { "*" } else { "" };
            format!("{}{primary} {}", email.value.reveal(), email.label)
        };
        emails.iter().map(shown).collect()
    }

    fn merged(have: &[&str], given: Option<&[&str]>, want: &[&str]) -> Vec<String> {
        let given = given.map(emails);
        shown(&three_way(&emails(have), given.as_deref(), &emails(want)))
    }

    #[test]
    fn of_nothing_comes_nothing() {
        assert!(merged(&[], None, &[]).is_empty());
        assert!(alike::<Email>(&[], &[]));
    }

    #[test]
    fn what_it_was_given_and_the_psa_no_longer_has_goes_and_the_rest_stays() {
        let have = ["a@x*", "own@x Home", "b@x"];
        let given: &[&str] = &["a@x*", "b@x"];
        assert_eq!(
            merged(&have, Some(given), &["b@x*"]),
            ["own@x Home", "b@x* Work"]
        );
        assert_eq!(merged(&have, Some(given), &[]), ["own@x* Home"]);
        let all = ["a@x* Work", "own@x Home", "b@x Work"];
        assert_eq!(merged(&have, None, &[]), all);
    }

    #[test]
    fn what_the_psa_has_is_added_and_its_primary_is_the_only_one() {
        assert_eq!(
            merged(&["own@x*"], None, &["New@x*", "OWN@x"]),
            ["own@x Work", "New@x* Work"]
        );
    }

    #[test]
    fn a_label_that_somebody_changed_in_it_glue_stays() {
        // Never given, given and changed there, given and changed in the PSA.
        assert_eq!(merged(&["a@x* Home"], None, &["a@x*"]), ["a@x* Home"]);
        let given: Option<&[&str]> = Some(&["a@x*"]);
        assert_eq!(merged(&["a@x* Home"], given, &["a@x* Cell"]), ["a@x* Home"]);
        assert_eq!(merged(&["a@x*"], given, &["a@x* Cell"]), ["a@x* Cell"]);
    }

    #[test]
    fn the_case_of_an_address_is_no_difference() {
        let items = three_way(&emails(&["A@x*"]), None, &emails(&["a@x*"]));
        assert!(alike(&emails(&["A@x*"]), &items));
        assert!(!alike(&emails(&["A@x*"]), &emails(&["a@x"])));
    }

    #[test]
    fn another_record_adds_what_it_alone_knows_and_takes_no_rank() {
        let mut items = emails(&["a@x*"]);
        let given = emails(&["gone@x"]);
        fold(
            &mut items,
            &emails(&["own@x* Home", "gone@x", "A@x"]),
            Some(&given),
        );
        assert_eq!(shown(&items), ["a@x* Work", "own@x Home"]);
        let mut none = Vec::new();
        fold(&mut none, &emails(&["b@x", "own@x* Home"]), None);
        assert_eq!(shown(&none), ["b@x Work", "own@x* Home"]);
    }

    #[test]
    fn a_number_is_the_same_with_the_prefix_of_its_country_and_a_fax_is_another() {
        let phone = |value: &str, kind| Phone {
            value: value.into(),
            extension: None,
            label: "Work".to_owned(),
            primary: false,
            kind,
        };
        let plain = phone("3125550142", PhoneKind::Phone);
        assert!(plain.is(&phone("+1 312 555 0142", PhoneKind::Phone)));
        assert!(!plain.is(&phone("3125550142", PhoneKind::Fax)));
        assert!(!phone("12", PhoneKind::Phone).is(&phone("13", PhoneKind::Phone)));
    }

    #[test]
    fn a_fax_is_not_made_primary_in_place_of_a_phone_that_went() {
        let fax = Phone {
            value: "3125550143".into(),
            extension: None,
            label: "Work".to_owned(),
            primary: false,
            kind: PhoneKind::Fax,
        };
        let phone = Phone {
            value: "3125550142".into(),
            primary: true,
            kind: PhoneKind::Phone,
            ..fax.clone()
        };
        let left = three_way(&[phone.clone(), fax.clone()], Some(&[phone]), &[]);
        assert_eq!(left, [fax]);
    }
}
