//! A project to run the binary in, and what a run leaves behind.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fmt, fs, thread};

use tempfile::TempDir;

/// An empty project to run in, with policy files in it.
#[derive(Debug)]
pub(crate) struct Project {
    root: TempDir,
    /// Whether the layers of policy count; else the verdicts are the same on every host.
    has_layers: bool,
}

/// The verbs that read layers of policy.
const LAYERED: &[&str] = &["check", "explain", "run", "sandbox"];

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        Self::in_directory(tempfile::tempdir().unwrap())
    }

    /// One that confined commands see: `/tmp` is their own.
    pub(crate) fn to_run_in() -> Self {
        let root = tempfile::Builder::new().prefix("run").tempdir_in("/var/tmp");
        Self::in_directory(root.unwrap())
    }

    fn in_directory(root: TempDir) -> Self {
        fs::create_dir_all(root.path().join("home")).unwrap();
        fs::create_dir_all(root.path().join("work/.git")).unwrap();
        Self {
            root,
            has_layers: false,
        }
    }

    /// One that is judged by the layers of policy, too: those of the project, of its own user, and of the host.
    pub(crate) fn with_layers() -> Self {
        Self::new().layered()
    }

    /// The same, judged by the layers of policy, too.
    pub(crate) fn layered(self) -> Self {
        Self {
            has_layers: true,
            ..self
        }
    }

    pub(crate) fn with(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.put(&format!("work/{name}"), text);
        self
    }

    /// Writes a file below the root, with the directories that it needs.
    pub(crate) fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_by(&[], arguments)
    }

    /// The binary, started by another program.
    pub(crate) fn command_by(&self, starter: &[&str], arguments: &[&str]) -> Command {
        let mut words = starter.to_vec();
        words.push(env!("CARGO_BIN_EXE_execpolicy"));
        let mut arguments = arguments.to_vec();
        if !self.has_layers && arguments.first().is_some_and(|verb| LAYERED.contains(verb)) {
            arguments.insert(1, "--no-layers");
        }
        let (program, before) = words.split_first().unwrap();
        let mut command = Command::new(program);
        command
            .args(before)
            .args(arguments)
            .current_dir(self.work())
            .env_clear()
            .env("HOME", self.root.path().join("home"))
            .env("PATH", "/usr/bin:/bin");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> CommandOutput {
        self.run_on(arguments, b"")
    }

    pub(crate) fn run_on(&self, arguments: &[&str], stdin: &[u8]) -> CommandOutput {
        finish(self.command(arguments), stdin, self.root.path())
    }
}

/// Runs it to its end with this input; the project's directory is shown as `$TEST`.
pub(crate) fn finish(mut command: Command, stdin: &[u8], root: &Path) -> CommandOutput {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let bytes = stdin.to_vec();
    // Written aside, so that neither side waits for the other over a full pipe.
    let writer = thread::spawn(move || pipe.write_all(&bytes).is_ok());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("output is UTF-8");
        text.replace(&root.display().to_string(), "$TEST")
    };
    CommandOutput {
        status: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

impl fmt::Display for CommandOutput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(formatter, "-- {name}\n{text}")?;
            }
        }
        write!(formatter, "-- status {}", self.status)
    }
}
