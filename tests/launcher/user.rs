//! Who launches: whoever runs the tests, and an ordinary user.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::process::{Command, Stdio};

/// The user number of an ordinary user: no entry of a user database is needed.
const ORDINARY: u32 = 1000;

/// Who launches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum User {
    /// Who runs the tests.
    Own,
    /// An ordinary user, where the tests are run by root.
    Ordinary,
}

impl User {
    /// Both.
    pub(crate) fn all() -> [Self; 2] {
        [Self::Own, Self::Ordinary]
    }

    /// For names of tests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Own => "by who runs the tests",
            Self::Ordinary => "by user 1000",
        }
    }

    /// Why nothing can be tried as this user.
    pub(crate) fn cannot(self) -> Option<String> {
        match self {
            Self::Own => None,
            Self::Ordinary if is_root() => None,
            Self::Ordinary => Some("only root can be somebody else".to_owned()),
        }
    }

    /// The words that make the words after them this user's.
    pub(crate) fn words(self) -> Vec<String> {
        let number = ORDINARY.to_string();
        let words: &[&str] = match self {
            Self::Own => &[],
            Self::Ordinary => &[
                "setpriv",
                "--reuid",
                &number,
                "--regid",
                &number,
                "--clear-groups",
                "--",
            ],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// A command of this user, that reads nothing.
    pub(crate) fn command(self, program: &str) -> Command {
        let mut words = self.words();
        words.push(program.to_owned());
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        command
            .args(words)
            .env_remove("CARGO_TARGET_DIR")
            .env("PATH", self.path())
            .stdin(Stdio::null());
        command
    }

    /// The ordinary directories; for who runs the tests also that of the compiler, which may be in a home.
    fn path(self) -> String {
        let ordinary = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        let compiler = Path::new(env!("CARGO")).parent().map(Path::display);
        match (self, compiler) {
            (Self::Own, Some(compiler)) => format!("{ordinary}:{compiler}"),
            (Self::Own, None) | (Self::Ordinary, _) => ordinary.to_owned(),
        }
    }

    /// Gives a file, or a directory with all below it, to this user.
    pub(crate) fn own(self, path: &Path) -> io::Result<()> {
        if self == Self::Own {
            return Ok(());
        }
        let mut waiting = vec![path.to_owned()];
        while let Some(path) = waiting.pop() {
            chown(&path, Some(ORDINARY), Some(ORDINARY))?;
            if path.is_dir() {
                for entry in fs::read_dir(&path)? {
                    waiting.push(entry?.path());
                }
            }
        }
        Ok(())
    }
}

/// Whether root runs the tests.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
