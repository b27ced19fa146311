//! Running the program.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sandbox::{PERSON, World};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A profile of its own, gone after the test.
pub(crate) struct Program {
    profile: TempDir,
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self {
            profile: TempDir::new().unwrap(),
        }
    }

    /// Where the profile is.
    pub(crate) fn folder(&self) -> PathBuf {
        self.profile.path().join("profile")
    }

    /// Runs the program at the root of the repository.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let folder = self.folder();
        let output = Command::new(env!("CARGO_BIN_EXE_rollcall"))
            .current_dir(root())
            .args(args)
            .arg("--folder")
            .arg(folder)
            .output();
        Ran::of(output.unwrap())
    }

    /// The same, with this on standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: &str) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rollcall"))
            .args(args)
            .arg("--folder")
            .arg(self.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    /// The same with a rules file of this content.
    pub(crate) fn run_by(&self, rules: &str, args: &[&str]) -> Ran {
        let file = self.path("rules.toml");
        fs::write(&file, rules).unwrap();
        self.run(&[args, &["--rules", &file]].concat())
    }

    /// The path of a file that is gone after the test.
    pub(crate) fn path(&self, name: &str) -> String {
        self.profile.path().join(name).display().to_string()
    }

    /// Has somebody do something in the sandbox while no command runs.
    pub(crate) fn edit<T>(&self, edit: impl FnOnce(&mut World) -> T) -> T {
        let file = self.folder().join("sandbox.json");
        let mut world = World::from_json(&fs::read_to_string(&file).unwrap()).unwrap();
        world.advance(60);
        let done = edit(&mut world);
        fs::write(&file, world.to_json().unwrap()).unwrap();
        done
    }

    /// Has a person change a contact by a patch.
    pub(crate) fn patch(&self, contact: u32, path: &str, value: &Value) {
        let patch = json!([{ "op": "replace", "path": path, "value": value }]);
        let path = format!("/company/contacts/{contact}");
        let reply = self.edit(|world| world.request(PERSON, "PATCH", &path, Some(&patch)));
        assert_eq!(reply.status, 200);
    }

    /// The sandbox as it stands.
    pub(crate) fn world(&self) -> World {
        let text = fs::read_to_string(self.folder().join("sandbox.json")).unwrap();
        World::from_json(&text).unwrap()
    }

    /// The same, where it must succeed; what it prints.
    pub(crate) fn prints(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran.out
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// What was printed, without its line ends.
pub(crate) fn joined(printed: &str) -> String {
    let words: Vec<&str> = printed.split_whitespace().collect();
    words.join(" ")
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
