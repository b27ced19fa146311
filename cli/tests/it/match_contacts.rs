//! `rollcall match`, on files small enough to read.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Program, Ran};

/// A folder with files, and the program that works on them.
struct Desk {
    program: Program,
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            program: Program::new(),
            folder: TempDir::new().unwrap(),
        }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of all files, in order.
    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into())
            .collect();
        files.sort();
        files
    }

    fn run(&self, contacts: &str, out: &str, more: &[&str]) -> Ran {
        let args = ["match", "--contacts", contacts, "--out", out];
        self.program.run(&[&args, more].concat())
    }

    /// The pairs of a file with this content, which must be good.
    fn pairs(&self, content: impl AsRef<[u8]>) -> String {
        let ran = self.run(&self.write("contacts", content), &self.path("pairs"), &[]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        self.read("pairs")
    }
}

fn contact(id: u32, company: u32, first: &str, last: &str, email: &str) -> String {
    json!({
        "id": id, "firstName": first, "lastName": last,
        "company": {"id": company, "name": "Harbor Line"}, "inactiveFlag": false,
        "communicationItems": [{
            "id": id * 10, "type": {"id": 1, "name": "Email"}, "value": email, "defaultFlag": true,
            "communicationType": "Email",
        }],
    })
    .to_string()
}

/// Two companies: one person twice, a family at one address, and a bystander with a double elsewhere.
fn lines() -> Vec<String> {
    vec![
        contact(11, 1, "Orla", "Quinn", "orla.quinn@harbor.example"),
        contact(3, 1, "Quinn, Orla", "", "Orla.Quinn+psa@harbor.example"),
        contact(5, 1, "Tom", "Hall Sr.", "hall@harbor.example"),
        contact(8, 1, "Tom", "Hall Jr.", "hall@harbor.example"),
        contact(2, 2, "Orla", "Quinn", "orla.quinn@harbor.example"),
        contact(9, 2, "Orla", "Quinn", "orla.quinn@harbor.example"),
    ]
}

