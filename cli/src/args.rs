//! The command line.

mod itglue;
mod read;
mod stack;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as Arguments, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use model::{CompanyId, ContactId, ProposalId, Rule, RunId};
use reconcile::Target;

pub(crate) use itglue::{Directory, Vips};
pub(crate) use stack::{Callbacks, Dlq, Doctor};

/// Keeps the contacts of ConnectWise PSA in line: merges duplicates, sees to the default contact,
/// and lets nobody into the portal without an address of their own.
///
/// Without configuration it works on the local profile: an embedded sandbox with an example tenant,
/// and an embedded journal, both kept under .rollcall/. No account, no network.
///
/// With --profile aws it works on a deployed stack, with the credentials and the region that the AWS tools would
/// use (`AWS_PROFILE`, `AWS_REGION`): rollcall --profile aws --stack rollcall doctor
///
/// Exit codes: 0 done, 1 something was found or refused, 2 usage or configuration, 3 the other side
/// failed, 130 stopped by Ctrl-C.
#[derive(Parser)]
#[command(name = "rollcall", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) profile: Profile,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where to work.
#[derive(Arguments)]
pub(crate) struct Profile {
    /// What to work on
    #[arg(
        long = "profile",
        global = true,
        value_enum,
        default_value_t,
        value_name = "PROFILE"
    )]
    pub(crate) kind: Kind,
    /// The name of the stack to work on, with --profile aws
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) stack: Option<String>,
    /// The folder of the local profile
    #[arg(
        long,
        global = true,
        default_value = ".rollcall",
        value_name = "FOLDER"
    )]
    pub(crate) folder: PathBuf,
    /// A rules file to work by, in place of the local profile's own, which enforces everything, or of the stack's
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
}

