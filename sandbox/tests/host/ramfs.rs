//! A file system without extended attributes and with coarse times, for one test in a process of its own.

use std::path::PathBuf;
use std::process::Command;

/// Says to the process of its own where the file system is.
const PLACE: &str = "SANDBOX_TEST_RAMFS";

/// Where the file system is, in the process that has it.
pub(crate) fn place() -> Option<PathBuf> {
    std::env::var_os(PLACE).map(PathBuf::from)
}

/// Runs one test of this binary in a namespace in which a ramfs is mounted, as the caller's user or as root of it.
pub(crate) fn run(test: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let mount = "mount -t ramfs ramfs \"$0\" || exit 77; exec \"$@\"";
    let status = Command::new("unshare")
        .args(["-rm", "sh", "-c", mount])
        .arg(scratch.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(PLACE, scratch.path())
        .status();
    match status {
        Ok(status) if matches!(status.code(), Some(1 | 77)) && !offered() => {
            println!("skipped: no ramfs can be mounted here");
        }
        Ok(status) => assert!(status.success(), "{test} on a ramfs: {status}"),
        Err(error) => println!("skipped: no `unshare`: {error}"),
    }
}

/// Whether this host lets a ramfs be mounted.
fn offered() -> bool {
    let mount = ["-rm", "mount", "-t", "ramfs", "ramfs", "/mnt"];
    Command::new("unshare")
        .args(mount)
        .output()
        .is_ok_and(|output| output.status.success())
}
