//! The journal.

use std::path::Path;

use journal::Sqlite;
use model::Mode;
use policy::Rules;

use crate::aws;
use crate::env::{Env, Variable};
use crate::problems::Problems;
use crate::rules::PARAMETER;

/// The journal's file.
pub(crate) const PATH: Variable = Variable {
    name: "ROLLCALL_JOURNAL",
    remedy: "set it to the path of the journal's SQLite file, in a folder that exists",
};

/// Opens the journal, if it is good enough for what the rules allow.
///
/// Lambda forgets its files. That does no harm where we only observe, but a write needs a journal that can take
/// it back, and a review must find its plan again.
pub(crate) fn open(env: &Env, rules: Option<&Rules>, problems: &mut Problems) -> Option<Sqlite> {
    let path = env.required(PATH, problems)?;
    if env.is_lambda() && !only_observes(rules?) {
        problems.add(
            PARAMETER.name,
            "names rules with a policy in mode review or enforce, but in Lambda the journal is a file, which is \
             lost: set every mode to observe",
        );
        return None;
    }
    let opened = Sqlite::open(Path::new(path)).map_err(|error| {
        format!(
            "names a journal that cannot be used: {}",
            aws::with_causes(&error)
        )
    });
    problems.note(PATH.name, opened)
}

fn only_observes(rules: &Rules) -> bool {
    let exceptions = rules.companies.values().flat_map(|modes| modes.values());
    rules
        .modes
        .values()
        .chain(exceptions)
        .all(|mode| *mode == Mode::Observe)
}
