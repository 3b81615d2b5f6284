//! What the shipped knowledge leaves out of the options that programs on this machine say they have.
//!
//! A program that is not here is skipped, one of another version than the one described is counted and not judged.

use std::collections::BTreeSet;

use execpolicy::Knowledge;
use support::manuals::{Asked, ask, options};
use support::repository;

/// Entries, and where their programs say what options they have.
const PROGRAMS: &[(&str, Asked)] = &[
    ("ls", Asked::Help(&["ls", "--help"])),
    ("cat", Asked::Help(&["cat", "--help"])),
    ("head", Asked::Help(&["head", "--help"])),
    ("sort", Asked::Help(&["sort", "--help"])),
    ("uniq", Asked::Help(&["uniq", "--help"])),
    ("grep", Asked::Help(&["grep", "--help"])),
    ("rg", Asked::Help(&["rg", "--help"])),
    ("find", Asked::Words(&["find", "--help"])),
    ("sed", Asked::Help(&["sed", "--help"])),
    ("gawk", Asked::Manual("gawk")),
    ("tar", Asked::Help(&["tar", "--help"])),
    ("env", Asked::Help(&["env", "--help"])),
    ("sudo", Asked::Help(&["sudo", "--help"])),
    ("xargs", Asked::Help(&["xargs", "--help"])),
    ("timeout", Asked::Help(&["timeout", "--help"])),
    ("nice", Asked::Help(&["nice", "--help"])),
    ("stdbuf", Asked::Help(&["stdbuf", "--help"])),
    ("setsid", Asked::Help(&["setsid", "--help"])),
    ("ionice", Asked::Help(&["ionice", "--help"])),
    ("watch", Asked::Help(&["watch", "--help"])),
    ("flock", Asked::Help(&["flock", "--help"])),
    ("python3", Asked::Help(&["python3", "--help"])),
    ("make", Asked::Help(&["make", "--help"])),
    ("cargo", Asked::Help(&["cargo", "--help"])),
    ("cargo build", Asked::Help(&["cargo", "build", "--help"])),
    ("cargo check", Asked::Help(&["cargo", "check", "--help"])),
    ("cargo test", Asked::Help(&["cargo", "test", "--help"])),
    ("cargo run", Asked::Help(&["cargo", "run", "--help"])),
    ("cargo doc", Asked::Help(&["cargo", "doc", "--help"])),
    ("curl", Asked::Help(&["curl", "--help", "all"])),
    ("ssh", Asked::Manual("ssh")),
    ("rm", Asked::Help(&["rm", "--help"])),
    ("cp", Asked::Help(&["cp", "--help"])),
    ("mv", Asked::Help(&["mv", "--help"])),
    ("ln", Asked::Help(&["ln", "--help"])),
    ("mkdir", Asked::Help(&["mkdir", "--help"])),
    ("touch", Asked::Help(&["touch", "--help"])),
    ("tee", Asked::Help(&["tee", "--help"])),
    ("dd", Asked::Keys(&["dd", "--help"])),
    ("jq", Asked::Help(&["jq", "--help"])),
    ("git add", Asked::Help(&["git", "add", "-h"])),
    ("git commit", Asked::Help(&["git", "commit", "-h"])),
    ("git push", Asked::Help(&["git", "push", "-h"])),
    ("git fetch", Asked::Help(&["git", "fetch", "-h"])),
    ("git pull", Asked::Help(&["git", "pull", "-h"])),
    ("git clone", Asked::Help(&["git", "clone", "-h"])),
    ("git checkout", Asked::Help(&["git", "checkout", "-h"])),
    ("git switch", Asked::Help(&["git", "switch", "-h"])),
    ("git restore", Asked::Help(&["git", "restore", "-h"])),
    ("git reset", Asked::Help(&["git", "reset", "-h"])),
    ("git clean", Asked::Help(&["git", "clean", "-h"])),
    ("git merge", Asked::Help(&["git", "merge", "-h"])),
    ("git rebase", Asked::Help(&["git", "rebase", "-h"])),
    ("git cherry-pick", Asked::Help(&["git", "cherry-pick", "-h"])),
    ("git revert", Asked::Help(&["git", "revert", "-h"])),
    ("git rm", Asked::Help(&["git", "rm", "-h"])),
    ("git mv", Asked::Help(&["git", "mv", "-h"])),
    ("git apply", Asked::Help(&["git", "apply", "-h"])),
    ("git am", Asked::Help(&["git", "am", "-h"])),
    ("git status", Asked::Manual("git-status")),
    ("git log", Asked::Manual("git-log")),
    ("git show", Asked::Manual("git-show")),
    ("git diff", Asked::Manual("git-diff")),
    ("git branch", Asked::Manual("git-branch")),
    ("git grep", Asked::Manual("git-grep")),
    ("git blame", Asked::Manual("git-blame")),
    ("nm", Asked::Help(&["nm", "--help"])),
    ("objdump", Asked::Help(&["objdump", "--help"])),
    ("readelf", Asked::Help(&["readelf", "--help"])),
    ("size", Asked::Help(&["size", "--help"])),
    ("strings", Asked::Help(&["strings", "--help"])),
    ("addr2line", Asked::Help(&["addr2line", "--help"])),
    ("ar", Asked::Help(&["ar", "--help"])),
    ("strip", Asked::Help(&["strip", "--help"])),
    ("rustc", Asked::Help(&["rustc", "--help"])),
    ("cargo add", Asked::Help(&["cargo", "add", "--help"])),
    ("cargo clean", Asked::Help(&["cargo", "clean", "--help"])),
    ("cargo install", Asked::Help(&["cargo", "install", "--help"])),
    ("cargo remove", Asked::Help(&["cargo", "remove", "--help"])),
    ("cargo update", Asked::Help(&["cargo", "update", "--help"])),
    (
        "cargo nextest run",
        Asked::Help(&["cargo", "nextest", "run", "--help"]),
    ),
    ("rustfmt", Asked::Help(&["rustfmt", "--help"])),
];

