//! How time and memory of `rollcall match` grow with the number of contacts.
//!
//! `cargo bench -p rollcall --bench match_curve` makes tenants of several sizes, runs the program on
//! each as its user would, and prints a table in Markdown; `-- --contacts 200000` runs one size alone.
//! The tenants are the same every time. Memory is read from the process table, where there is one.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;

const SIZES: [usize; 5] = [10_000, 50_000, 200_000, 500_000, 1_000_000];
const CATCH_ALL: usize = 50_000;
/// Of how many runs the fastest counts.
const RUNS: usize = 3;
/// How often the process is looked at.
const LOOK: Duration = Duration::from_millis(2);
/// One contact in so many is a second record of somebody.
const ONE_DUPLICATE_IN: usize = 10;

const FIRST_NAMES: [&str; 64] = [
    "Adaeze",
    "Agnieszka",
    "Aisha",
    "Alejandro",
    "Amelie",
    "Anders",
    "Andrew",
    "Anjali",
    "Beatriz",
    "Benjamin",
    "Bjørn",
    "Bridget",
    "Catherine",
    "Chidi",
    "Chloe",
    "Daniel",
    "Daniela",
    "Deepak",
    "Elena",
    "Elizabeth",
    "Emre",
    "Ethan",
    "Fatima",
    "Fiona",
    "François",
    "Giulia",
    "Grace",
    "Hannah",
    "Hiroshi",
    "Ibrahim",
    "Ingrid",
    "Isabel",
    "James",
    "Jessica",
    "João",
    "John",
    "Jürgen",
    "Katarzyna",
    "Kevin",
    "Kwame",
    "Laura",
    "Liam",
    "Linh",
    "Lucia",
    "Maria",
    "Mark",
    "Mateusz",
    "Mei",
    "Michael",
    "Mohammed",
    "Natalia",
    "Noah",
    "Olga",
    "Patrick",
    "Priya",
    "Rachel",
    "Robert",
    "Samuel",
    "Siobhán",
    "Sofia",
    "Thomas",
    "Wei",
    "William",
    "Zoë",
];
/// Family names are made of a start and an end.
const STARTS: [&str; 40] = [
    "Ander", "Ash", "Bel", "Berg", "Black", "Brad", "Carl", "Cas", "Dal", "Der", "Ed", "El",
    "Fair", "Fern", "Gar", "Gold", "Grim", "Had", "Har", "Hol", "Ing", "Kel", "Kirk", "Lang",
    "Lind", "Mar", "Mil", "Nor", "Oak", "Pem", "Quin", "Ram", "Rich", "Sander", "Shel", "Stan",
    "Thorn", "Ul", "Wal", "Whit",
];
const ENDS: [&str; 25] = [
    "berg", "borough", "by", "den", "don", "er", "feld", "field", "ford", "ham", "house", "ington",
    "land", "ley", "man", "mann", "more", "ridge", "sen", "son", "stein", "ton", "well", "wick",
    "worth",
];
const TITLES: [&str; 12] = [
    "Accountant",
    "Administrator",
    "Buyer",
    "Controller",
    "Designer",
    "Director",
    "Engineer",
    "Lead",
    "Office Manager",
    "Partner",
    "Sales Manager",
    "Technician",
];
const STREETS: [&str; 8] = [
    "Canal Street",
    "Church Road",
    "High Street",
    "Main Street",
    "Mill Lane",
    "Park Avenue",
    "Quay Street",
    "Station Road",
];

/// Whom a tenant consists of.
#[derive(Clone, Copy)]
enum Shape {
    /// Companies of mixed sizes, most of them small.
    Mixed,
    /// One company of everybody, who share a mail domain, a switchboard and common names.
    CatchAll,
}

/// A record to be written.
#[derive(Clone, Copy)]
struct Record {
    company: u32,
    person: u32,
    is_duplicate: bool,
}

/// The fastest time and the largest memory of some runs.
struct Measured {
    seconds: f64,
    peak_bytes: Option<u64>,
}

