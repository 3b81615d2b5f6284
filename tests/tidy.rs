//! The house rules that a scan of the files can hold.

#[path = "tidy/house.rs"]
mod house;

use std::collections::BTreeSet;

use house::{CONFINED, EDGES, PRINTING};
use support::repository::{File, file, files};

/// Every source file of ours.
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the repository has failed"
)]
fn sources() -> Vec<File> {
    EDGES
        .iter()
        .flat_map(|(room, _)| files(room, "rs").unwrap())
        .collect()
}

/// Fails with all findings at once.
fn none(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

/// The identifiers of a line, comments left out.
fn identifiers(line: &str) -> BTreeSet<&str> {
    let code = line.split("//").next().unwrap_or_default();
    code.split(|character: char| !character.is_alphanumeric() && character != '_')
        .collect()
}

/// Whether a line of code names a crate: by a path that begins with it, or by its import.
fn names_crate(line: &str, name: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    identifiers(code).contains(name)
        && (code.contains(&format!("{name}::")) || code.contains(&format!("use {name}")))
}

#[test]
fn each_source_file_begins_by_saying_what_it_holds() {
    let silent: Vec<String> = sources()
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| format!("{}: the first line is not a `//!` sentence", file.path))
        .collect();
    none(&silent);
}

#[test]
fn no_source_file_is_long() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|file| file.text.lines().count() > 400)
        .map(|file| {
            format!(
                "{}: {} lines, the limit is 400",
                file.path,
                file.text.lines().count()
            )
        })
        .collect();
    none(&long);
}

#[test]
fn crates_depend_only_downwards() {
    let mut findings = Vec::new();
    let ours: BTreeSet<&str> = EDGES.iter().map(|(room, _)| *room).chain(["support"]).collect();
    for (room, allowed) in EDGES {
        let manifest = file(&format!("{room}/Cargo.toml")).unwrap();
        let mut section = "";
        for (number, line) in manifest.lines() {
            if line.starts_with('[') {
                section = line;
            }
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if section == "[dependencies]" && ours.contains(name) && !allowed.contains(&name) {
                findings.push(format!(
                    "{}:{number}: `{room}` may not depend on `{name}`",
                    manifest.path
                ));
            }
        }
    }
    none(&findings);
}

#[test]
fn each_foreign_crate_is_named_in_one_place() {
    let mut findings = Vec::new();
    for file in sources().iter().filter(|file| file.path != "tests/tidy.rs") {
        for (number, line) in file.lines() {
            for (name, places) in CONFINED {
                let at_home = places.iter().any(|place| file.path.starts_with(place));
                if names_crate(line, name) && !at_home {
                    findings.push(format!(
                        "{}:{number}: `{name}` belongs in {}",
                        file.path,
                        places.join(", ")
                    ));
                }
            }
        }
    }
    none(&findings);
}

#[test]
fn unsafe_code_stands_only_in_the_sandbox() {
    let mut findings = Vec::new();
    for file in sources().iter().filter(|file| file.path != "tests/tidy.rs") {
        let at_home = file.path.starts_with("sandbox/src/sys");
        for (number, line) in file.lines() {
            if identifiers(line).contains("unsafe") && !at_home {
                findings.push(format!(
                    "{}:{number}: `unsafe` outside sandbox/src/sys",
                    file.path
                ));
            }
        }
    }
    for room in [
        "diagnostics",
        "shell-parser",
        "execpolicy",
        "gatekeeper",
        "server",
        "answer",
        "mcp",
    ] {
        let door = file(&format!("{room}/src/lib.rs")).unwrap();
        if !door.text.contains("#![forbid(unsafe_code)]") {
            findings.push(format!("{}: does not forbid unsafe code", door.path));
        }
    }
    none(&findings);
}

#[test]
fn libraries_print_nothing() {
    let macros = ["println", "eprintln", "print", "eprint", "dbg"];
    let mut findings = Vec::new();
    for file in sources()
        .iter()
        .filter(|file| !PRINTING.contains(&file.room()) && file.path.contains("/src/"))
    {
        for (number, line) in file.lines() {
            for name in macros {
                if identifiers(line).contains(name) && line.contains(&format!("{name}!")) {
                    findings.push(format!("{}:{number}: a library prints with `{name}!`", file.path));
                }
            }
        }
    }
    none(&findings);
}

#[test]
fn nothing_is_put_off() {
    let marks = ["TODO", "FIXME", "XXX", "HACK", "unimplemented", "todo"];
    let mut findings = Vec::new();
    for file in sources().iter().filter(|file| file.path != "tests/tidy.rs") {
        for (number, line) in file.lines() {
            let words: BTreeSet<&str> = line
                .split(|character: char| !character.is_alphanumeric() && character != '_')
                .collect();
            for mark in marks {
                if words.contains(mark) {
                    findings.push(format!("{}:{number}: `{mark}`", file.path));
                }
            }
            if line.trim() == "#[ignore]" {
                findings.push(format!(
                    "{}:{number}: a test is ignored without a reason",
                    file.path
                ));
            }
        }
    }
    none(&findings);
}

