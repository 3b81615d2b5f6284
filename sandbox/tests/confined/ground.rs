//! A workspace with things around it, and commands that run in it.

use std::fs;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sandbox::proxy::Gate;
use sandbox::{Command, Host, Network, Plan, Profile, Status, Stream, Tier, plan};

/// A workspace below a directory of its own, both gone at the end.
pub(crate) struct Ground {
    root: tempfile::TempDir,
}

/// What a command said, and how it ended.
pub(crate) struct Heard {
    pub(crate) text: String,
    pub(crate) status: Status,
}

impl Ground {
    pub(crate) fn new() -> Self {
        // Not below `/tmp`, which is the command's own.
        let root = tempfile::tempdir_in("/var/tmp").unwrap();
        fs::create_dir(root.path().join("work")).unwrap();
        fs::create_dir(root.path().join("work/.git")).unwrap();
        fs::write(root.path().join("work/.git/config"), "old\n").unwrap();
        fs::write(root.path().join("work/secret"), "key\n").unwrap();
        fs::write(root.path().join("outside"), "old\n").unwrap();
        Self { root }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().canonicalize().unwrap().join(name)
    }

    pub(crate) fn profile(&self) -> Profile {
        Profile {
            name: "test".to_owned(),
            writable: vec![self.path("work")],
            protected: vec![self.path("work/.git")],
            hidden: vec![self.path("work/secret")],
            network: Network::Loopback,
            environment: vec![("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())],
            ..Profile::default()
        }
    }

    pub(crate) fn run(&self, profile: &Profile, script: &str) -> Heard {
        self.run_on(&Host::look(), profile, script)
    }

    pub(crate) fn run_on(&self, host: &Host, profile: &Profile, script: &str) -> Heard {
        self.start(plan(profile, host).unwrap(), script)
    }

    pub(crate) fn run_behind(&self, gate: Arc<dyn Gate>, profile: &Profile, script: &str) -> Heard {
        let mut plan = plan(profile, &Host::look()).unwrap();
        plan.behind(gate);
        self.start(plan, script)
    }

    fn start(&self, plan: Plan, script: &str) -> Heard {
        let (read, write) = std::io::pipe().unwrap();
        let errors = OwnedFd::from(write.try_clone().unwrap());
        let running = plan
            .launch(Command {
                output: Stream::Given(OwnedFd::from(write)),
                errors: Stream::Given(errors),
                ..bash(&self.path("work"), script)
            })
            .unwrap();
        let mut read = read;
        let mut text = String::new();
        read.read_to_string(&mut text).unwrap();
        Heard {
            text,
            status: running.wait().status,
        }
    }
}

pub(crate) fn bash(directory: &Path, script: &str) -> Command {
    Command {
        program: PathBuf::from("/bin/bash"),
        arguments: ["bash", "--noprofile", "--norc", "-c", script]
            .map(Into::into)
            .to_vec(),
        directory: directory.to_owned(),
        input: Stream::Null,
        output: Stream::Null,
        errors: Stream::Null,
    }
}

/// Whether this host has namespaces; says so where it has not, since nothing is proved then.
pub(crate) fn has_namespaces() -> bool {
    let has = Host::look().tier() == Tier::Full;
    if !has {
        eprintln!("skipped: this host does not reach tier full");
    }
    has
}