/// What a profile works on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// An embedded sandbox with an example tenant
    #[default]
    Local,
    /// A deployed stack
    Aws,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Send sample events through receiver, queue and worker, and show what happened to each
    ///
    /// With --profile aws, HTTP events are posted to the callback address of the stack, and to nothing else; what it
    /// answers is shown. What becomes of them is told by history.
    #[command(after_help = "Example:\n  rollcall replay events/\n  \
        rollcall replay events/callback-receiver/03-portal-without-email.json --json\n  \
        rollcall --profile aws --stack rollcall replay events/callback-receiver/01-all-in-order.json\n\n\
        Exit code: 0 when every event was taken to its end, or answered by the stack, whatever that was;\n\
        3 when the stack did not answer, or with an error of its own.")]
    Replay(Replay),
    /// Show what would be changed, why, and how far it reaches; write nothing
    ///
    /// What waits for review is planned as if it were approved. What the rules only observe is told
    /// apart, and is never written. With --out, the plan is saved for `rollcall apply`; with --html, as
    /// a page to read and pass on. Both files hold people's data: only their owner can read them.
    #[command(
        after_help = "Example:\n  rollcall plan --company 830\n  rollcall plan --all --json\n  \
        rollcall plan --out plan.json --html plan.html\n\n\
        Exit code: 1 when something would be changed or was found, 2 when there is no such company."
    )]
    Plan(Plan),
    /// Carry out a saved plan: exactly that, and nothing whose records have changed since
    ///
    /// The file is the approval, so nothing is asked. Each company is read anew; changes whose records
    /// are not as the plan found them are refused, and each difference is named. The rules must be those
    /// that the plan was made under.
    ///
    /// With --profile aws this process writes beside the workers. Each record is looked at once more before it is
    /// written to, but a worker at the same company at the same moment may still get in between: do not run it while
    /// callbacks about the same companies pour in.
    #[command(
        after_help = "Example:\n  rollcall apply plan.json\n\nThe file is made by: rollcall plan --out plan.json\n\n\
        Exit code: 1 when something was refused or waits for review, 2 when the file is no plan for this\n\
        tenant and these rules, 3 when the PSA failed; what was done by then is shown."
    )]
    Apply(Apply),
    /// Show what waits for a person, side by side, with the evidence
    #[command(
        after_help = "Example:\n  rollcall review\n  rollcall review --company 830 --json\n\n\
        Exit code: 1 when something waits."
    )]
    Review(Review),
    /// Say yes to what waits, and have it done
    ///
    /// The companies are visited at once; with --profile aws, by the workers, who are told through their queue.
    /// Approving a pair says that the two are one person. What was rejected can be approved after all, but for pairs,
    /// which were told apart for ever.
    #[command(after_help = "Example:\n  rollcall approve pair-83002-83020\n\n\
        Exit code: 1 when nothing waits under such an id, or something stands in the way, 3 when the PSA\n\
        failed.")]
    Approve(Decide),
    /// Say no to what waits
    ///
    /// Rejecting a pair says that the two are different people. That is remembered for ever: they are
    /// never merged or proposed again.
    #[command(
        after_help = "Example:\n  rollcall reject pair-83002-83020 --by jamie\n\n\
        Exit code: 1 when nothing waits under such an id."
    )]
    Reject(Decide),
    /// Take back a run or a change, as far as nobody has changed the records since
    ///
    /// Shows first what becomes of each change, and asks. What a person has changed since is left alone
    /// and told. An undo is a run like any other, and can be taken back in turn.
    ///
    /// With --profile aws this process writes beside the workers: do not run it while callbacks about the same
    /// companies pour in.
    #[command(after_help = "Example:\n  rollcall undo 20260304-5f0c1a1e2b\n  \
        rollcall undo 20260304-5f0c1a1e2b.3 --yes\n\n\
        Exit code: 1 when something was left alone or failed, when nothing was to be taken back, and\n\
        when the answer was no; 3 when the PSA failed: the same undo then goes on where it stopped.")]
    Undo(Undo),
    /// Compare the PSA with its mirrors, and explain every difference and who wins
    ///
    /// What differs is told by contact: what the PSA has, what IT Glue and Grow CRM have, and what becomes of it:
    /// written, kept as a mirror alone knows it, or for a person. It is told whatever the mode; where a mirror is only
    /// observed, that is said. With --fix, the mirrors carry out what is to be written there, after asking.
    ///
    /// With --profile aws, --fix writes nothing itself: it has the workers look at the contacts that differ.
    #[command(
        after_help = "Example:\n  rollcall drift --company 812\n  rollcall drift --html drift.html\n  \
        rollcall drift --company 812 --fix --yes\n\n\
        Exit code: 1 when something is to be written or for a person, and when the answer was no; what a\n\
        mirror alone keeps is told and does not count; 2 when there is no such company, 3 when a mirror\n\
        could not be compared."
    )]
    Drift(Drift),
    /// Show what was done, when, and by which rule
    #[command(after_help = "Example:\n  rollcall history --contact 83002\n  \
        rollcall history --company 830 --rule merge-duplicates --json\n  \
        rollcall history --since 2026-03-04 --until '2026-03-04 18:00:00'")]
    History(History),
    /// Show one change or visit whole: the evidence, and each record before and after
    #[command(after_help = "Example:\n  rollcall explain 20260304-5f0c1a1e2b.3\n\n\
        Exit code: 1 when the journal knows no such change or visit.")]
    Explain(Explain),
    /// Have the journal forget whom and what older changes were about
    ///
    /// Names, addresses and the records before and after each change go; that a change was made stays, as do
    /// all decisions, so that nothing is done again. What was forgotten can be taken back no more. What was written
    /// to a mirror is forgotten in the same way. The map of the mirrors stays, with what each record was last given:
    /// it follows the present, and loses whoever is gone. Neither the PSA nor a mirror is changed by it.
    #[command(after_help = "Example:\n  rollcall forget --before 2025-11-21\n\n\
        Exit code: 1 when the answer was no.")]
    Forget(Forget),
    /// Show the contact directory of a company: whom IT Glue has of it, and who that is in the PSA
    ///
    /// Who a record is, is told by the map, or else by IT Glue's native sync, or else by our line in its notes. Nothing
    /// is written.
    #[command(after_help = "Example:\n  rollcall directory --company 812\n  \
        rollcall directory --company 812 --json\n\n\
        Exit code: 1 when the company has no organization in IT Glue, or nobody can say which one it is,\n\
        2 when there is no such company, or the mirror in IT Glue is off.")]
    Directory(Directory),
    /// Show everybody who is marked as important in IT Glue, and whether the PSA says so, too
    ///
    /// The PSA says so by one of the labels of itglue.vip-labels in the rules, on an active contact. Nothing is written.
    #[command(
        after_help = "Example:\n  rollcall vips\n  rollcall vips --company 812 --json\n\n\
        Exit code: 1 when the company has no organization in IT Glue, or nobody can say which one it is,\n\
        2 when there is no such company, or the mirror in IT Glue is off."
    )]
    Vips(Vips),
    /// Find the contacts in a file that are the same person, or may be
    ///
    /// Reads contacts as the PSA's API returns them, one JSON object a line, and compares those of the
    /// same company. Writes one JSON object for each pair: both ids, a score from 0 to 1, the decision
    /// (merge, review, or distinct for pairs that look alike and are two people), and why. The reasons
    /// may quote names: treat the result like the contacts.
    #[command(
        after_help = "Example:\n  rollcall match --contacts contacts.jsonl.gz --out pairs.jsonl\n  \
        rollcall match --contacts - --out - --company 830 < contacts.jsonl\n\n\
        Exit code: 1 when there were lines that could not be used (all others were compared),\n\
        2 when a file cannot be opened or its gzip data is damaged."
    )]
    Match(Match),
    /// Run the fake PSA, IT Glue and Grow CRM on local ports
    ///
    /// The PSA sends signed callbacks for its own changes. Where each of them listens, and the keys that it takes, is
    /// printed.
    #[command(after_help = "Example:\n  rollcall sandbox --listen 127.0.0.1:8080 \
        --callback http://127.0.0.1:9000/cw/TOKEN\n  rollcall sandbox --listen-itglue 127.0.0.1:8081 \
        --listen-growcrm 127.0.0.1:8082")]
    Sandbox(Sandbox),
    /// Check a rules file, show the rules in force, or put others into force
    #[command(subcommand)]
    Rules(Rules),
    /// Look at what the workers gave up, and send it again (with --profile aws)
    #[command(subcommand)]
    Dlq(Dlq),
    /// Check, make or remove the PSA's callback entries that send to the stack (with --profile aws)
    #[command(subcommand)]
    Callbacks(Callbacks),
    /// Check a deployed stack from end to end, and say in words what is wrong (with --profile aws)
    ///
    /// Credentials, outputs, secrets, rules, the PSA's rights, queues, journal and callbacks are looked at one by one, and
    /// of each mirror that is on its secret, its key, what it may read, its queue, and the native sync of IT Glue. What
    /// fails does not keep it from looking at the rest. Nothing is written.
    #[command(
        after_help = "Example:\n  rollcall --profile aws --stack rollcall doctor\n  \
        rollcall --profile aws --stack rollcall doctor --json\n\n\
        Exit code: 1 when something is wrong."
    )]
    Doctor(Doctor),
}