fn main() -> io::Result<()> {
    // `cargo bench` says so; `cargo test --all-targets` runs this file too, and has no time for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let mut arguments = std::env::args().skip_while(|argument| argument != "--contacts");
    let picked = arguments.nth(1).map(|number| {
        number.parse::<usize>().map_err(|_| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "--contacts takes a whole number",
            )
        })
    });
    let mut cases: Vec<(String, usize, Shape)> = Vec::new();
    match picked.transpose()? {
        Some(contacts) => cases.push((contacts.to_string(), contacts, Shape::Mixed)),
        None => {
            cases.extend(SIZES.map(|contacts| (contacts.to_string(), contacts, Shape::Mixed)));
            let name = format!("{CATCH_ALL} in one company");
            cases.push((name, CATCH_ALL, Shape::CatchAll));
        }
    }

    let folder = tempfile::tempdir()?;
    let mut out = io::stdout();
    writeln!(
        out,
        "| contacts | seconds | contacts/s | MB | bytes per contact | time per contact, first row = 1 |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: |"
    )?;
    let mut first = None;
    for (name, contacts, shape) in cases {
        let file = folder.path().join("contacts.jsonl.gz");
        write_tenant(&file, contacts, shape)?;
        let Measured {
            seconds,
            peak_bytes,
        } = measure(&file, &folder.path().join("pairs.jsonl"))?;
        let each = seconds / contacts as f64;
        let ratio = each / *first.get_or_insert(each);
        let (megabytes, bytes) = match peak_bytes {
            Some(peak) => (
                format!("{:.0}", peak as f64 / 1e6),
                format!("{:.0}", peak as f64 / contacts as f64),
            ),
            None => ("-".to_owned(), "-".to_owned()),
        };
        writeln!(
            out,
            "| {name} | {seconds:.2} | {:.0} | {megabytes} | {bytes} | {ratio:.2} |",
            1.0 / each
        )?;
    }
    Ok(())
}

fn measure(contacts: &Path, pairs: &Path) -> io::Result<Measured> {
    let mut measured = Measured {
        seconds: f64::INFINITY,
        peak_bytes: None,
    };
    for _ in 0..RUNS {
        let started = now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_rollcall"))
            .args(["match", "--contacts"])
            .arg(contacts)
            .arg("--out")
            .arg(pairs)
            .stdout(Stdio::null())
            .spawn()?;
        let status = loop {
            measured.peak_bytes = measured.peak_bytes.max(peak_bytes(&child));
            if let Some(status) = child.try_wait()? {
                break status;
            }
            std::thread::sleep(LOOK);
        };
        measured.seconds = measured.seconds.min(started.elapsed().as_secs_f64());
        if !status.success() {
            return Err(io::Error::other(format!("rollcall match ended: {status}")));
        }
    }
    Ok(measured)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is about the time that really passes"
)]
fn now() -> Instant {
    Instant::now()
}

