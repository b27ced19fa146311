//! Reading a company that is too large to be read whole.

use std::collections::BTreeSet;

use connectwise::{ChildConditions, Conditions};
use journal::Store;
use model::{Contact, ContactId, Scope, Snapshot};
use policy::Lookups;

use crate::error::Error;
use crate::gather::{PAGE, add, is_whole, portal_addresses};
use crate::visit::{Reconciler, Request};

impl<J: Store> Reconciler<J> {
    /// Reads a large company around the contacts the visit is about: those, the default contact, and
    /// whoever may be the same person as they. Three reads, whatever the company's size; more only when
    /// what is asked for does not fit into so many addresses.
    pub(crate) async fn focus(
        &self,
        snapshot: &mut Snapshot,
        request: &Request,
    ) -> Result<(), Error> {
        snapshot.scope = Scope::Focused {
            on: request.contacts.clone(),
        };
        let here = Conditions::company(request.company);
        let default = &snapshot.company.default_contact;
        let wanted: BTreeSet<ContactId> = request.contacts.iter().chain(default).copied().collect();
        let wanted = Conditions::any(wanted.into_iter().map(Conditions::contact)).into_iter();
        let wanted = wanted.map(|ids| (here.clone().and(ids), ChildConditions::default()));
        self.read(snapshot, wanted).await?;
        self.read_around(snapshot, &request.contacts).await?;
        // The register knows the addresses of companies that were read whole. So for those of the
        // contacts at hand the tenant is asked, where the portal depends on it.
        let addresses = portal_addresses(snapshot).into_iter();
        snapshot.unverified = addresses
            .filter(|(_, contact)| request.contacts.contains(contact))
            .map(|(email, _)| email)
            .collect();
        Ok(())
    }

    /// Reads whoever at the company may be the same person as one of these contacts.
    ///
    /// Whose an address or a number is depends on all who carry it. What one of these contacts shares
    /// with another one is also its own, so all who carry that are found here; of what two of the others
    /// share, that is not so. That is why a merge asks for each of its contacts to be read around.
    ///
    /// When there are more than the PSA lists at once, or something cannot be asked for, what was found
    /// is used, and none of these contacts counts as read around.
    pub(crate) async fn read_around(
        &self,
        snapshot: &mut Snapshot,
        around: &BTreeSet<ContactId>,
    ) -> Result<(), Error> {
        let contacts: Vec<&Contact> = around
            .iter()
            .filter_map(|id| snapshot.contacts.get(id))
            .collect();
        let Lookups { parts, names } = lookups(&contacts);
        let parts: Vec<_> = parts
            .iter()
            .map(|part| ChildConditions::value_contains(part.reveal()))
            .collect();
        let names: Vec<_> = names
            .iter()
            .map(|name| Conditions::names_start(name.first.reveal(), name.last.reveal()))
            .collect();
        let is_all_asked = parts.iter().all(Result::is_ok) && names.iter().all(Result::is_ok);
        let here = Conditions::company(snapshot.company.id);
        let parts = ChildConditions::any(parts.into_iter().flatten()).into_iter();
        let names = Conditions::any(names.into_iter().flatten()).into_iter();
        let filters = parts
            .map(|parts| (here.clone(), parts))
            .chain(names.map(|names| (here.clone().and(names), ChildConditions::default())));
        if self.read(snapshot, filters).await? && is_all_asked {
            snapshot.read_around.extend(around);
        } else {
            tracing::info!(
                company.id = %snapshot.company.id,
                contacts = around.len(),
                "more contacts are like these than can be read"
            );
        }
        Ok(())
    }

    /// Reads the first page of each list, and says whether these are all.
    async fn read(
        &self,
        snapshot: &mut Snapshot,
        filters: impl Iterator<Item = (Conditions, ChildConditions)>,
    ) -> Result<bool, Error> {
        let mut batches = Vec::new();
        for (conditions, children) in filters {
            let batch = self
                .reader
                .contacts_matching(&conditions, &children, PAGE)
                .await?;
            batches.push(batch);
        }
        let is_whole = is_whole(&batches);
        for batch in batches {
            add(snapshot, batch.contacts);
        }
        Ok(is_whole)
    }
}

/// What to look for to find whoever may be the same person as one of these contacts, without what
/// something else that is looked for finds as well.
fn lookups(contacts: &[&Contact]) -> Lookups {
    let mut all = Lookups::default();
    for contact in contacts {
        let Lookups { parts, names } = Lookups::of(contact);
        all.parts.extend(parts);
        all.names.extend(names);
    }
    Lookups {
        parts: widest(all.parts, |wide, narrow| {
            narrow.reveal().contains(wide.reveal())
        }),
        names: widest(all.names, |wide, narrow| {
            narrow.first.reveal().starts_with(wide.first.reveal())
                && narrow.last.reveal().starts_with(wide.last.reveal())
        }),
    }
}

/// Those that no other one covers.
fn widest<T: Clone + Ord>(all: BTreeSet<T>, covers: impl Fn(&T, &T) -> bool) -> BTreeSet<T> {
    let is_covered = |narrow: &T| {
        all.iter()
            .any(|wide| wide != narrow && covers(wide, narrow))
    };
    all.iter()
        .filter(|each| !is_covered(each))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, Private};
    use policy::NameStart;

    use super::*;

    fn contact(first: &str, last: &str) -> Contact {
        Contact::new(ContactId::new(1), CompanyId::new(1), first, last)
    }

    fn start(first: &str, last: &str) -> NameStart {
        NameStart {
            first: first.into(),
            last: last.into(),
        }
    }

    #[test]
    fn nobody_is_looked_for_around_nobody() {
        assert_eq!(lookups(&[]), Lookups::default());
        assert_eq!(lookups(&[&contact("", "")]), Lookups::default());
    }

    #[test]
    fn what_a_wider_question_finds_is_not_asked_again() {
        let all = BTreeSet::from([
            start("", "smith"),
            start("john", "s"),
            start("john", "smith"),
            start("johnny", "smythe"),
        ]);
        let covers = |wide: &NameStart, narrow: &NameStart| {
            narrow.first.reveal().starts_with(wide.first.reveal())
                && narrow.last.reveal().starts_with(wide.last.reveal())
        };
        let kept = [start("", "smith"), start("john", "s")];
        assert_eq!(widest(all, covers), kept.into());
    }

    #[test]
    fn an_own_mailbox_is_looked_for_by_its_name_and_a_shared_one_as_a_whole() {
        let ada = contact("Ada", "Byron")
            .with_email(1, "ada.byron@x.example")
            .with_email(2, "info@x.example")
            .with_email(3, "1234@x.example");
        let parts = lookups(&[&ada]).parts;
        let expected = [
            "1234+",
            "1234@",
            "ada.byron+",
            "ada.byron@",
            "info+",
            "info@x.example",
        ];
        assert_eq!(parts, expected.map(Private::from).into());
    }
}
