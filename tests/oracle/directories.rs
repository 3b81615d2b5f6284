//! Where commands run: bash tells each command its directory, which must be among those that the reader names.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use libtest_mimic::{Failed, Trial};
use shell_parser::{Dialect, Environment, Limits, Segment, WorkingDirectory, parse, segments_in};
use support::choices::{Choices, Seeded};
use support::executor::{Executor, Shell};

/// Directories that are there when a script starts.
const THERE: &[&str] = &["a", "a/b", "b", "b/a"];

/// How deep compound commands nest.
const DEPTH: usize = 3;

/// How many scripts are made of each seed.
const SCRIPTS: usize = 500;

/// Scripts with a point of their own; `@` stands for a command that is told its directory.
const CASES: &[(&str, &str)] = &[
    ("failed", "cd missing; @; cd a; @"),
    ("failed_first_of_two", "cd missing && cd a; @"),
    ("failed_second_of_two", "cd a && cd missing; @"),
    ("failed_second_then_or", "cd a && cd missing || @; @"),
    ("negated_behind_or", "cd missing || ! cd missing && @; @"),
    ("negated", "! cd a && @; @; ! cd missing && @"),
    ("either", "cd missing || cd a; @; cd b && @ || @"),
    ("or_in_the_middle", "cd a || cd b && cd b; @"),
    ("and_behind_or", "cd missing || @ && cd a && @; @"),
    ("branches", "if cd missing; then cd b; else cd a; fi; @"),
    ("branch_that_moves_twice", "if true; then cd a; cd b; fi; @"),
    ("condition_moves", "if cd a && cd missing; then @; else @; fi; @"),
    ("loop", "for x in 1 2; do @; cd a; done; @"),
    ("while_loop", "while cd a; do @; done; @"),
    ("case", "case x in y) cd a;; *) cd b;; esac; @"),
    ("subshell", "(cd a; @); @; { cd a; @; }; @"),
    ("pipe", "cd a | @; @; @ | cd a; @"),
    ("background", "cd a & @; wait; @"),
    ("group_in_a_chain", "{ cd a; cd missing; } && @ || @; @"),
    ("failed_redirect", "cd a </missing; @; { cd b; } </missing; @"),
    ("up_and_down", "cd a/b; cd ../..; @; cd ./a/../b; @"),
    ("home", "cd a; cd; @; cd ~/b; @; cd \"$HOME\"; @"),
    ("function", "f() { cd a; @; }; f; @"),
    ("eval", "eval 'cd a'; @; eval 'cd missing && cd b'; @"),
    ("substitution", ": $(cd a; @); @"),
    ("many", "cd a; cd b; cd ..; cd b; cd a; @"),
];

/// The tests: each case, and some seeds.
pub(crate) fn trials(seeds: u64) -> Vec<Trial> {
    let cases = CASES.iter().map(|(name, text)| {
        Trial::test(format!("directory::{name}"), || {
            let mut bash = start()?;
            find(&numbered(text), &mut bash)?.map_or(Ok(()), Err)
        })
    });
    let seeds = (0..seeds).map(|seed| Trial::test(format!("directory::seed_{seed}"), move || run_seed(seed)));
    cases.chain(seeds).collect()
}

fn run_seed(seed: u64) -> Result<(), Failed> {
    let mut bash = start()?;
    let mut bytes = Seeded::new(seed);
    let mut scripts = BTreeSet::new();
    for _ in 0..SCRIPTS {
        let choices = bytes.bytes(64);
        scripts.insert(statements(&mut Choices::new(&choices), DEPTH));
    }
    scripts
        .iter()
        .find_map(|text| find(&numbered(text), &mut bash).transpose())
        .map_or(Ok(()), |found| Err(found?))
}

/// bash in a directory that holds others.
fn start() -> io::Result<Executor> {
    let bash = Executor::start(Shell::Bash)?;
    for name in THERE {
        std::fs::create_dir_all(bash.directory().join(name))?;
    }
    Ok(bash)
}

