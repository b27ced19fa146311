//! Plans on disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use model::SavedPlan;
use policy::Rules;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::draft::PrivateFile;
use crate::exit::UsageError;

const FORMAT: &str = "rollcall plan";
const VERSION: u32 = 1;

/// How to come by a plan.
const ANEW: &str = "`rollcall plan --out FILE` saves one";

/// The file: what it is, the rules that the plan was made under, then the plan.
#[derive(Serialize)]
struct Written<'p> {
    format: &'static str,
    version: u32,
    rules: &'p Rules,
    plan: &'p SavedPlan,
}

/// What must be known before the plan itself can be read.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
struct Body {
    rules: Value,
    plan: SavedPlan,
}

/// Saves a plan.
pub(crate) fn write(file: &PrivateFile, plan: &SavedPlan, rules: &Rules) -> anyhow::Result<()> {
    let written = Written {
        format: FORMAT,
        version: VERSION,
        rules,
        plan,
    };
    let mut text = serde_json::to_string(&written).context("failed to write a plan as JSON")?;
    text.push('\n');
    file.write(&text)
}

/// Reads a plan that was made under these rules. Whatever else stands there is refused without quoting it.
pub(crate) fn read(path: &Path, rules: &Rules) -> anyhow::Result<SavedPlan> {
    let shown = path.display();
    let refuse = |words: String| UsageError::raise(format!("{shown} {words}"));
    let bytes = fs::read(path)
        .map_err(|error| UsageError::raise(format!("read {shown}: {error}; {ANEW}")))?;
    if bytes.trim_ascii().is_empty() {
        return Err(refuse(format!("is empty; {ANEW}")));
    }
    let head: Head = serde_json::from_slice(&bytes).map_err(|error| {
        let what = if error.is_eof() {
            "ends too early"
        } else {
            "is no saved plan"
        };
        refuse(format!("{what}; {ANEW}"))
    })?;
    if head.format != FORMAT {
        return Err(refuse(format!("is no saved plan; {ANEW}")));
    }
    if head.version != VERSION {
        let version = head.version;
        return Err(refuse(format!(
            "is a plan of version {version}, and this rollcall reads version {VERSION}; make the plan anew \
             with this one"
        )));
    }
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let body: Body = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        refuse(format!(
            "is damaged at {}; make the plan anew",
            error.path()
        ))
    })?;
    let rules = serde_json::to_value(rules).context("failed to compare the rules")?;
    let mut others = Vec::new();
    differing(&body.rules, &rules, "", &mut others);
    if others.is_empty() {
        return Ok(body.plan);
    }
    Err(refuse(format!(
        "was made under other rules (what differs: {}); name the rules file that it was made with (--rules), \
         or make the plan anew",
        others.join(", ")
    )))
}

/// The names of the rules that are not the same.
pub(crate) fn differing(then: &Value, now: &Value, name: &str, names: &mut Vec<String>) {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            let keys: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
            for key in keys {
                let name = match name {
                    "" => key.clone(),
                    name => format!("{name}.{key}"),
                };
                let of = |rules: &Map<String, Value>| rules.get(key).cloned().unwrap_or_default();
                differing(&of(then), &of(now), &name, names);
            }
        }
        _ if then == now => {}
        _ => names.push(name.to_owned()),
    }
}

/// Refuses a plan of another tenant.
pub(crate) fn check_tenant(
    path: &Path,
    plan: &SavedPlan,
    tenant: &str,
    elsewhere: &str,
) -> anyhow::Result<()> {
    if plan.tenant == tenant {
        return Ok(());
    }
    Err(UsageError::raise(format!(
        "{} was made for the tenant {}, and this is {tenant}; name {elsewhere}, or make the plan anew",
        path.display(),
        plan.tenant
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> SavedPlan {
        SavedPlan {
            made_at: "2026-03-04T15:20:12Z".parse().unwrap(),
            tenant: "northwindmsp".to_owned(),
            companies: Vec::new(),
        }
    }

    fn rules() -> Rules {
        Rules::default()
    }

    #[test]
    fn a_plan_is_read_back_as_it_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        write(&PrivateFile::check(&path).unwrap(), &plan(), &rules()).unwrap();
        assert_eq!(read(&path, &rules()).unwrap(), plan());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_but_its_owner_can_read_it_whatever_stood_there() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        fs::write(&path, "for everybody").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write(&PrivateFile::check(&path).unwrap(), &plan(), &rules()).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_plan_or_of_another_version_is_refused_without_quoting_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let whole = r#"{"format":"rollcall plan","version":1,"plan":{"made_at":"2026-03-04"}}"#;
        for (text, words) in [
            (" \n", "is empty"),
            ("Ada Byron", "is no saved plan"),
            (r#"["Ada Byron"]"#, "is no saved plan"),
            (whole.trim_end_matches('}'), "ends too early"),
            (r#"{"format":"Ada Byron","version":1}"#, "is no saved plan"),
            (r#"{"format":"rollcall plan","version":2}"#, "of version 2"),
            (whole, "is damaged at plan.made_at"),
        ] {
            fs::write(&path, text).unwrap();
            let error = read(&path, &rules()).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
            assert!(!error.contains("Ada"), "{error}");
        }
        assert!(read(&folder.path().join("none"), &rules()).is_err());
        assert!(check_tenant(&path, &plan(), "northwindmsp", "").is_ok());
        let other = check_tenant(&path, &plan(), "other", "").unwrap_err();
        assert!(other.to_string().contains("for the tenant northwindmsp"));
    }

    #[test]
    fn a_plan_made_under_other_rules_is_refused_by_what_differs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        write(&PrivateFile::check(&path).unwrap(), &plan(), &rules()).unwrap();
        let text = "[modes]\nmerge-duplicates = \"review\"\n[limits]\nmerges-per-visit = 1\n\
                    [companies.830]\nportal-invite = \"review\"\n";
        let other = Rules::parse(text).unwrap();
        let words = read(&path, &other).unwrap_err().to_string();
        let named =
            "(what differs: companies.830, limits.merges-per-visit, modes.merge-duplicates)";
        assert!(words.contains(named), "{words}");
    }
}
