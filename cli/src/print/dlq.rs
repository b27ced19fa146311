//! Dead letters as a person reads them, by ids alone.

use jiff::Timestamp;
use model::{Cause, ContactId};
use queue::{Message, MessageId};

use super::{Out, named, plural, time};
use crate::commands::dlq::{Letter, Work, about};

/// Prints all that were seen, and how many stand behind them.
pub(crate) fn list(
    out: &mut Out,
    letters: &[Letter],
    behind: usize,
    now: Timestamp,
) -> anyhow::Result<()> {
    for told in letters {
        let letter = &told.letter;
        let received = letter
            .receive_count
            .map(|count| format!("  received {}", received(count)));
        let age = letter.sent_at.map(|at| format!(", {} ago", age(at, now)));
        let (id, age) = (&letter.id, age.unwrap_or_default());
        let received = received.unwrap_or_default();
        out.line(&format!("{id}  {}{received}{age}", subject(told)))?;
    }
    let count = plural(letters.len(), "dead letter");
    match (letters.len(), behind) {
        (0, 0) => out.line("there are no dead letters"),
        (_, 0) => out.line(&format!(
            "{count}; `rollcall dlq redrive --all` sends them again"
        )),
        (_, behind) => out.line(&format!(
            "{count}, and {behind} more that cannot be seen now: a FIFO queue shows ten of a company at a time, \
             and none while somebody else looks at them"
        )),
    }
}

/// Prints one letter: what it asks for, and what set it off.
pub(crate) fn show(out: &mut Out, told: &Letter) -> anyhow::Result<()> {
    let Letter { of, letter } = told;
    out.line(&format!("dead letter {}", letter.id))?;
    named(out, "asks for", &subject(told))?;
    match &letter.content {
        Ok(message) => {
            let Cause { source, message } = message.cause();
            let message = message.as_ref().map(|id| format!(", message {id}"));
            named(
                out,
                "cause",
                &format!("{source}{}", message.unwrap_or_default()),
            )?;
        }
        Err(error) => named(out, "wrong", &format!("failed to {error}"))?,
    }
    named(out, "of", of.function())?;
    named(out, "group", &letter.group)?;
    if let Some(count) = letter.receive_count {
        named(out, "received", &received(count))?;
    }
    if let Some(at) = letter.sent_at {
        named(out, "since", &time(at))?;
    }
    let id = &letter.id;
    named(
        out,
        "why",
        &format!(
            "the log of {} tells, where queue.message.id is {id}",
            of.function()
        ),
    )
}

/// Says that there is no such letter, as far as one can see.
pub(crate) fn not_found(out: &mut Out, id: &str) -> anyhow::Result<()> {
    out.line(&format!(
        "no dead letter {id} can be seen; `rollcall dlq list` lists those that can"
    ))
}

/// Says that a letter is on its way again.
pub(crate) fn redriven(out: &mut Out, letter: &Letter, sent: &MessageId) -> anyhow::Result<()> {
    let id = &letter.letter.id;
    out.line(&format!("{id}  {}  sent again as {sent}", subject(letter)))?;
    out.flush()
}

/// Says how many are on their way.
pub(crate) fn total(out: &mut Out, sent: usize) -> anyhow::Result<()> {
    out.line(&format!("{} sent again", plural(sent, "dead letter")))
}

fn subject(told: &Letter) -> String {
    let Letter { of, letter } = told;
    // Whatever is on the queue of a mirror is its work.
    if let Work::Mirror(system) = of {
        return match &letter.content {
            Ok(Message::MirrorContactsV1 {
                company, contacts, ..
            }) => format!("{system}: {} of company {company}", listed(contacts)),
            Ok(_) => format!("{system}: nothing that it can do"),
            Err(_) => format!("{system}: unreadable, in group {}", letter.group),
        };
    }
    match about(letter) {
        (Some(company), Some(contact)) => {
            format!("visit of company {company} for contact {contact}")
        }
        (Some(company), None) => format!("visit of company {company}"),
        (None, Some(contact)) => format!("search for the company of contact {contact}"),
        (None, None) => format!("unreadable, in group {}", letter.group),
    }
}

/// Contacts by their ids; of many, the first.
fn listed<'c>(contacts: impl IntoIterator<Item = &'c ContactId>) -> String {
    const SHOWN: usize = 5;
    let ids: Vec<String> = contacts.into_iter().map(ToString::to_string).collect();
    let (shown, more) = ids.split_at(ids.len().min(SHOWN));
    match (ids.as_slice(), more.len()) {
        ([id], _) => format!("contact {id}"),
        (_, 0) => format!("contacts {}", shown.join(", ")),
        (_, more) => format!("contacts {} and {more} more", shown.join(", ")),
    }
}

/// SQS counts each time that somebody looks at it, too.
fn received(count: u32) -> String {
    let times = plural(count as usize, "time");
    format!("{times}, this look counted")
}

fn age(at: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(at).as_mins().max(0);
    let count = |count: i64, thing| plural(usize::try_from(count).unwrap_or_default(), thing);
    match minutes {
        0..120 => count(minutes, "minute"),
        120..2880 => count(minutes / 60, "hour"),
        _ => count(minutes / 1440, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_the_unit_that_fits() {
        let at = Timestamp::UNIX_EPOCH;
        let after = |minutes: i64| Timestamp::from_second(minutes * 60).unwrap();
        for (minutes, words) in [
            (-5, "0 minutes"),
            (1, "1 minute"),
            (119, "119 minutes"),
            (120, "2 hours"),
            (2880, "2 days"),
        ] {
            assert_eq!(age(at, after(minutes)), words);
        }
    }
}