/// The most memory that a process had so far, on systems that tell.
fn peak_bytes(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Writes the contacts of a tenant in the order of their ids, their companies in no order.
fn write_tenant(path: &Path, contacts: usize, shape: Shape) -> io::Result<()> {
    let mut rng = Rng::with_seed(contacts as u64);
    let mut records = Vec::with_capacity(contacts);
    let mut company = 0;
    while records.len() < contacts {
        company += 1;
        let left = contacts - records.len();
        let size = match shape {
            Shape::Mixed => company_size(&mut rng).min(left),
            Shape::CatchAll => left,
        };
        let mut people = 0;
        for _ in 0..size {
            let is_duplicate = people > 0 && rng.usize(..ONE_DUPLICATE_IN) == 0;
            let person = if is_duplicate {
                rng.u32(..people)
            } else {
                people += 1;
                people - 1
            };
            records.push(Record {
                company,
                person,
                is_duplicate,
            });
        }
    }
    rng.shuffle(&mut records);

    let file = BufWriter::new(File::create(path)?);
    let mut packer = BufWriter::new(GzEncoder::new(file, Compression::fast()));
    for (id, record) in (1_000..).zip(&records) {
        write_contact(&mut packer, id, record, shape, &mut rng)?;
    }
    packer.into_inner()?.finish()?.flush()
}

/// Most companies are small, and a few are large.
fn company_size(rng: &mut Rng) -> usize {
    match rng.u32(..100) {
        0..70 => rng.usize(1..=15),
        70..92 => rng.usize(15..=80),
        92..99 => rng.usize(80..=400),
        _ => rng.usize(400..=2_000),
    }
}

fn write_contact(
    out: &mut impl Write,
    id: u32,
    record: &Record,
    shape: Shape,
    rng: &mut Rng,
) -> io::Result<()> {
    let Record {
        company,
        person,
        is_duplicate,
    } = *record;
    // What a person has is the same in all their records.
    let mut own = Rng::with_seed(u64::from(company) << 32 | u64::from(person));
    let first = pick(&mut own, &FIRST_NAMES);
    let starts = match shape {
        Shape::Mixed => STARTS.len(),
        Shape::CatchAll => 4,
    };
    let last = format!(
        "{}{}",
        pick(&mut own, &STARTS[..starts]),
        pick(&mut own, &ENDS)
    );
    // Where everybody is in one company namesakes are many, and each has an address of their own.
    let number = match shape {
        Shape::Mixed if own.u32(..4) > 0 => String::new(),
        Shape::Mixed => own.u32(2..100).to_string(),
        Shape::CatchAll => person.to_string(),
    };
    let address = format!(
        "{}.{}{number}@company{company}.example",
        ascii(first),
        ascii(&last)
    );
    let direct = format!("{:03} 555 {:04}", 200 + company % 700, own.u32(..10_000));
    let cell = format!("0{:04} {:06}", own.u32(1_000..9_999), own.u32(..1_000_000));

    let kind = if is_duplicate { rng.u32(1..6) } else { 0 };
    let (first, last) = match kind {
        1 => (format!("{last}, {first}"), String::new()),
        2 => (first.to_uppercase(), last.to_uppercase()),
        3 => (first.chars().take(1).collect(), last),
        4 => (
            address.split('@').next().unwrap_or_default().to_owned(),
            String::new(),
        ),
        _ => (first.to_owned(), last),
    };
    let mut items = Vec::new();
    let mut item = |type_id: u32, name: &str, value: &str, extension: &str, kind: &str| {
        let number = u64::from(id) * 10 + items.len() as u64;
        items.push(format!(
            r#"{{"id":{number},"type":{{"id":{type_id},"name":"{name}"}},"value":"{value}",{extension}"defaultFlag":true,"communicationType":"{kind}"}}"#
        ));
    };
    if kind != 5 {
        item(1, "Email", &address, "", "Email");
    }
    if rng.u32(..3) == 0 {
        let number = format!("{:03} 555 0100", 200 + company % 700);
        let extension = format!(r#""extension":"{}","#, 1000 + person);
        item(2, "Direct", &number, &extension, "Phone");
    } else {
        item(2, "Direct", &direct, "", "Phone");
    }
    if rng.u32(..5) < 2 || kind == 5 {
        item(4, "Cell", &cell, "", "Phone");
    }
    let mut more = String::new();
    if rng.u32(..2) == 0 {
        more += &format!(r#""title":"{}","#, pick(&mut own, &TITLES));
    }
    if rng.u32(..4) == 0 {
        let (number, street) = (own.u32(1..200), pick(&mut own, &STREETS));
        more += &format!(
            r#""addressLine1":"{number} {street}","city":"Harborton","state":"IL","zip":"{}","#,
            own.u32(10_000..99_999)
        );
    }
    if rng.u32(..20) == 0 {
        let (year, month, day) = (own.u32(1950..2004), own.u32(1..13), own.u32(1..29));
        more += &format!(r#""birthDay":"{year}-{month:02}-{day:02}T00:00:00Z","#);
    }
    let inactive = rng.u32(..8) == 0;
    let site = company * 3 + person % 3;
    writeln!(
        out,
        r#"{{"id":{id},"firstName":"{first}","lastName":"{last}",{more}"company":{{"id":{company},"identifier":"Company{company}","name":"Company {company}","_info":{{"company_href":"https://psa.example/v4_6_release/apis/3.0/company/companies/{company}"}}}},"site":{{"id":{site},"name":"Main"}},"inactiveFlag":{inactive},"marriedFlag":false,"childrenFlag":false,"unsubscribeFlag":false,"disablePortalLoginFlag":true,"types":[{{"id":1,"name":"End User"}}],"communicationItems":[{}],"dateEntered":"2021-06-15T16:44:59Z","_info":{{"lastUpdated":"2023-12-10T00:16:04Z","updatedBy":"sync"}}}}"#,
        items.join(",")
    )
}

fn pick<'a>(rng: &mut Rng, list: &[&'a str]) -> &'a str {
    list[rng.usize(..list.len())]
}

/// A name as it stands in an address.
fn ascii(name: &str) -> String {
    let name = name.to_lowercase();
    name.chars().filter(char::is_ascii_lowercase).collect()
}
