//! The client and its flows, where every user can read them.

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::binary::binary;
use super::heard::hear;
use super::user::User;

/// Seconds in which a flow ends, on a machine that has much else to do.
const PATIENCE: &str = "600";

/// A copy of the client, its flows, the schema and the manual.
#[derive(Clone, Debug)]
pub(crate) struct Kit(PathBuf);

/// One flow.
pub(crate) struct Flow {
    /// Its function.
    pub(crate) name: String,
    /// Why this host, or this user, cannot do it.
    pub(crate) cannot: Option<String>,
}

impl Kit {
    /// Copied once, before anything is tried.
    pub(crate) fn new() -> Result<Self, String> {
        binary()?;
        let copy = || -> io::Result<PathBuf> {
            let root = tempfile::Builder::new()
                .prefix("flows")
                .tempdir_in("/var/tmp")?
                .keep();
            fs::set_permissions(&root, fs::Permissions::from_mode(0o755))?;
            copy(&source(), &root.join("serve"))?;
            for (from, to) in [
                ("schema/serve.v1.json", "schema.json"),
                ("server.md", "server.md"),
            ] {
                fs::copy(source().join("../../docs").join(from), root.join(to))?;
                fs::set_permissions(root.join(to), fs::Permissions::from_mode(0o644))?;
            }
            Ok(root)
        };
        copy().map(Self).map_err(|error| error.to_string())
    }

    /// All flows.
    pub(crate) fn flows(&self, user: User) -> Result<Vec<Flow>, String> {
        let text = self.hear(user, &["--list"])?;
        let flow = |line: &str| {
            let (name, cannot) = line.split_once('\t').unwrap_or((line, ""));
            Flow {
                name: name.to_owned(),
                cannot: (!cannot.is_empty()).then(|| cannot.to_owned()),
            }
        };
        Ok(text.lines().map(flow).collect())
    }

    /// Does one.
    pub(crate) fn run(&self, name: &str, user: User) -> Result<(), String> {
        self.hear(user, &[name]).map(drop)
    }

    /// Removes it at the end of the tests.
    pub(crate) fn remove(&self) {
        drop(fs::remove_dir_all(&self.0));
    }

    /// What the client's program says, if it succeeds.
    fn hear(&self, user: User, words: &[&str]) -> Result<String, String> {
        let place = || -> io::Result<tempfile::TempDir> {
            let place = tempfile::Builder::new()
                .prefix("f")
                .rand_bytes(4)
                .tempdir_in("/var/tmp")?;
            fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755))?;
            user.own(place.path())?;
            Ok(place)
        };
        let place = place().map_err(|error| error.to_string())?;
        let mut command = user.command("timeout");
        command
            .args(["--kill-after=10", PATIENCE, "python3", "-B"])
            .arg(self.0.join("serve/run.py"))
            .args(words)
            .current_dir("/var/tmp")
            .env("EXECPOLICY", binary()?)
            .env("SCHEMA", self.0.join("schema.json"))
            .env("PLACE", place.path())
            .env("MANUAL", self.0.join("server.md"))
            .env_remove("UPDATE_TRANSCRIPTS");
        if user == User::Own && env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            command.env("UPDATE_TRANSCRIPTS", source().join("transcripts"));
        }
        let heard = hear(&mut command).map_err(|error| error.to_string())?;
        match heard.status {
            Some(0) => Ok(heard.text),
            status => Err(format!("status {status:?}\n{}", heard.text)),
        }
    }
}

/// Why this user can run no client.
pub(crate) fn no_python(user: User) -> Option<String> {
    let mut asked: Command = user.command("python3");
    let found = asked.args(["-c", "import sys; sys.exit(sys.version_info < (3, 9))"]);
    let is_found = found
        .current_dir("/")
        .status()
        .is_ok_and(|status| status.success());
    (!is_found).then(|| "there is no python3 of version 3.9 or later".to_owned())
}

/// Where the client is kept.
fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/serve")
}

/// Copies a directory with all below it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&path, &copied)?;
        } else {
            fs::copy(&path, &copied)?;
            fs::set_permissions(&copied, fs::Permissions::from_mode(0o644))?;
        }
    }
    Ok(())
}
