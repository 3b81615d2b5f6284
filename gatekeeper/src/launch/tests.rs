//! What stands between a clearance and the start of its command.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use diagnostics::Source;
use execpolicy::{ConfinementName, Context, Dialect, Layer, PolicyFile};
use sandbox::{Host, Status, Stream, Tier};
use tempfile::TempDir;

use super::*;
use crate::{Answer, Approver, Command, Defaults, PrepareError, Prepared, Question, Surroundings};

/// A work tree with a program in it, and somebody who answers.
struct Ground {
    root: TempDir,
    gatekeeper: Gatekeeper,
    variables: Vec<(OsString, OsString)>,
}

/// Answers, and counts how often it was asked.
struct Person {
    answer: Answer,
    asked: Cell<u32>,
}

impl Approver for Person {
    fn ask(&self, _question: &Question<'_>) -> Answer {
        self.asked.set(self.asked.get() + 1);
        self.answer
    }
}

fn person(answer: Answer) -> Person {
    Person {
        answer,
        asked: Cell::new(0),
    }
}

const POLICY: &str = r#"
prefix_rule(pattern = ["tool"])
prefix_rule(pattern = ["tool", "ask"], decision = "prompt")
prefix_rule(pattern = ["tool", "never"], decision = "forbidden")
"#;

fn gatekeeper(policy: &str) -> Gatekeeper {
    let file = PolicyFile {
        source: Source::new("team", policy),
        layer: Layer::new("command line"),
    };
    Gatekeeper::of(&[file], Defaults::BuiltIn).unwrap()
}