#[test]
fn every_option_of_a_complete_entry_is_described() {
    let compiled = repository::file("policies/compiled.jsonl").expect("the knowledge is readable");
    let knowledge = Knowledge::compiled(compiled.text.leak());
    let mut missing = Vec::new();
    for (name, asked) in PROGRAMS {
        let entry = knowledge.entry(name).expect("the program is described");
        let Some(answer) = ask(name, *asked) else {
            println!("{name}: skipped, it is not on this machine");
            continue;
        };
        let left_out: Vec<&String> = answer
            .options
            .iter()
            .filter(|option| !entry.describes(option))
            .collect();
        let (all, left) = (answer.options.len(), left_out.len());
        println!("{name}: {left} of {all} options are not described: {left_out:?}");
        let is_version_described = answer
            .version
            .is_some_and(|version| entry.source().contains(&version));
        if entry.is_complete() && is_version_described && left > 0 {
            missing.push(format!("{name}: {left_out:?}"));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn options_are_found_at_the_beginning_of_lines() {
    let text = "Usage: x [OPTION]\n  -a, --all[=WHEN]   says -b\n      --long=X\n  -C DIR, --dir=DIR\n     -4      Four\ntext -x\n";
    let expected = ["--all", "--dir", "--long", "-4", "-C", "-a"].map(str::to_owned);
    assert_eq!(options(text, Asked::Help(&[])), BTreeSet::from(expected));
    assert_eq!(
        options(
            "      -amin N -anewer FILE -cmin N\n      -exec COMMAND ;\n",
            Asked::Words(&[])
        ),
        BTreeSet::from(["-amin", "-anewer", "-cmin", "-exec"].map(str::to_owned))
    );
    assert_eq!(
        options("  if=FILE   read\n  a b=c\n", Asked::Keys(&[])),
        BTreeSet::from(["-if".to_owned()])
    );
}
