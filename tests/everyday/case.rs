//! One piece of everyday work, and what it needs to be tried.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use gatekeeper::sandbox::{Host, Tier};
use libtest_mimic::Failed;

use super::binary::binary;
use super::heard::hear;
use super::user::{User, is_root};

/// Seconds in which a case ends, on a machine that has much else to do.
const PATIENCE: &str = "300";

/// What every script may use: `inside TEXT` runs a text in the sandbox, under the profile of the variable `PROFILE`;
/// `refused COMMAND…` holds where the command fails, but not where the sandbox did not start it.
const PREAMBLE: &str = r#"
set -eu
PROFILE=workspace-write
inside() { "$EXECPOLICY" sandbox --profile "$PROFILE" -- bash --noprofile --norc -euc "$1"; }
refused() {
    local status=0
    "$@" || status=$?
    case "$status" in
        0) echo "it worked: $*"; return 1 ;;
        125) echo "it was not tried: $*"; return 1 ;;
    esac
}
repository() {
    git init -q -b main "$1"
    echo one > "$1/file"
    git -C "$1" add file
    git -C "$1" commit -qm one
}
"#;

/// One piece of work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// What it is.
    pub(crate) name: &'static str,
    /// Programs that it needs, and [`ROOT`].
    pub(crate) needs: &'static [&'static str],
    /// What is done.
    pub(crate) script: &'static str,
}

/// That a case mounts things, which only root does.
pub(crate) const ROOT: &str = "root";

impl Case {
    /// What this host has not, or this user.
    pub(crate) fn lacks(&self, user: User) -> Option<String> {
        self.needs.iter().find_map(|program| match *program {
            ROOT if is_root() && user == User::Own => None,
            ROOT => Some("only root can mount".to_owned()),
            program => {
                let mut asked = user.command("bash");
                // A proxy that stands for a compiler is no compiler.
                let found = asked.args(["-c", &format!("{program} --version >/dev/null 2>&1")]);
                let is_found = found
                    .current_dir("/")
                    .status()
                    .is_ok_and(|status| status.success());
                (!is_found).then(|| format!("there is no {program}"))
            }
        })
    }

    /// Does it, below a directory of its own, in the empty directory `work`.
    pub(crate) fn hold(&self, user: User) -> Result<(), Failed> {
        // Not below `/tmp`, which is the command's own.
        let root = tempfile::Builder::new()
            .prefix("everyday")
            .tempdir_in("/var/tmp")?;
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755))?;
        let path = root.path().canonicalize()?;
        for name in ["work", "home"] {
            fs::create_dir(path.join(name))?;
        }
        user.own(&path)?;
        let mut command = user.command("timeout");
        command
            .args(["--kill-after=10", PATIENCE, "bash"])
            .args([
                "--noprofile",
                "--norc",
                "-c",
                &format!("{PREAMBLE}{}", self.script),
            ])
            .current_dir(path.join("work"))
            .env("ROOT", &path)
            .env("EXECPOLICY", binary()?);
        if !self.needs.contains(&"cargo") {
            command.env("HOME", path.join("home"));
        }
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "n");
            command.env(format!("GIT_{role}_EMAIL"), "n@example.org");
        }
        let heard = hear(&mut command)?;
        match heard.status {
            Some(0) => Ok(()),
            status => Err(format!("status {status:?}\n{}", heard.text).into()),
        }
    }
}

/// Why nothing can be tried here.
pub(crate) fn no_namespaces() -> Option<String> {
    (Host::look().tier() != Tier::Full).then(|| "this host does not reach tier full".to_owned())
}