impl Ground {
    fn new() -> Self {
        // Not below `/tmp`, which is the command's own.
        let root = tempfile::Builder::new()
            .prefix("launch")
            .tempdir_in("/var/tmp")
            .unwrap();
        fs::create_dir_all(root.path().join("work/.git")).unwrap();
        fs::create_dir_all(root.path().join("bin")).unwrap();
        let ground = Self {
            variables: vec![(
                "PATH".into(),
                format!("{}:/usr/bin:/bin", root.path().join("bin").display()).into(),
            )],
            root,
            gatekeeper: gatekeeper(POLICY),
        };
        ground.put_tool("#!/bin/sh\necho \"tool $*\"\n");
        ground
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn put_tool(&self, text: &str) {
        fs::write(self.path("bin/tool"), text).unwrap();
        fs::set_permissions(self.path("bin/tool"), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn context(&self, confinement: Option<&str>) -> Context {
        let surroundings = Surroundings {
            cwd: Some(self.path("work").display().to_string()),
            confinement: confinement.map(ConfinementName::new),
            ..Surroundings::default()
        };
        surroundings.context().unwrap()
    }

    fn prepare(&self, command: Command, confinement: Option<&str>) -> Result<Prepared, PrepareError> {
        let mut context = self.context(confinement);
        self.gatekeeper.prepare(command, &mut context, &self.variables)
    }

    fn cleared(&self, argv: &[&str], confinement: Option<&str>) -> Clearance {
        let prepared = self.prepare(Command::of_argv(argv), confinement).unwrap();
        prepared.clear(&person(Answer::No)).unwrap()
    }

    /// What the command wrote, and how it ended.
    fn launch(&self, clearance: Clearance) -> Result<(String, Status), StartError> {
        let (reading, writing) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap();
        let wiring = Wiring {
            input: Stream::Null,
            output: Stream::Given(writing),
            errors: Stream::Inherit,
            watch: None,
        };
        let running = self.gatekeeper.launch(clearance, &self.variables, wiring)?;
        let status = running.wait().status;
        let mut text = String::new();
        File::from(reading).read_to_string(&mut text).unwrap();
        Ok((text, status))
    }

    /// The error of a launch that must not happen.
    fn refused(&self, clearance: Clearance) -> String {
        let running = self
            .gatekeeper
            .launch(clearance, &self.variables, Wiring::default());
        running
            .unwrap_err()
            .to_string()
            .replace(&self.root.path().display().to_string(), "$TEST")
    }
}

/// Whether this host can confine; says so where it cannot.
fn confines() -> bool {
    let host = Host::look();
    let confines = host.tier() == Tier::Full;
    if !confines {
        let why = format!("skipped: this host does not reach tier full: {host:?}\n");
        io::stderr().write_all(why.as_bytes()).unwrap();
    }
    confines
}

#[test]
fn only_an_allow_or_a_yes_clears() {
    let ground = Ground::new();
    for (word, answer, cleared, asked) in [
        ("runs", Answer::No, true, 0),
        ("ask", Answer::Once, true, 1),
        ("ask", Answer::No, false, 1),
    ] {
        let person = person(answer);
        let prepared = ground.prepare(Command::of_argv(&["tool", word]), None).unwrap();
        let outcome = prepared.clear(&person);
        assert_eq!((outcome.is_ok(), person.asked.get()), (cleared, asked), "{word}");
    }
    let forbidden = ground.prepare(Command::of_argv(&["tool", "never"]), None);
    assert!(
        matches!(forbidden, Err(PrepareError::Forbidden { .. })),
        "{forbidden:?}"
    );
}

#[test]
fn what_was_judged_runs() {
    let ground = Ground::new();
    let (text, status) = ground
        .launch(ground.cleared(&["tool", "a  b", "$HOME"], None))
        .unwrap();
    assert_eq!((text.as_str(), status), ("tool a  b $HOME\n", Status::Exited(0)));
    let script = Command::of_text("tool one && tool two | cat", Dialect::Bash);
    let cleared = ground
        .prepare(script, None)
        .unwrap()
        .clear(&person(Answer::No))
        .unwrap();
    let (text, _) = ground.launch(cleared).unwrap();
    assert_eq!(text, "tool one\ntool two\n");
}

#[test]
fn a_text_that_is_not_for_bash_is_not_run() {
    let ground = Ground::new();
    for command in [
        Command::of_text("tool", Dialect::Sh),
        Command::of_text("tool", Dialect::Unknown),
        Command::of_bytes(b"tool \xff", Dialect::Bash),
    ] {
        let prepared = ground.prepare(command, None);
        assert!(matches!(prepared, Err(PrepareError::NotRunnable)), "{prepared:?}");
    }
}

#[test]
fn a_change_between_the_verdict_and_the_launch_is_refused_by_name() {
    let mut ground = Ground::new();
    let clearance = ground.cleared(&["tool"], None);
    ground.put_tool("#!/bin/sh\necho another\n");
    assert_eq!(
        ground.refused(clearance),
        "the program `$TEST/bin/tool` has changed since the command was judged"
    );

    let clearance = ground.cleared(&["tool"], None);
    fs::rename(ground.path("bin/tool"), ground.path("bin/old")).unwrap();
    fs::copy(ground.path("bin/old"), ground.path("bin/tool")).unwrap();
    assert_eq!(
        ground.refused(clearance),
        "the program `$TEST/bin/tool` has changed since the command was judged"
    );

    let clearance = ground.cleared(&["tool"], None);
    fs::rename(ground.path("work"), ground.path("moved")).unwrap();
    fs::create_dir(ground.path("work")).unwrap();
    assert_eq!(
        ground.refused(clearance),
        "the directory `$TEST/work` is not the one that the command was judged in"
    );

    let clearance = ground.cleared(&["tool"], None);
    ground.variables.push(("NEW".into(), "1".into()));
    assert_eq!(
        ground.refused(clearance),
        "the environment has changed since the command was judged"
    );

    let clearance = ground.cleared(&["tool"], None);
    ground.gatekeeper = gatekeeper(&format!("{POLICY}\n"));
    assert_eq!(
        ground.refused(clearance),
        "the policy has changed since the command was judged"
    );

    let path = format!("{}:/usr/bin", ground.path("work/.venv/bin").display());
    ground.variables = vec![("PATH".into(), path.into())];
    let clearance = ground.cleared(&["ls"], None);
    fs::create_dir_all(ground.path("work/.venv/bin")).unwrap();
    fs::write(ground.path("work/.venv/bin/cat"), "").unwrap();
    assert_eq!(
        ground.refused(clearance),
        "a program that the `PATH` leads to was put there since the command was judged"
    );
}

#[test]
fn a_confinement_that_has_become_another_is_refused() {
    let ground = Ground::new();
    let clearance = ground.cleared(&["tool"], Some("workspace-write"));
    fs::write(ground.path("work/.env"), "KEY=1").unwrap();
    assert_eq!(
        ground.refused(clearance),
        "the confinement has changed since the command was judged: what is hidden"
    );
}

#[test]
fn a_cleared_command_is_confined() {
    if !confines() {
        return;
    }
    let ground = Ground::new();
    let outside = ground.path("outside");
    ground.put_tool(&format!(
        "#!/bin/sh\necho x > inside; echo x > {}; echo \"$TMPDIR $PWD\"\n",
        outside.display()
    ));
    let (text, _) = ground
        .launch(ground.cleared(&["tool"], Some("workspace-write")))
        .unwrap();
    assert_eq!(text, format!("/tmp {}\n", ground.path("work").display()));
    assert!(ground.path("work/inside").exists() && !outside.exists());
    let (text, _) = ground.launch(ground.cleared(&["tool"], None)).unwrap();
    assert_eq!(text, format!(" {}\n", ground.path("work").display()));
    assert!(outside.exists());
}

#[test]
fn what_is_not_there_is_not_found() {
    let ground = Ground::new();
    fs::remove_file(ground.path("bin/tool")).unwrap();
    let prepared = ground.prepare(Command::of_argv(&["tool"]), None);
    assert!(
        matches!(prepared, Err(PrepareError::NotFound { .. })),
        "{prepared:?}"
    );
    fs::remove_dir_all(ground.path("work")).unwrap();
    let prepared = ground.prepare(Command::of_argv(&["tool"]), None);
    assert!(
        matches!(prepared, Err(PrepareError::Directory { .. })),
        "{prepared:?}"
    );
}