#[derive(Arguments)]
pub(crate) struct Replay {
    /// Event files, folders of them, or - for one on standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Print data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct Plan {
    /// Only this company
    #[arg(long, value_name = "ID", conflicts_with = "all")]
    pub(crate) company: Option<CompanyId>,
    /// Every company, which is the default
    #[arg(long)]
    pub(crate) all: bool,
    /// Save the plan here, to be applied later
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Save it as a page for the browser
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct Apply {
    /// A plan, as `rollcall plan --out` saved it
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct Review {
    /// Only what waits at this company
    #[arg(long, value_name = "ID")]
    pub(crate) company: Option<CompanyId>,
    /// Print data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct Decide {
    /// What is decided, as review prints it
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<ProposalId>,
    /// Who says so, for the journal
    #[arg(long, value_name = "NAME", default_value = "operator")]
    pub(crate) by: String,
}

#[derive(Arguments)]
pub(crate) struct Undo {
    /// A visit (RUN) or a change (RUN.NUMBER), as history prints them
    #[arg(value_name = "RUN|CHANGE")]
    pub(crate) target: Target,
    /// Do it without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print data instead of text; does not ask
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct Drift {
    /// Only this company
    #[arg(long, value_name = "ID")]
    pub(crate) company: Option<CompanyId>,
    /// Have the mirrors brought in line
    #[arg(long)]
    pub(crate) fix: bool,
    /// Do it without asking
    #[arg(long, requires = "fix")]
    pub(crate) yes: bool,
    /// Save what differs as a page for the browser, as it is before anything is written
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print data instead of text; does not ask
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct History {
    /// Only what touched this contact
    #[arg(long, value_name = "ID", conflicts_with = "company")]
    pub(crate) contact: Option<ContactId>,
    /// Only what was done at this company
    #[arg(long, value_name = "ID")]
    pub(crate) company: Option<CompanyId>,
    /// Only what this visit did
    #[arg(long, value_name = "RUN", value_parser = read::run)]
    pub(crate) run: Option<RunId>,
    /// Only what this policy asked for: merge-duplicates, primary-contact or portal-invite; or this mirror:
    /// mirror-itglue or mirror-growcrm
    #[arg(long, value_name = "NAME", value_parser = read::rule)]
    pub(crate) rule: Option<Rule>,
    /// Not older than this: a date or time as history prints them (UTC), or with an offset
    #[arg(long, value_name = "TIME", value_parser = read::time)]
    pub(crate) since: Option<Timestamp>,
    /// Older than this
    #[arg(long, value_name = "TIME", value_parser = read::time)]
    pub(crate) until: Option<Timestamp>,
    /// Print data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct Explain {
    /// A change (RUN.NUMBER) or a visit (RUN), as history prints them
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Print data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct Forget {
    /// What is older than this: a date or time as history prints them (UTC), or with an offset
    #[arg(long, value_name = "TIME", value_parser = read::time)]
    pub(crate) before: Timestamp,
    /// Do it without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct Match {
    /// The contacts, plain or gzip; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) contacts: PathBuf,
    /// Where the pairs go, as gzip if the name ends in .gz; - for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Only this company
    #[arg(long, value_name = "ID")]
    pub(crate) company: Option<CompanyId>,
    /// Print the summary as data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct Sandbox {
    /// The address that the PSA listens on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// The address that IT Glue listens on
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub(crate) listen_itglue: SocketAddr,
    /// The address that Grow CRM listens on
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub(crate) listen_growcrm: SocketAddr,
    /// A tenant to start with, as saved in a local profile (sandbox.json), in place of the example
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,
    /// An IT Glue account to start with, as saved in a local profile (itglue.json), in place of the example
    #[arg(long, value_name = "FILE")]
    pub(crate) seed_itglue: Option<PathBuf>,
    /// A Grow CRM to start with, as saved in a local profile (growcrm.json), in place of the example
    #[arg(long, value_name = "FILE")]
    pub(crate) seed_growcrm: Option<PathBuf>,
    /// What goes wrong in the PSA: a JSON list of faults, as in the scenes of events/
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Where to send contact and company callbacks
    #[arg(long, value_name = "URL")]
    pub(crate) callback: Option<String>,
    /// Where callbacks say that their signing keys are, such as <https://na.myconnectwise.net>; by default, here
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) site: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Rules {
    /// Check a rules file and tell every mistake with its place
    #[command(after_help = "Example:\n  rollcall rules check rules.toml\n\n\
        Exit code: 1 when there is a mistake.")]
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Print the rules in force
    #[command(after_help = "Example:\n  rollcall rules show --rules rules.toml\n  \
        rollcall --profile aws --stack rollcall rules show")]
    Show {
        /// Print data instead of text
        #[arg(long)]
        json: bool,
    },
    /// Put a rules file into force on a deployed stack (with --profile aws)
    ///
    /// The file is checked first. Which rules become others is shown, and asked about. The workers look at their rules
    /// every five minutes.
    #[command(
        after_help = "Example:\n  rollcall --profile aws --stack rollcall rules push rules.toml\n\n\
        Exit code: 1 when there is a mistake in the file, or the answer was no."
    )]
    Push {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
}
