//! Policy files from the file system.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Severity, Source, Span};
use execpolicy::{BrokenFile, Layer, LoadCode, Loaded, Network, PolicyFile, PolicySet, Profile};
use rustix::fs::{CWD, Mode, OFlags, openat};
use sandbox::proxy::Hosts;

use crate::builtin;

/// Bytes of one policy file. A file that is longer does not load.
pub(crate) const MAX_BYTES: u64 = 1024 * 1024;

/// The layer of files that are given by name.
pub(crate) const GIVEN: &str = "command line";

/// Policy files that cannot be used. The findings name every file that is broken, and where.
#[derive(Debug, thiserror::Error)]
#[error("{} in the policy files", count(.findings.len()))]
pub struct OpenError {
    /// What is wrong, file by file; never empty.
    pub findings: Vec<Diagnostic>,
}

/// Reads files of the layer `command line`. What cannot be read is a finding.
pub(crate) fn read_all(paths: &[PathBuf]) -> (Vec<PolicyFile>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        match read(path) {
            Ok(source) => files.push(PolicyFile {
                source,
                layer: Layer::new(GIVEN),
            }),
            Err(finding) => findings.push(finding),
        }
    }
    (files, findings)
}

/// Loads files, where these findings were made on the way to them.
pub(crate) fn load(files: &[PolicyFile], mut findings: Vec<Diagnostic>) -> Result<PolicySet, OpenError> {
    let Loaded { policy, broken, .. } = execpolicy::load(files, &builtin::pack);
    findings.extend(broken);
    findings.extend(policy.profiles().filter_map(no_hosts));
    if findings.is_empty() {
        Ok(policy)
    } else {
        Err(OpenError { findings })
    }
}

/// What is wrong with the hosts that a profile names: they are read as the proxy will read them.
fn no_hosts(profile: &Profile) -> Option<Diagnostic> {
    let (Network::Hosts(hosts), Some(origin)) = (&profile.network, &profile.origin) else {
        return None;
    };
    let error = Hosts::new(hosts).err()?;
    let message = format!("the profile `{}` names hosts, but {error}", profile.name.as_str());
    let finding = Diagnostic::new(LoadCode::Host.code(), Severity::Error, message);
    let finding = finding.at(&origin.source, origin.span, "in this profile");
    Some(finding.help("write `github.com`, `*.crates.io:443`, `127.0.0.1:8080` or `10.0.0.0/8`"))
}

/// The files with a profile whose hosts are none.
pub(crate) fn without_hosts(policy: &PolicySet) -> Vec<BrokenFile> {
    let broken = policy.profiles().filter_map(|profile| {
        let origin = profile.origin.as_ref()?;
        Some(BrokenFile {
            layer: origin.layer.clone(),
            file: origin.source.name().into(),
            findings: vec![no_hosts(profile)?],
        })
    });
    broken.collect()
}

/// Reads one file by its name.
pub(crate) fn read(path: &Path) -> Result<Source, Diagnostic> {
    let name = path.to_string_lossy();
    let bytes = open(path)
        .and_then(|mut file| bytes(&mut file))
        .map_err(|error| {
            let empty = Source::new(&*name, "");
            Diagnostic::new(
                LoadCode::Unreadable.code(),
                Severity::Error,
                format!("the policy file `{name}` cannot be read: {error}"),
            )
            .at(&empty, Span::default(), "")
            .help("name a file that exists and that you may read")
        })?;
    text(&name, bytes)
}

/// The text of a policy file, under the name that people know it by.
pub(crate) fn text(name: &str, bytes: Vec<u8>) -> Result<Source, Diagnostic> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => Err(not_text(name, &error)),
    }
}

/// Opens a file, and nothing else: what else the path leads to is seen once it is open, without waiting for it.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(openat(CWD, path, flags, Mode::empty())?);
    let kind = file.metadata()?;
    if kind.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !kind.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    Ok(file)
}

/// What an open file says, as far as a policy file may be long.
pub(crate) fn bytes(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= MAX_BYTES) {
        Ok(bytes)
    } else {
        Err(io::Error::other(format!("it is longer than {MAX_BYTES} bytes")))
    }
}

fn not_text(name: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let good = error.utf8_error().valid_up_to();
    let shown = Source::new(name, String::from_utf8_lossy(error.as_bytes()));
    Diagnostic::new(
        LoadCode::Unreadable.code(),
        Severity::Error,
        format!("the policy file `{name}` is not UTF-8"),
    )
    // The replacement character that stands for the first bad byte is three bytes long.
    .at(&shown, Span::of(good, good.saturating_add(3)), "this byte")
    .help("save the file as UTF-8")
}

fn count(findings: usize) -> String {
    match findings {
        1 => "one error".to_owned(),
        several => format!("{several} errors"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(paths: &[PathBuf]) -> Result<PolicySet, OpenError> {
        let (files, findings) = read_all(paths);
        load(&files, findings)
    }

    #[test]
    fn every_file_that_cannot_be_read_is_named() {
        let paths = ["/nonexistent/a.codexpolicy", "/"].map(PathBuf::from);
        let error = open(&paths).unwrap_err();
        let messages: Vec<&str> = error
            .findings
            .iter()
            .map(|finding| finding.message.as_str())
            .collect();
        assert!(
            messages[0].contains("`/nonexistent/a.codexpolicy` cannot be read"),
            "{messages:?}"
        );
        assert!(messages[1].contains("`/` cannot be read"), "{messages:?}");
        assert_eq!(error.to_string(), "2 errors in the policy files");
    }

    #[test]
    fn hosts_of_a_profile_are_read_as_the_proxy_reads_them() {
        let file = |host: &str| PolicyFile {
            source: Source::new(
                "team",
                format!("sandbox_profile(name = 'web', network = ['{host}'])"),
            ),
            layer: Layer::new("command line"),
        };
        for host in ["github.com", "*.crates.io:443", "127.0.0.1:8080", "10.0.0.0/8"] {
            assert!(load(&[file(host)], Vec::new()).is_ok(), "{host}");
        }
        for host in ["git*.com", "10.0.0.0/99", "two words"] {
            let error = load(&[file(host)], Vec::new()).unwrap_err();
            assert_eq!(error.findings.len(), 1, "{host}");
            let message = &error.findings[0].message;
            assert!(message.contains("`web`") && message.contains(host), "{message}");
        }
    }

    #[test]
    fn what_may_be_read_without_end_is_not_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in [PathBuf::from("/dev/zero"), pipe] {
            let error = open(&[path]).unwrap_err();
            let message = &error.findings[0].message;
            assert!(message.ends_with("it is not a file"), "{message}");
        }
    }

    #[test]
    fn a_file_that_is_too_long_is_not_read_to_its_end() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        io::Write::write_all(&mut file, &vec![b'#'; 1024 * 1024 + 1]).unwrap();
        let error = open(&[file.path().to_owned()]).unwrap_err();
        assert!(error.findings[0].message.contains("longer than 1048576 bytes"));
    }
}
