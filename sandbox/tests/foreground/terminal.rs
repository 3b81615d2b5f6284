//! A launcher and its command in the foreground of a terminal.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Stdio};

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use sandbox::Tier;

use super::reached::{tiers, until};
use super::{LAUNCHER, lays, wait};

pub(super) fn a_key_reaches_a_command_that_is_not_made_yet() {
    for (tier, _) in tiers().into_iter().filter(|(tier, _)| *tier == Tier::Full) {
        let ground = tempfile::tempdir_in("/var/tmp").unwrap();
        let work = ground.path().canonicalize().unwrap();
        let (mut launcher, terminal) = launch_on_terminal(tier, &work, "exec sleep 90");
        lays(&work, &mut launcher);
        rustix::io::write(&terminal, INTERRUPT).unwrap();
        assert_eq!(wait(&mut launcher), Some(130), "{tier}");
        assert_eq!(fs::read_dir(&work).unwrap().count(), 0);
    }
}

pub(super) fn a_key_reaches_a_command_once() {
    let trap = "trap 'echo x >> keys' INT; : > ready; until [ -s keys ]; do sleep 0.1; done; sleep 1; exit 7";
    let scripts = [trap.to_owned(), format!("exec setsid bash -c \"{trap}\"")];
    for (tier, _) in tiers() {
        // The second has left the group.
        for script in &scripts {
            let ground = tempfile::tempdir_in("/var/tmp").unwrap();
            let work = ground.path().canonicalize().unwrap();
            let (mut launcher, terminal) = launch_on_terminal(tier, &work, script);
            until("it runs", || work.join("ready").exists());
            rustix::io::write(&terminal, INTERRUPT).unwrap();
            assert_eq!(wait(&mut launcher), Some(7), "{tier}: {script}");
            let keys = fs::read_to_string(work.join("keys")).unwrap();
            assert_eq!(keys, "x\n", "{tier}: {script}");
        }
    }
}

/// What a terminal is sent by Ctrl-C.
const INTERRUPT: &[u8] = b"\x03";

/// Starts it in the foreground of a terminal of its own.
fn launch_on_terminal(tier: Tier, work: &Path, script: &str) -> (Child, OwnedFd) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    // Who runs this test in the background may have it ignored.
    let launcher = std::process::Command::new("env")
        .args(["--default-signal=INT", "setsid", "-c"])
        .arg(std::env::current_exe().unwrap())
        .env(LAUNCHER, format!("{tier}|{}|60|{script}", work.display()))
        .stdin(
            fs::File::options()
                .read(true)
                .write(true)
                .custom_flags(OFlags::NOCTTY.bits().cast_signed())
                .open(name)
                .unwrap(),
        )
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    (launcher, terminal)
}
