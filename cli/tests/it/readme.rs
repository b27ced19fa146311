//! The README's commands print what it says they print.

use std::fs;

use crate::program::{Program, root};

/// A command of the README and the output below it.
struct Shown {
    args: Vec<String>,
    output: String,
}

fn shown() -> Vec<Shown> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    readme
        .split("```console\n")
        .skip(1)
        .filter_map(|block| block.split("```").next()?.split_once('\n'))
        .filter_map(|(command, output)| {
            let args = command.strip_prefix("$ cargo run -- ")?;
            Some(Shown {
                args: args.split_whitespace().map(str::to_owned).collect(),
                output: output.to_owned(),
            })
        })
        .collect()
}

#[test]
fn every_command_of_the_readme_prints_what_it_shows() {
    let shown = shown();
    assert!(
        shown.len() >= 3,
        "the README shows {} commands",
        shown.len()
    );
    let program = Program::new();
    let folder = program.folder().display().to_string();
    for Shown { args, output } in shown {
        let args: Vec<String> = args
            .iter()
            .map(|arg| arg.replace(".rollcall", &folder))
            .collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let printed = program.run(&args).out.replace(&folder, ".rollcall");
        assert_eq!(
            printed.trim_end(),
            output.trim_end(),
            "cargo run -- {}",
            args.join(" ")
        );
    }
}
