//! Real bash as an oracle: which commands a script really executes.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

/// A bash that runs scripts one after the other, each in a subshell that finds no program.
///
/// What bash cannot find it hands to a function, which reports the argv: so nothing but bash itself ever runs, and
/// every command that a script would execute is seen. Where the caller is root the shell is user 65534.
#[derive(Debug)]
pub struct Bash {
    child: Child,
    input: ChildStdin,
    records: Receiver<Record>,
    directory: TempDir,
}

/// What one script did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Executed {
    /// Program and arguments of each command, in the order of the reports.
    pub argvs: Vec<Vec<String>>,
    /// Whether it came to its end; a script that did not is cut off, and bash started anew.
    pub finished: bool,
}

/// What the reports hold.
#[derive(Debug)]
enum Record {
    Command(Vec<String>),
    End,
}

/// How long a script may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many commands of one script are looked at: a loop without an end shows nothing new.
const ENOUGH: usize = 200;

/// Reports are words that end in NUL: an argv ends in `\1\2`, a script in `\1\3`. One write makes one report, so that
/// the stages of a pipeline do not mix; the status changes, so that loops over commands end.
const DRIVER: &str = r#"
command_not_found_handle() { printf '%s\0' "$@" $'\001\002' >&9; (( RANDOM % 2 )); }
PATH=/nonexistent
unset CDPATH
ulimit -t 3 -f 100 -c 0
enable -n kill suspend logout
while IFS= read -r -d '' script <&8; do
    ( set --; eval "$script"; wait ) </dev/null >/dev/null 2>&1
    printf '\001\003\0' >&9
done
"#;

impl Bash {
    /// Starts bash in an empty environment and an empty directory.
    ///
    /// # Errors
    /// Where there is no `/bin/bash`, or no process or directory to be had.
    pub fn start() -> io::Result<Self> {
        let directory = TempDir::new()?;
        std::fs::set_permissions(
            directory.path(),
            std::os::unix::fs::PermissionsExt::from_mode(0o777),
        )?;
        let mut command = Command::new("/bin/bash");
        command
            .args(["--noprofile", "--norc", "-c"])
            .arg(r#"exec 8<&0 9>&1 </dev/null >/dev/null 2>&1; exec /bin/bash --noprofile --norc -c "$DRIVER""#)
            .env_clear()
            .env("DRIVER", DRIVER)
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", directory.path())
            .current_dir(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        if std::fs::metadata("/proc/self")?.uid() == 0 {
            command.uid(65534).gid(65534);
        }
        let mut child = command.spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("bash was started without pipes"));
        };
        let (send, records) = channel();
        std::thread::spawn(move || {
            let mut reports = BufReader::new(output).split(0);
            let mut argv = Vec::new();
            while let Some(Ok(word)) = reports.next() {
                let record = match word.as_slice() {
                    b"\x01\x03" => Record::End,
                    b"\x01\x02" => Record::Command(std::mem::take(&mut argv)),
                    _ => {
                        argv.push(String::from_utf8_lossy(&word).into_owned());
                        continue;
                    }
                };
                if send.send(record).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            child,
            input,
            records,
            directory,
        })
    }

    /// Runs a script to its end, until nothing comes for a second, or until it has executed enough.
    ///
    /// # Errors
    /// Where bash cannot be started again after a script that had to be cut off.
    pub fn run(&mut self, script: &str) -> io::Result<Executed> {
        let mut executed = Executed::default();
        let sent = self
            .input
            .write_all(script.as_bytes())
            .and_then(|()| self.input.write_all(&[0]));
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
        *self = Self::start()?;
        Ok(executed)
    }

    /// The directory in which scripts run; it is empty at first, and goes when bash does.
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Ends bash and whatever runs in its process group.
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

impl Drop for Bash {
    fn drop(&mut self) {
        self.stop();
    }
}
