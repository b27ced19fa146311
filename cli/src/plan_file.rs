//! Plans on disk.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use model::SavedPlan;
use serde::{Deserialize, Serialize};

use crate::draft::PrivateFile;
use crate::exit::UsageError;

const FORMAT: &str = "rollcall plan";
const VERSION: u32 = 1;

/// The file: what it is, then the plan.
#[derive(Serialize)]
struct Written<'p> {
    format: &'static str,
    version: u32,
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
    plan: SavedPlan,
}

/// Saves a plan.
pub(crate) fn write(file: &PrivateFile, plan: &SavedPlan) -> anyhow::Result<()> {
    let written = Written {
        format: FORMAT,
        version: VERSION,
        plan,
    };
    let mut text = serde_json::to_string(&written).context("failed to write a plan as JSON")?;
    text.push('\n');
    file.write(&text)
}

/// Reads a plan. Whatever else stands there is refused without quoting it.
pub(crate) fn read(path: &Path) -> anyhow::Result<SavedPlan> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| UsageError::raise(format!("read {shown}: {error}")))?;
    let no_plan = || {
        UsageError::raise(format!(
            "{shown} is no saved plan; `rollcall plan --out FILE` saves one"
        ))
    };
    let head: Head = serde_json::from_str(&text).map_err(|_| no_plan())?;
    if head.format != FORMAT {
        return Err(no_plan());
    }
    if head.version != VERSION {
        return Err(UsageError::raise(format!(
            "{shown} is a plan of version {}, and this rollcall reads version {VERSION}; make the plan \
             anew with this one",
            head.version
        )));
    }
    let mut reader = serde_json::Deserializer::from_str(&text);
    let body: Body = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = error.path();
        UsageError::raise(format!("{shown} is damaged at {place}; make the plan anew"))
    })?;
    Ok(body.plan)
}

/// Refuses a plan of another tenant.
pub(crate) fn check_tenant(path: &Path, plan: &SavedPlan, tenant: &str) -> anyhow::Result<()> {
    if plan.tenant == tenant {
        return Ok(());
    }
    Err(UsageError::raise(format!(
        "{} was made for the tenant {}, and this is {tenant}",
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

    #[test]
    fn a_plan_is_read_back_as_it_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        write(&PrivateFile::check(&path).unwrap(), &plan()).unwrap();
        assert_eq!(read(&path).unwrap(), plan());
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
        write(&PrivateFile::check(&path).unwrap(), &plan()).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_plan_or_of_another_version_is_refused_without_quoting_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let whole =
            r#"{"format":"rollcall plan","version":1,"plan":{"made_at":"2026-03-04T15:20:12Z"}}"#;
        for (text, words) in [
            ("", "is no saved plan"),
            ("Ada Byron", "is no saved plan"),
            (r#"{"format":"Ada Byron","version":1}"#, "is no saved plan"),
            (r#"{"format":"rollcall plan","version":2}"#, "of version 2"),
            (whole, "is damaged at plan"),
        ] {
            fs::write(&path, text).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
            assert!(!error.contains("Ada"), "{error}");
        }
        assert!(read(&folder.path().join("none")).is_err());
        assert!(check_tenant(&path, &plan(), "northwindmsp").is_ok());
        let other = check_tenant(&path, &plan(), "other").unwrap_err();
        assert!(other.to_string().contains("for the tenant northwindmsp"));
    }
}
