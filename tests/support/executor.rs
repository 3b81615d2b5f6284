//! Real shells as oracles: which commands a script really executes.

mod bash;
mod dash;
mod stub;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use shell_parser::Dialect;
use tempfile::TempDir;

pub use stub::{Stubs, answer_as_stub};

/// A shell that runs scripts one after the other, each in a subshell that finds no program of the machine.
///
/// bash hands what it cannot find to a function, dash finds [`Stubs`]; either reports the argv and prints its last
/// word. So nothing but the shell itself ever runs, and every command that a script would execute is seen. Where the
/// caller is root the shell is a user of its own.
#[derive(Debug)]
pub struct Executor {
    shell: Shell,
    child: Child,
    input: ChildStdin,
    records: Receiver<Record>,
    directory: TempDir,
}

/// Which shell.
#[derive(Clone, Debug)]
pub enum Shell {
    /// `/bin/bash`
    Bash,
    /// `/bin/dash`, and the programs it finds.
    Dash(Arc<Stubs>),
}

/// What one script did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Executed {
    /// Program and arguments of each command, in the order of the reports.
    pub argvs: Vec<Vec<String>>,
    /// Whether it came to its end; a script that did not is cut off, and the shell started anew.
    pub finished: bool,
}

/// What the reports hold.
#[derive(Debug)]
enum Record {
    Command(Vec<String>),
    End,
}

/// How long nothing may come from a script.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many commands of one script are looked at: a loop without an end shows nothing new.
const ENOUGH: usize = 200;

/// How many processes a script may have at a time, where the shell has a user of its own to count them by.
const PROCESSES: &str = "60";

/// Reports are words that end in NUL; an argv ends in this one. One write makes one report, so that the stages of a
/// pipeline do not mix.
const ARGV_END: &[u8] = b"\x01\x02";

/// What bash reports instead of a newline: a character that no script of ours has.
const NEWLINE: char = '\u{e000}';

/// The word that ends a script's reports.
const SCRIPT_END: &[u8] = b"\x01\x03";

impl Shell {
    /// The language that it reads.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Bash => Dialect::Bash,
            Self::Dash(_) => Dialect::Sh,
        }
    }
}

impl Executor {
    /// Starts the shell in an empty environment and an empty directory.
    ///
    /// # Errors
    /// Where the shell is not installed, or no process or directory is to be had.
    pub fn start(shell: Shell) -> io::Result<Self> {
        let directory = TempDir::new()?;
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o777))?;
        let mut command = match &shell {
            Shell::Bash => bash::command(),
            Shell::Dash(stubs) => dash::command(&stubs.folder()),
        };
        command
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", directory.path())
            .current_dir(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        if std::fs::metadata("/proc/self")?.uid() == 0 {
            let user = user();
            command.uid(user).gid(user).env("PROCESSES", PROCESSES);
        }
        let mut child = command.spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the shell was started without pipes"));
        };
        let (send, records) = channel();
        std::thread::spawn(move || {
            for record in reports(output) {
                if send.send(record).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            shell,
            child,
            input,
            records,
            directory,
        })
    }

    /// Which shell it is.
    pub fn shell(&self) -> &Shell {
        &self.shell
    }

    /// Runs a script to its end, until nothing comes for a second, or until it has executed enough.
    ///
    /// # Errors
    /// Where the shell cannot be started again after a script that had to be cut off.
    pub fn run(&mut self, script: &str) -> io::Result<Executed> {
        let message = match &self.shell {
            Shell::Bash => bash::message(script),
            Shell::Dash(stubs) => {
                stubs.provide_for(script)?;
                dash::message(script)
            }
        };
        let mut executed = Executed::default();
        let sent = self.input.write_all(&message);
        while sent.is_ok() {
            match self.records.recv_timeout(PATIENCE) {
                Ok(Record::Command(argv)) => {
                    executed.argvs.push(argv);
                    if executed.argvs.len() >= ENOUGH {
                        break;
                    }
                }
                Ok(Record::End) => {
                    executed.finished = true;
                    return Ok(executed);
                }
                Err(_) => break,
            }
        }
        self.stop();
        *self = Self::start(self.shell.clone())?;
        Ok(executed)
    }

    /// The directory in which scripts run; it is empty at first, and goes when the shell does.
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Ends the shell and whatever runs in its process group.
    fn stop(&mut self) {
        let group = format!("-{}", self.child.id());
        // A group that is gone already needs no signal.
        drop(
            Command::new("/bin/kill")
                .args(["-9", "--", &group])
                .stderr(Stdio::null())
                .status(),
        );
        drop(self.child.wait());
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A user that nobody else is, so that processes can be counted.
fn user() -> u32 {
    static STARTED: AtomicU32 = AtomicU32::new(0);
    let started = STARTED.fetch_add(1, Ordering::Relaxed);
    let number = std::process::id().wrapping_mul(101).wrapping_add(started);
    number.checked_rem(5000).unwrap_or(0).saturating_add(60_000)
}

/// The records in what the shell sends.
fn reports(output: impl Read) -> impl Iterator<Item = Record> {
    let mut argv = Vec::new();
    BufReader::new(output)
        .split(0)
        .map_while(Result::ok)
        .filter_map(move |word| {
            if word == SCRIPT_END {
                Some(Record::End)
            } else if word == ARGV_END {
                Some(Record::Command(std::mem::take(&mut argv)))
            } else {
                argv.push(String::from_utf8_lossy(&word).replace(NEWLINE, "\n"));
                None
            }
        })
}