/// Each `@` as a command of its own that is told its directory.
fn numbered(text: &str) -> String {
    let mut pieces = text.split('@');
    let first = pieces.next().unwrap_or_default().to_owned();
    let commands = pieces.enumerate();
    let commands = commands.map(|(number, piece)| format!("c{number} \"$PWD\"{piece}"));
    first + &commands.collect::<String>()
}

/// A command that ran where no segment of its name runs.
fn find(script: &str, bash: &mut Executor) -> Result<Option<Failed>, Failed> {
    let read = parse(script, Dialect::Bash, &Limits::default());
    if !read.gaps.is_empty() {
        return Ok(None);
    }
    let start = bash.directory().to_path_buf();
    let environment = Environment { home: start.to_str() };
    let claimed = segments_in(&read, &environment);
    let executed = bash.run(script)?;
    if !executed.finished {
        // A new shell has a new directory.
        *bash = self::start()?;
    }
    let stray = executed.argvs.iter().find(|argv| {
        let [program, directory] = argv.as_slice() else {
            return false;
        };
        !claimed
            .iter()
            .any(|segment| is_named(segment, program) && may_be(&segment.directory, &start, directory))
    });
    Ok(stray.map(|argv| Failed::from(format!("{argv:?} of\n{script}\nfrom {}", start.display()))))
}

fn is_named(segment: &Segment, program: &str) -> bool {
    let name = segment.argv.first().and_then(|word| word.value.exact());
    name == Some(program)
}

/// Whether the directory that the reader names may be this one.
fn may_be(claimed: &WorkingDirectory, start: &Path, real: &str) -> bool {
    match claimed {
        WorkingDirectory::Start => Path::new(real) == start,
        WorkingDirectory::Moved(path) => {
            let mut there = start.to_path_buf();
            for name in Path::new(&**path).components() {
                if name == std::path::Component::ParentDir {
                    there.pop();
                } else {
                    there.push(name);
                }
            }
            there == Path::new(real)
        }
        WorkingDirectory::OneOf(few) => few.iter().any(|one| may_be(one, start, real)),
        WorkingDirectory::Unknown => true,
    }
}

/// Some statements that move about.
fn statements(choices: &mut Choices<'_>, depth: usize) -> String {
    let count = choices.below(3).saturating_add(1);
    let statements: Vec<String> = (0..count).map(|_| list(choices, depth)).collect();
    statements.join("; ")
}

fn list(choices: &mut Choices<'_>, depth: usize) -> String {
    let mut text = command(choices, depth);
    for _ in 0..choices.below(3) {
        text.push_str(choices.pick(&[" && ", " || ", " | "]));
        text.push_str(&command(choices, depth));
    }
    text
}

fn command(choices: &mut Choices<'_>, depth: usize) -> String {
    let inner = depth.checked_sub(1);
    let kind = choices.below(14);
    match (kind, inner) {
        (0..=2, _) | (_, None) => "@".to_owned(),
        (3..=6, _) => {
            let target = choices.pick(&["a", "b", "..", "missing", "a/b", "~", ".", "../a"]);
            format!("cd {target}")
        }
        (7, _) => format!("! cd {}", choices.pick(&["a", "missing"])),
        (8, Some(depth)) => format!("({})", statements(choices, depth)),
        (9, Some(depth)) => format!("{{ {}; }}", statements(choices, depth)),
        (10, Some(depth)) => {
            let (one, two) = (statements(choices, depth), statements(choices, depth));
            format!("if {one}; then {two}; else {}; fi", statements(choices, depth))
        }
        (11, Some(depth)) => format!("for x in 1 2; do {}; done", statements(choices, depth)),
        (12, Some(depth)) => format!("eval '{}'", list(choices, depth).replace('\'', "")),
        (_, Some(depth)) => format!("f() {{ {}; }}; f", statements(choices, depth)),
    }
}