fn text() -> String {
    lines().join("\n") + "\n"
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn decisions(pairs: &str) -> Vec<(u64, u64, String)> {
    pairs
        .lines()
        .map(|line| {
            let pair: Value = serde_json::from_str(line).unwrap();
            let keys: Vec<&String> = pair.as_object().unwrap().keys().collect();
            assert_eq!(keys.len(), 5, "{keys:?}");
            let score = pair["score"].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&score), "{line}");
            assert!(!pair["why"].as_str().unwrap().is_empty());
            (
                pair["a"].as_u64().unwrap(),
                pair["b"].as_u64().unwrap(),
                pair["decision"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

#[test]
fn an_empty_file_has_no_pairs() {
    let desk = Desk::new();
    assert_eq!(desk.pairs(""), "");
    assert_eq!(desk.pairs(gzip("")), "");
    assert_eq!(desk.pairs("\n \r\n"), "");
    let ran = desk.run(&desk.write("none", ""), &desk.path("pairs"), &[]);
    assert_eq!(
        ran.out,
        "0 contacts of 0 companies; pairs to merge: 0, to review: 0, refused: 0; bad lines: 0\n"
    );
}

#[test]
fn pairs_are_ordered_by_id_and_stay_within_a_company() {
    let desk = Desk::new();
    let pairs = desk.pairs(text());
    let decisions = decisions(&pairs);
    assert!(decisions.iter().all(|(a, b, _)| a < b));
    assert!(decisions.is_sorted());
    let merges: Vec<(u64, u64)> = decisions
        .iter()
        .filter(|(.., decision)| decision == "merge")
        .map(|(a, b, _)| (*a, *b))
        .collect();
    assert_eq!(merges, [(2, 9), (3, 11)]);
    assert!(decisions.contains(&(5, 8, "distinct".to_owned())));
    let first: Value = serde_json::from_str(pairs.lines().next().unwrap()).unwrap();
    assert_eq!((&first["a"], &first["score"]), (&json!(2), &json!(1.0)));
    let why = first["why"].as_str().unwrap();
    assert!(why.ends_with("; nothing conflicts"), "{why}");
}

#[test]
fn the_order_of_the_lines_does_not_matter() {
    let desk = Desk::new();
    let mut lines = lines();
    let pairs = desk.pairs(text());
    lines.reverse();
    assert_eq!(desk.pairs(lines.join("\n")), pairs);
    lines.rotate_left(2);
    assert_eq!(desk.pairs(lines.join("\n")), pairs);
}

#[test]
fn how_the_file_is_packed_or_spelled_does_not_matter() {
    let desk = Desk::new();
    let pairs = desk.pairs(text());
    assert_eq!(desk.pairs(gzip(&text())), pairs);
    assert_eq!(desk.pairs(text().replace('\n', "\r\n")), pairs);
    assert_eq!(desk.pairs(format!("\u{feff}{}", text())), pairs);
    assert_eq!(desk.pairs(text().replace('\n', "\n\n")), pairs);
    assert_eq!(desk.pairs(text().trim_end()), pairs);
    // As `cat` and log rotation make them; a member may end inside a line.
    let text = text();
    let (one, other) = text.split_at(300);
    assert_eq!(desk.pairs([gzip(one), gzip(other)].concat()), pairs);
}

#[test]
fn a_long_file_is_read_as_the_short_one_it_begins_with() {
    // Several pieces, with lines across their borders.
    let desk = Desk::new();
    let pairs = desk.pairs(text());
    let mut long = text();
    for id in 100..9_100 {
        long += &contact(id, id, "Ada", "Byron", "ada@harbor.example");
        long += "\n";
    }
    assert!(long.len() > 2 << 20);
    assert_eq!(desk.pairs(gzip(&long)), pairs);
    long += "{\"id\":1}";
    let ran = desk.run(&desk.write("long", &long), &desk.path("pairs"), &[]);
    let number = long.lines().count();
    assert!(
        ran.err
            .contains(&format!("long:{number}: has no company.id")),
        "{}",
        ran.err
    );
}

#[test]
fn one_company_can_be_picked() {
    let desk = Desk::new();
    let contacts = desk.write("contacts", text());
    let ran = desk.run(
        &contacts,
        &desk.path("pairs"),
        &["--company", "2", "--json"],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(decisions(&desk.read("pairs")).len(), 1);
    let expected = json!({
        "contacts": 2, "companies": 1, "merges": 1, "reviews": 0, "refused": 0, "bad_lines": 0,
    });
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap(), expected);
}

#[test]
fn standard_input_and_output_take_the_place_of_files() {
    let desk = Desk::new();
    let pairs = desk.pairs(text());
    let args = ["match", "--contacts", "-", "--out", "-"];
    let ran = desk.program.run_with_input(&args, &text());
    assert_eq!((ran.code, ran.out), (0, pairs));
    assert!(ran.err.starts_with("6 contacts of 2 companies; "));
}

#[test]
fn the_name_of_the_output_decides_whether_it_is_packed() {
    let desk = Desk::new();
    let pairs = desk.pairs(text());
    let ran = desk.run(&desk.path("contacts"), &desk.path("pairs.jsonl.GZ"), &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let packed = fs::read(desk.path("pairs.jsonl.GZ")).unwrap();
    let mut unpacked = String::new();
    MultiGzDecoder::new(packed.as_slice())
        .read_to_string(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, pairs);
}

#[test]
fn bad_lines_are_told_by_number_and_the_rest_is_done() {
    let desk = Desk::new();
    let pairs = desk.pairs(text());
    let bad: [(&[u8], &str); 9] = [
        (b"Ottoline Brandt", "does not start a JSON object"),
        (br#"[{"firstName":"Ottoline"}]"#, "is a list"),
        (
            br#"{"id":70,"firstName":"Ottoline""#,
            "ends inside its JSON",
        ),
        (
            br#"{"firstName":"Ottoline","company":{"id":1}}"#,
            "has no id",
        ),
        (br#"{"id":71,"lastName":"Brandt"}"#, "has no company.id"),
        (
            br#"{"id":0,"lastName":"Brandt"}"#,
            "id is not a positive whole number",
        ),
        (
            br#"{"id":72,"company":{"id":1},"firstName":{"Ottoline":1}}"#,
            "firstName is not text",
        ),
        (
            br#"{"id":11,"company":{"id":2},"firstName":"Ottoline"}"#,
            "repeats contact 11 of line 1",
        ),
        (
            b"{\"id\":73,\"firstName\":\"Ottoline\xff\"}",
            "is not UTF-8",
        ),
    ];
    let mut content = Vec::new();
    for (number, line) in lines().iter().enumerate() {
        content.extend_from_slice(line.as_bytes());
        content.push(b'\n');
        if number == 0 {
            for (bad, _) in bad {
                content.extend_from_slice(bad);
                content.push(b'\n');
            }
        }
    }
    let ran = desk.run(&desk.write("contacts", content), &desk.path("pairs"), &[]);
    assert_eq!(ran.code, 1);
    assert_eq!(desk.read("pairs"), pairs);
    assert!(ran.out.ends_with("; bad lines: 9\n"), "{}", ran.out);
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), bad.len(), "{}", ran.err);
    for (number, (told, (_, words))) in (2..).zip(told.iter().zip(bad)) {
        let start = format!("{}:{number}: {words}", desk.path("contacts"));
        assert!(told.starts_with(&start), "{told}, expected {words}");
        assert!(told.contains(';'), "{told} has no remedy");
    }
    for private in ["Ottoline", "Brandt", "harbor"] {
        assert!(!ran.err.contains(private), "{}", ran.err);
    }
}

#[test]
fn only_the_first_of_many_bad_lines_are_told() {
    let desk = Desk::new();
    let content = "Ottoline\n".repeat(100) + &text();
    let ran = desk.run(&desk.write("contacts", content), &desk.path("pairs"), &[]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.err.lines().count(), 21);
    let last = ran.err.lines().last().unwrap();
    assert!(last.ends_with(": 80 more could not be used"), "{last}");
    assert_eq!(decisions(&desk.read("pairs")).len(), 3);
}

#[test]
fn a_line_without_end_is_one_bad_line() {
    let desk = Desk::new();
    let long = format!(
        r#"{{"id":70,"firstName":"{}"}}"#,
        "Ottoline".repeat(1 << 20)
    );
    let content = format!("{long}\n{}{long}", text());
    let ran = desk.run(&desk.write("contacts", content), &desk.path("pairs"), &[]);
    assert_eq!(ran.code, 1);
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 2, "{} lines", told.len());
    assert!(told[0].ends_with("contacts:1: is longer than 4 MiB; write one contact a line"));
    assert!(told[1].contains("contacts:8: is longer"));
    assert_eq!(decisions(&desk.read("pairs")).len(), 3);
}

#[test]
fn what_cannot_be_read_is_told_with_its_name() {
    let desk = Desk::new();
    let out = desk.path("pairs");
    let packed = gzip(&text());
    let cut = desk.write("cut.gz", &packed[..packed.len() / 2]);
    let mut wrong = packed;
    let middle = wrong.len() / 2;
    wrong[middle] ^= 0xff;
    let wrong = desk.write("wrong.gz", wrong);
    for (contacts, words) in [
        (desk.path("missing"), "No such file"),
        (desk.folder.path().display().to_string(), "director"),
        (cut, "is cut off or damaged"),
        (wrong, "is cut off or damaged"),
    ] {
        let ran = desk.run(&contacts, &out, &[]);
        assert_eq!(ran.code, 2, "{contacts}: {}", ran.err);
        assert!(
            ran.err.contains(&format!("read {contacts}: ")),
            "{}",
            ran.err
        );
        assert!(ran.err.contains(words), "{}", ran.err);
        assert!(!fs::exists(&out).unwrap());
    }
    assert_eq!(desk.files().len(), 2);
}

#[test]
fn what_cannot_be_written_is_told_before_the_work() {
    let desk = Desk::new();
    let contacts = desk.write("contacts", text());
    for (out, words) in [
        (desk.path("missing/pairs"), "No such file"),
        (desk.folder.path().display().to_string(), "it is a folder"),
        (contacts.clone(), "it is the file of contacts"),
    ] {
        let ran = desk.run(&contacts, &out, &[]);
        assert_eq!(ran.code, 2, "{out}: {}", ran.err);
        assert!(ran.err.contains(&format!("write {out}: ")), "{}", ran.err);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    assert_eq!(desk.read("contacts"), text());
    assert_eq!(desk.files(), [PathBuf::from("contacts")]);
}

#[test]
fn a_failed_or_killed_run_leaves_the_former_result() {
    let desk = Desk::new();
    let out = desk.write("pairs", "as before\n");
    let packed = gzip(&text());
    let cut = desk.write("cut", &packed[..packed.len() - 20]);
    assert_eq!(desk.run(&cut, &out, &[]).code, 2);
    assert_eq!(desk.read("pairs"), "as before\n");

    let mut child = Command::new(env!("CARGO_BIN_EXE_rollcall"))
        .args(["match", "--contacts", "-", "--out", &out])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // More than a pipe holds: when all is taken, the program is at work.
    let mut input = child.stdin.take().unwrap();
    input.write_all(text().repeat(1_000).as_bytes()).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(desk.read("pairs"), "as before\n");
    assert_eq!(desk.files(), ["cut", "pairs"].map(PathBuf::from));
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_written_to_and_stays_what_it_is() {
    use std::os::unix::fs::FileTypeExt as _;

    let desk = Desk::new();
    let contacts = desk.write("contacts", text());
    let full = desk.run(&contacts, "/dev/full", &[]);
    assert_eq!(full.code, 3);
    assert!(
        full.err.contains("failed to write /dev/full: "),
        "{}",
        full.err
    );
    assert_eq!(desk.run(&contacts, "/dev/null", &[]).code, 0);
    let null = fs::metadata("/dev/null").unwrap();
    assert!(null.file_type().is_char_device());
}
