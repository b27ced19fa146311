//! What followed in the mirrors, as a person reads it.

use super::{Out, more, named, plural, replay};
use crate::follow::{Followed, Told};

/// Prints what followed in the mirrors when a command had changed the PSA.
pub(crate) fn followed(out: &mut Out, followed: &Followed) -> anyhow::Result<()> {
    let Followed { done, told } = followed;
    for mirror in done {
        replay::in_mirror(out, mirror)?;
    }
    told.iter().try_for_each(|told| self::told(out, told))
}

fn told(out: &mut Out, told: &Told) -> anyhow::Result<()> {
    let Told {
        system,
        company: _,
        contacts,
        error,
    } = told;
    let count = plural(contacts.len(), "contact");
    match error {
        None => named(
            out,
            "mirror",
            &format!("{system} follows: its workers look at {count}"),
        ),
        Some(error) => {
            named(
                out,
                "mirror",
                &format!("{system} could not be told to look at {count}: {error}"),
            )?;
            let ids: Vec<String> = contacts.iter().map(ToString::to_string).collect();
            more(
                out,
                &format!(
                    "the next visit to the company tells it what differs; contacts {}",
                    ids.join(", ")
                ),
            )
        }
    }
}
