//! Programs that tests write and then execute.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes a program that everybody can execute. Another process does so: nobody executes a file that somebody has open
/// for writing (`ETXTBSY` of `execve(2)`), as a process has for a moment that another test begins while this one writes.
pub(crate) fn write_executable(path: &Path, content: impl AsRef<[u8]>) {
    let mut writer = Command::new("/bin/sh")
        .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = writer.stdin.take().unwrap();
    input.write_all(content.as_ref()).unwrap();
    drop(input);
    assert!(writer.wait().unwrap().success(), "{}", path.display());
}
