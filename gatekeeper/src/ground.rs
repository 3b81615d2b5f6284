//! Where commands are prepared and launched in tests: a work tree, a program, a policy, and somebody who answers.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use diagnostics::Source;
use execpolicy::{ConfinementName, Context, Layer, PolicyFile};
use sandbox::{Status, Stream};
use tempfile::TempDir;

use crate::{
    Answer, Approver, Clearance, Command, Defaults, Gatekeeper, PrepareError, Prepared, Question, StartError,
    Surroundings, Wiring,
};

/// A work tree with a program in it.
pub(crate) struct Ground {
    pub(crate) root: TempDir,
    pub(crate) gatekeeper: Gatekeeper,
    pub(crate) variables: Vec<(OsString, OsString)>,
}

/// Answers, and counts how often it was asked.
pub(crate) struct Person {
    pub(crate) answer: Answer,
    pub(crate) asked: Cell<u32>,
}

impl Approver for Person {
    fn ask(&self, _question: &Question<'_>) -> Answer {
        self.asked.set(self.asked.get() + 1);
        self.answer
    }
}

pub(crate) fn person(answer: Answer) -> Person {
    Person {
        answer,
        asked: Cell::new(0),
    }
}

pub(crate) const POLICY: &str = r#"
prefix_rule(pattern = ["tool"])
prefix_rule(pattern = ["tool", "ask"], decision = "prompt")
prefix_rule(pattern = ["tool", "never"], decision = "forbidden")
"#;

pub(crate) fn gatekeeper(policy: &str) -> Gatekeeper {
    let file = PolicyFile {
        source: Source::new("team", policy),
        layer: Layer::new("command line"),
    };
    Gatekeeper::of(&[file], Defaults::BuiltIn).unwrap()
}

impl Ground {
    pub(crate) fn new() -> Self {
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

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn put_tool(&self, text: &str) {
        fs::write(self.path("bin/tool"), text).unwrap();
        fs::set_permissions(self.path("bin/tool"), fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn context(&self, confinement: Option<&str>) -> Context {
        let surroundings = Surroundings {
            cwd: Some(self.path("work").display().to_string()),
            confinement: confinement.map(ConfinementName::new),
            ..Surroundings::default()
        };
        surroundings.context().unwrap()
    }

    pub(crate) fn prepare(
        &self,
        command: Command,
        confinement: Option<&str>,
    ) -> Result<Prepared, PrepareError> {
        let mut context = self.context(confinement);
        self.gatekeeper.prepare(command, &mut context, &self.variables)
    }

    pub(crate) fn cleared(&self, argv: &[&str], confinement: Option<&str>) -> Clearance {
        let prepared = self.prepare(Command::of_argv(argv), confinement).unwrap();
        prepared.clear(&person(Answer::No)).unwrap()
    }

    /// What the command wrote, and how it ended.
    pub(crate) fn launch(&self, clearance: Clearance) -> Result<(String, Status), StartError> {
        let (reading, writing) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap();
        let wiring = Wiring {
            input: Stream::Null,
            output: Stream::Given(writing),
            errors: Stream::Inherit,
            ..Wiring::default()
        };
        let running = self.gatekeeper.launch(clearance, &self.variables, wiring)?;
        let status = running.wait().status;
        let mut text = String::new();
        File::from(reading).read_to_string(&mut text).unwrap();
        Ok((text, status))
    }

    /// The error of a launch that must not happen.
    pub(crate) fn refused(&self, clearance: Clearance) -> String {
        let running = self
            .gatekeeper
            .launch(clearance, &self.variables, Wiring::default());
        running
            .unwrap_err()
            .to_string()
            .replace(&self.root.path().display().to_string(), "$TEST")
    }
}
