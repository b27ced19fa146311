//! `rollcall doctor`: what is wrong with a deployed stack.

mod mirrors;
mod psa;

use connectwise::Reader;
use journal::Store as _;
use model::Mode;
use policy::Rules;
use queue::{DeadLetters, Depth, SqsQueue};
use serde::Serialize;
use startup::{Access, CallbackTarget, Problems, Stack};

use crate::args::{Doctor, Profile};
use crate::commands::callbacks::Office;
use crate::commands::dlq::Work;
use crate::exit::Exit;
use crate::print::{self, Out, plural};

use mirrors::MIRRORS;

pub(crate) async fn run(profile: &Profile, command: &Doctor) -> anyhow::Result<Exit> {
    let name = profile.stack_name()?;
    let mut out = Out::new();
    let mut rounds = Rounds {
        out: &mut out,
        quiet: command.json,
        results: Vec::new(),
    };
    Box::pin(rounds.aws(name)).await?;
    let results = rounds.results;
    if command.json {
        out.json(&results)?;
    } else {
        print::doctor::total(&mut out, &results)?;
    }
    let is_well = |check: &Check| check.state == State::Ok;
    Ok(if results.iter().all(is_well) {
        Exit::Done
    } else {
        Exit::Found
    })
}

/// Something that was looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    /// What.
    pub(crate) name: &'static str,
    /// How it is.
    pub(crate) state: State,
    /// What was seen.
    pub(crate) words: String,
    /// The likely cause, and what to do.
    pub(crate) remedy: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// As it should be.
    Ok,
    /// Not as it should be.
    Wrong,
    /// Nobody can tell before something else is right.
    Unchecked,
}

/// What is wrong, and the likely cause with what to do about it.
struct Trouble {
    words: String,
    remedy: Option<String>,
}

impl Trouble {
    fn new(words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            remedy: Some(remedy.into()),
        }
    }
}

/// Problems bring their remedies with them.
impl From<Problems> for Trouble {
    fn from(problems: Problems) -> Self {
        let words: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.place, problem.words))
            .collect();
        Self {
            words: words.join("; "),
            remedy: None,
        }
    }
}

impl From<queue::Error> for Trouble {
    fn from(error: queue::Error) -> Self {
        let remedy = match error {
            queue::Error::Denied { .. } => {
                "the right sqs:GetQueueAttributes, or kms:Decrypt for the key that seals it, is missing"
            }
            queue::Error::MissingQueue { .. } => {
                "the stack was deployed anew, or the region is another one"
            }
            _ => "SQS is out of reach from here: look at the network and at AWS's health page",
        };
        Self::new(error.to_string(), remedy)
    }
}

/// Looks at one thing after the other. What fails does not keep it from the rest.
struct Rounds<'o> {
    out: &'o mut Out,
    quiet: bool,
    results: Vec<Check>,
}