#[test]
fn each_test_file_is_run() {
    let manifests: String = EDGES
        .iter()
        .map(|(room, _)| file(&format!("{room}/Cargo.toml")).unwrap().text)
        .collect();
    let missing: Vec<String> = files("tests", "rs")
        .unwrap()
        .iter()
        .filter_map(|file| file.path.strip_prefix("tests/"))
        .filter(|path| !path.contains('/'))
        .filter(|path| {
            !["", "../tests/"]
                .iter()
                .any(|place| manifests.contains(&format!("path = \"{place}{path}\"")))
        })
        .map(|path| format!("tests/{path} is not a target of any manifest"))
        .collect();
    none(&missing);
}

#[test]
fn each_fuzz_target_is_a_property_and_the_other_way_round() {
    let properties: BTreeSet<String> = support::properties::ALL
        .iter()
        .map(|property| property.name.to_owned())
        .collect();
    let targets: BTreeSet<String> = files("fuzz/fuzz_targets", "rs")
        .unwrap()
        .iter()
        .filter_map(|file| {
            file.path
                .strip_prefix("fuzz/fuzz_targets/")?
                .strip_suffix(".rs")
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(properties, targets, "properties (left) and fuzz targets (right)");
    let readme = file("fuzz/README.md").unwrap();
    let manifest = file("fuzz/Cargo.toml").unwrap();
    for name in &properties {
        assert!(
            readme.text.contains(&format!("| `{name}` |")),
            "fuzz/README.md has no row for `{name}`"
        );
        assert!(
            manifest.text.contains(&format!("name = \"{name}\"")),
            "fuzz/Cargo.toml has no `{name}`"
        );
    }
}

#[test]
fn each_code_has_a_page_and_each_page_a_code() {
    let codes: BTreeSet<String> = support::codes::all().iter().map(ToString::to_string).collect();
    let pages = files("docs/diagnostics", "md").unwrap();
    let names: BTreeSet<String> = pages
        .iter()
        .filter_map(|page| {
            page.path
                .strip_prefix("docs/diagnostics/")?
                .strip_suffix(".md")
                .map(str::to_owned)
        })
        .filter(|name| name != "README")
        .collect();
    assert_eq!(codes, names, "codes (left) and pages (right)");
    let index = file("docs/diagnostics/README.md").unwrap();
    for name in &names {
        assert!(
            index.text.contains(&format!("[{name}]({name}.md)")),
            "docs/diagnostics/README.md lacks {name}"
        );
    }
    for page in pages.iter().filter(|page| !page.path.ends_with("README.md")) {
        let name = page.path.rsplit(['/', '.']).nth(1).unwrap();
        // What a page expects is checked by the chapters' harness; here, that it is about this code.
        let shown = page
            .text
            .split("```")
            .skip(1)
            .step_by(2)
            .any(|block| block.contains(name));
        let excused = page.text.contains("<!-- no example: ");
        assert!(shown || excused, "{}: no example yields {name}", page.path);
    }
}

#[test]
fn the_readme_says_what_ci_runs() {
    let readme = file("README.md").unwrap();
    let script = file(".ci/run").unwrap();
    for command in [
        "cargo test --workspace",
        "cargo run --release -- check --shell 'git log --oneline | head -5'",
        "cargo run --release -- check --shell 'apple | rm -rf ./'",
    ] {
        assert!(
            readme.text.contains(command),
            "README.md does not show `{command}`"
        );
        assert!(script.text.contains(command), ".ci/run does not call `{command}`");
    }
}

#[test]
fn each_invariant_names_a_test_that_exists() {
    let architecture = file("ARCHITECTURE.md").unwrap();
    let code: String = sources().iter().map(|file| file.text.as_str()).collect();
    let chapters = files("tests/spec", "md").unwrap();
    let mut held = 0;
    for (number, line) in architecture.lines() {
        let Some((_, tests)) = line.split_once("Held by ") else {
            continue;
        };
        for name in tests.split('`').skip(1).step_by(2) {
            held += 1;
            let exists =
                code.contains(&format!("fn {name}(")) || chapters.iter().any(|file| file.path == name);
            assert!(exists, "ARCHITECTURE.md:{number}: there is no test `{name}`");
        }
    }
    assert!(held >= 12, "ARCHITECTURE.md names {held} tests");
    assert!(
        architecture.text.lines().count() <= 220,
        "ARCHITECTURE.md is longer than 220 lines"
    );
}

#[test]
fn relative_links_lead_somewhere() {
    let mut findings = Vec::new();
    for page in files("", "md").unwrap() {
        let directory = page.path.rsplit_once('/').map_or("", |(directory, _)| directory);
        for link in page
            .text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', '#']).next())
        {
            if link.is_empty() || link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            if !support::repository::root().join(directory).join(link).exists() {
                findings.push(format!("{}: there is no `{link}`", page.path));
            }
        }
    }
    none(&findings);
}