impl Rounds<'_> {
    /// Notes how something is, and passes on what can be worked with.
    fn note<T>(
        &mut self,
        name: &'static str,
        result: Result<(T, String), Trouble>,
    ) -> anyhow::Result<Option<T>> {
        let (found, state, words, remedy) = match result {
            Ok((found, words)) => (Some(found), State::Ok, words, None),
            Err(Trouble { words, remedy }) => (None, State::Wrong, words, remedy),
        };
        self.tell(Check {
            name,
            state,
            words,
            remedy,
        })?;
        Ok(found)
    }

    /// Notes what could not be looked at.
    fn skip(&mut self, names: &[&'static str], reason: &str) -> anyhow::Result<()> {
        for name in names {
            self.tell(Check {
                name,
                state: State::Unchecked,
                words: reason.to_owned(),
                remedy: None,
            })?;
        }
        Ok(())
    }

    fn tell(&mut self, check: Check) -> anyhow::Result<()> {
        if !self.quiet {
            print::doctor::check(self.out, &check)?;
            self.out.flush()?;
        }
        self.results.push(check);
        Ok(())
    }

    async fn aws(&mut self, name: &str) -> anyhow::Result<()> {
        const BEHIND: [&str; 10] = [
            "tenant secret",
            "PSA secret",
            "rules",
            "PSA site",
            "PSA rights",
            "companies",
            "callbacks",
            "work queue",
            "dead letters",
            "journal",
        ];
        let access = Access::check().await;
        let access = access.map(|access| {
            let words = access.to_string();
            (access, words)
        });
        let Some(access) = self.note("AWS access", access.map_err(Trouble::from))? else {
            self.skip(
                &["stack"],
                "without credentials and a region nobody can tell",
            )?;
            self.skip(&BEHIND, "without credentials and a region nobody can tell")?;
            return self.skip(&MIRRORS, "without credentials and a region nobody can tell");
        };
        let stack = Stack::find_by(&access, name).await;
        let stack = match stack {
            Ok(stack) => Ok((stack, format!("{name} is there"))),
            Err(error) => Err(match error.downcast::<Problems>() {
                Ok(problems) => problems.into(),
                Err(error) => Trouble::new(
                    format!("{error:#}"),
                    "CloudFormation is out of reach from here: look at the network, AWS_REGION and AWS's health page",
                ),
            }),
        };
        let Some(stack) = self.note("stack", stack)? else {
            self.skip(&BEHIND, "without the stack nobody can tell")?;
            return self.skip(&MIRRORS, "without the stack nobody can tell");
        };
        self.parts(&stack).await
    }

    async fn parts(&mut self, stack: &Stack) -> anyhow::Result<()> {
        let (target, reader, rules) = tokio::join!(stack.callbacks(), stack.psa(), stack.rules());
        let target = target.map(|target| {
            let words = format!("callbacks go to {}", address(&target));
            (target, words)
        });
        let target = self.note("tenant secret", target.map_err(Trouble::from))?;
        let reader = reader.map(|reader| {
            let words = format!("it has all keys of {}", reader.config().login_company());
            (reader, words)
        });
        let reader = self.note("PSA secret", reader.map_err(Trouble::from))?;
        let rules = rules.map(|rules| ((), modes(&rules)));
        self.note("rules", rules.map_err(Trouble::from))?;
        match reader {
            Some(reader) => self.psa(reader, target).await?,
            None => self.skip(
                &["PSA site", "PSA rights", "companies", "callbacks"],
                "without the keys nobody can tell",
            )?,
        }
        self.queues(stack).await?;
        self.journal(stack).await?;
        self.mirrors(stack).await
    }

    async fn psa(&mut self, reader: Reader, target: Option<CallbackTarget>) -> anyhow::Result<()> {
        let site = psa::site(&reader).await;
        if self.note("PSA site", site)?.is_none() {
            return self.skip(
                &["PSA rights", "companies", "callbacks"],
                "without the site nobody can tell",
            );
        }
        let rights = psa::rights(&reader).await;
        self.note("PSA rights", rights)?;
        let companies = psa::companies(&reader).await;
        self.note("companies", companies)?;
        match target {
            Some(target) => {
                let callbacks = callbacks(&Office::of(reader, target)).await;
                self.note("callbacks", callbacks)?;
                Ok(())
            }
            None => self.skip(
                &["callbacks"],
                "without the tenant's secret nobody can tell",
            ),
        }
    }

    async fn queues(&mut self, stack: &Stack) -> anyhow::Result<()> {
        match stack.queue() {
            Ok(queue) => self.queue("work queue", &queue).await?,
            Err(problems) => {
                self.note::<()>("work queue", Err(problems.into()))?;
            }
        }
        match stack.dead_letters() {
            Ok(dead) => self.dead_letters("dead letters", &dead, Work::Visits).await,
            Err(problems) => {
                self.note::<()>("dead letters", Err(problems.into()))?;
                Ok(())
            }
        }
    }

    /// Notes how much waits on a queue.
    async fn queue(&mut self, name: &'static str, queue: &SqsQueue) -> anyhow::Result<()> {
        let depth = queue.depth().await.map(|Depth { waiting, in_flight }| {
            let waiting = plural_of(waiting);
            let words = format!("{waiting} waiting, {in_flight} being worked on");
            ((), words)
        });
        self.note(name, depth.map_err(Trouble::from))?;
        Ok(())
    }

    /// Notes how much workers gave up.
    async fn dead_letters(
        &mut self,
        name: &'static str,
        dead: &DeadLetters,
        of: Work,
    ) -> anyhow::Result<()> {
        let found = match dead.depth().await {
            Ok(Depth { waiting, in_flight }) => match waiting + in_flight {
                0 => Ok(((), "there are none".to_owned())),
                count => Err(Trouble::new(
                    format!("{} given up", plural_of(count)),
                    format!(
                        "`rollcall dlq list` names them, the log of {} tells why; `rollcall dlq redrive --all` sends \
                         them again",
                        of.function()
                    ),
                )),
            },
            Err(error) => Err(error.into()),
        };
        self.note(name, found)?;
        Ok(())
    }

    async fn journal(&mut self, stack: &Stack) -> anyhow::Result<()> {
        let waiting = async {
            let journal = stack.journal()?;
            let waiting = journal.waiting(None).await.map_err(|error| {
                Trouble::new(
                    format!("{:#}", anyhow::Error::from(error)),
                    "the rights dynamodb:GetItem and dynamodb:Query for the table and its index, or kms:Decrypt for \
                     the key that seals it, may be missing, or the table gone",
                )
            })?;
            let words = match waiting.len() {
                0 => "it can be read; nothing waits for a person".to_owned(),
                count => format!("it can be read; {} for a person", waits(count)),
            };
            Ok(((), words))
        };
        let waiting = waiting.await;
        self.note("journal", waiting)?;
        Ok(())
    }
}

fn plural_of(count: u64) -> String {
    plural(usize::try_from(count).unwrap_or(usize::MAX), "message")
}

fn waits(count: usize) -> String {
    let verb = if count == 1 { "waits" } else { "wait" };
    format!("{} {verb}", plural(count, "decision"))
}

fn address(target: &CallbackTarget) -> String {
    target.address.shown(&target.address.registered())
}

/// What the rules do, in short.
fn modes(rules: &Rules) -> String {
    let modes: Vec<String> = rules
        .modes
        .iter()
        .map(|(rule, mode)| format!("{rule} {mode}"))
        .collect();
    let only = rules.modes.values().all(|mode| *mode == Mode::Observe) && !rules.may_write();
    let end = if only {
        "; nothing is ever written"
    } else {
        ""
    };
    format!("understood: {}{end}", modes.join(", "))
}

/// Whether the PSA tells the stack what it has to know.
async fn callbacks(office: &Office) -> Result<((), String), Trouble> {
    let registry = office.registry().await.map_err(|error| {
        Trouble::new(
            format!("{error:#}"),
            "the API member's role must be able to see callbacks (system)",
        )
    })?;
    if office.is_right(&registry) {
        return Ok(((), "contacts and companies, both switched on".to_owned()));
    }
    let missing = registry.missing.iter();
    let mut words: Vec<String> = missing.map(|kind| format!("no entry for {kind}")).collect();
    for (entry, standing) in &registry.entries {
        for wrong in print::callbacks::wrong(office, entry, standing) {
            words.push(format!("entry {}: {wrong}", entry.id));
        }
    }
    Err(Trouble::new(
        words.join("; "),
        "`rollcall callbacks register` makes and repairs entries",
    ))
}
