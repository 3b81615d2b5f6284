//! Commands that are watched while they really run, with nothing that keeps them: what they do happens.

mod apart;
mod cost;
mod enforced;
mod life;

use std::fs::{create_dir, write};
use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::fs::AtFlags;
use rustix::process::geteuid;
use tempfile::TempDir;

use super::*;
use crate::sys::observed::{run_observed, under_listener};
use crate::{Grant, Profile, Readable};

/// A workspace that may be written, with something protected and something hidden in it, and a directory beside it.
struct Scene {
    /// In `/var/tmp`, as `/tmp` may be written in every profile.
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = TempDir::new_in("/var/tmp").unwrap();
        let scene = Self { folder };
        for directory in ["ws", "ws/.git", "ws/hidden", "out"] {
            create_dir(scene.path(directory)).unwrap();
        }
        for file in [
            "ws/file",
            "ws/.git/config",
            "ws/hidden/key",
            "out/file",
            "out/other",
        ] {
            write(scene.path(file), "text\n").unwrap();
        }
        scene
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(path)
    }

    fn profile(&self) -> Profile {
        Profile {
            writable: vec![self.path("ws")],
            protected: vec![self.path("ws/.git")],
            hidden: vec![self.path("ws/hidden")],
            ..Profile::default()
        }
    }

    fn rules(&self) -> Denials {
        Denials::of(&self.profile()).granting(|_: &Grant| true)
    }

    /// Starts a command in the workspace.
    fn start(&self, watch: Watch, command: &mut Command) -> (Child, OwnedFd) {
        command
            .current_dir(self.path("ws"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        run_observed(command, watch.program()).unwrap()
    }

    /// Runs it to its end, and nobody stops the observer.
    fn run(&self, watch: Watch, command: &mut Command) -> Observed {
        let (mut child, listener) = self.start(watch, command);
        let observer = Observer::start(listener, self.rules()).unwrap();
        child.wait().unwrap();
        observer.ends_by_itself();
        observer.finish()
    }

    /// What a script is told of, as `operation path`, with paths below the scene.
    fn script(&self, watch: Watch, script: &str) -> Vec<String> {
        let observed = self.run(watch, Command::new("/bin/sh").args(["-c", script]));
        assert_eq!(observed.lost, 0, "{script}");
        self.told(&observed)
    }

    fn told(&self, observed: &Observed) -> Vec<String> {
        let path = |path: &Path| {
            path.strip_prefix(self.path(""))
                .unwrap_or(path)
                .display()
                .to_string()
        };
        let told = |violation: &Violation| {
            let target = match &violation.target {
                Target::File(file) => path(file),
                Target::Host(address) => address.to_string(),
            };
            format!("{} {target}", violation.operation.name())
        };
        observed.violations.iter().map(told).collect()
    }
}

impl Observer {
    /// Fails where the thread does not end within ten seconds.
    fn ends_by_itself(&self) {
        for _ in 0..1000 {
            if self.thread.is_finished() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the observer does not end");
    }
}

/// Says why a case says nothing on this host.
fn skipped(why: &str) {
    writeln!(io::stderr(), "skipped: {why}").unwrap();
}

/// This test binary again, in one of the roles below.
fn role(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", &format!("observer::tests::{name}"), "--ignored"])
        .args(["--test-threads", "1"])
        .env("OBSERVED_ROLE", folder);
    command
}

/// The folder, if this process plays a role.
fn playing() -> Option<PathBuf> {
    std::env::var_os("OBSERVED_ROLE").map(PathBuf::from)
}

#[test]
fn what_is_denied_and_would_have_passed_is_told() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "writing in the workspace",
            "echo > file; echo > new; mkdir d; rm file",
            &[],
        ),
        (
            "devices that everybody opens",
            "echo > /dev/null; echo > /dev/full",
            &[],
        ),
        ("creating outside", "echo > ../out/new", &["create out/new"]),
        ("writing outside", "echo > ../out/file", &["write out/file"]),
        ("appending outside", "echo >> ../out/file", &["write out/file"]),
        (
            "told once",
            "echo > ../out/file; echo > ../out/file",
            &["write out/file"],
        ),
        ("removing outside", "rm -f ../out/file", &["remove out/file"]),
        (
            "removing what is not there",
            "rm -f ../out/none; rmdir ../out/none",
            &[],
        ),
        ("making what is there", "mkdir ../out; ln -s x ../out/file", &[]),
        ("making in nothing", "mkdir ../none/x; echo > ../none/x", &[]),
        ("opening a directory for writing", "echo > ../out", &[]),
        ("a directory that is not empty", "rmdir ../out", &[]),
        ("a directory outside", "mkdir ../out/d", &["create out/d"]),
        (
            "renaming outside",
            "mv ../out/file ../out/new",
            &["rename out/file", "rename out/new"],
        ),
        ("moving in", "mv ../out/file x", &["rename out/file"]),
        ("moving out", "mv file ../out/x", &["rename out/x"]),
        ("moving nothing out", "mv none ../out/x", &[]),
        ("a hard link", "ln file ../out/x", &["link out/x"]),
        ("a symbolic link", "ln -s file ../out/x", &["create out/x"]),
        ("mode", "chmod 600 ../out/file", &["attributes out/file"]),
        (
            "times",
            "touch -c -d 2001-01-01 ../out/file",
            &["attributes out/file"],
        ),
        (
            "a relative path after cd",
            "cd ../out && echo > file",
            &["write out/file"],
        ),
        (
            "cd by a link",
            "ln -s ../out l; cd l && echo > file",
            &["write out/file"],
        ),
        (
            "through a link",
            "ln -s ../out/file l; echo > l",
            &["write out/file"],
        ),
        ("the link itself", "ln -s ../out/file l; rm l", &[]),
        (
            "through a linked directory",
            "ln -s ../out l; rm l/file",
            &["remove out/file"],
        ),
        (
            "creating through a link",
            "ln -s ../out/new l; echo > l",
            &["create out/new"],
        ),
        (
            "by way of the parent",
            "echo > ../ws/../out/file",
            &["write out/file"],
        ),
        (
            "a protected file",
            "echo > .git/config",
            &["write ws/.git/config"],
        ),
        ("a protected directory", "mv .git x", &["rename ws/.git"]),
        ("a hidden file", "echo > hidden/key", &["write ws/hidden/key"]),
        ("the root's own name", "mv ../ws ../x", &["rename ws", "rename x"]),
    ];
    for (name, script, expected) in cases {
        let scene = Scene::new();
        assert_eq!(scene.script(Watch::Writes, script), *expected, "{name}: {script}");
    }
}

#[test]
fn what_the_user_may_not_do_is_not_told() {
    if geteuid().is_root() {
        return skipped("root may do everything");
    }
    let script = "echo > /etc/passwd; mv /etc/passwd /etc/x; rm /etc/passwd; chmod 600 /etc/passwd; mkdir /x";
    assert_eq!(Scene::new().script(Watch::Writes, script), [""; 0]);
}

#[test]
fn reads_are_told_on_request() {
    let scene = Scene::new();
    let script = "cat hidden/key ../out/file hidden/none";
    assert_eq!(scene.script(Watch::Writes, script), [""; 0]);
    assert_eq!(scene.script(Watch::Reads, script), ["read ws/hidden/key"]);
    let only = Profile {
        readable: Readable::Only(
            ["/usr", "/lib", "/lib64", "/bin", "/etc"]
                .map(PathBuf::from)
                .to_vec(),
        ),
        ..scene.profile()
    };
    let (mut child, listener) = scene.start(
        Watch::Reads,
        Command::new("/bin/sh").args(["-c", "cat file ../out/file"]),
    );
    let observer = Observer::start(listener, Denials::of(&only)).unwrap();
    child.wait().unwrap();
    let told = scene.told(&observer.finish());
    assert!(told.contains(&"read out/file".to_owned()), "{told:?}");
    assert!(!told.contains(&"read ws/file".to_owned()), "{told:?}");
}

#[test]
fn a_violation_says_who_and_what_would_help() {
    let scene = Scene::new();
    let observed = scene.run(
        Watch::Writes,
        Command::new("/bin/sh").args(["-c", "cp file ../out/new; echo > .git/config"]),
    );
    let [created, protected] = observed.violations.as_slice() else {
        panic!("{observed:?}");
    };
    assert_eq!(created.process.name, "cp");
    assert!(created.process.pid > 0);
    assert_eq!(created.rule, Rule::OutsideWritable);
    assert_eq!(created.grant, Some(Grant::Writable(scene.path("out"))));
    assert_eq!(protected.process.name, "sh");
    assert_eq!(protected.rule, Rule::Protected(scene.path("ws/.git")));
    assert_eq!(protected.grant, Some(Grant::Unprotected(scene.path("ws/.git"))));
}

#[test]
#[ignore = "a role that other tests have played"]
fn by_descriptor() {
    use rustix::fs::{Mode, OFlags, ResolveFlags};
    let Some(folder) = playing() else { return };
    let out = std::fs::File::open(folder.join("out")).unwrap();
    let write_only = OFlags::WRONLY | OFlags::CLOEXEC;
    let create = write_only | OFlags::CREATE;
    rustix::fs::openat(&out, "file", write_only, Mode::empty()).unwrap();
    rustix::fs::openat2(&out, "new", create, Mode::RUSR, ResolveFlags::BENEATH).unwrap();
    rustix::fs::unlinkat(&out, "other", AtFlags::empty()).unwrap();
    rustix::fs::openat(&out, ".", OFlags::TMPFILE | OFlags::RDWR, Mode::RUSR).unwrap();
    rustix::fs::chownat(&out, "", None, None, AtFlags::EMPTY_PATH).unwrap();
    let new = std::fs::File::open(folder.join("out/new")).unwrap();
    new.set_modified(std::time::UNIX_EPOCH).unwrap();
    // Nothing that has a name.
    rustix::fs::unlinkat(&out, "", AtFlags::empty()).unwrap_err();
    rustix::fs::renameat(&out, "", &out, "x").unwrap_err();
    rustix::fs::openat(&out, "none", write_only, Mode::empty()).unwrap_err();
    rustix::fs::openat(&out, "file", OFlags::PATH, Mode::empty()).unwrap();
}

#[test]
fn a_path_may_start_from_a_descriptor() {
    let scene = Scene::new();
    let observed = scene.run(Watch::Writes, &mut role("by_descriptor", &scene.path("")));
    let told = scene.told(&observed);
    assert_eq!(
        told,
        [
            "write out/file",
            "create out/new",
            "remove out/other",
            "write out",
            "attributes out",
            "attributes out/new"
        ]
    );
}

#[test]
#[ignore = "a role that other tests have played"]
fn sockets() {
    use std::net::{TcpStream, UdpSocket};
    use std::os::unix::net::{UnixListener, UnixStream};
    let Some(folder) = playing() else { return };
    // Nobody answers any of them; they are told before that is known.
    TcpStream::connect(("127.0.0.1", 9)).unwrap_err();
    let _unreachable = UdpSocket::bind(("0.0.0.0", 0))
        .unwrap()
        .connect(("192.0.2.1", 53));
    UnixStream::connect(folder.join("out/none")).unwrap_err();
    UnixStream::connect(folder.join("out/socket")).unwrap();
    let _own = UnixListener::bind(folder.join("ws/socket")).unwrap();
    UnixStream::connect(folder.join("ws/socket")).unwrap();
    let _other = UnixListener::bind(folder.join("out/made")).unwrap();
}

#[test]
fn connections_are_told() {
    let scene = Scene::new();
    let _listener = std::os::unix::net::UnixListener::bind(scene.path("out/socket")).unwrap();
    let observed = scene.run(Watch::Writes, &mut role("sockets", &scene.path("")));
    let told = scene.told(&observed);
    assert_eq!(
        told,
        [
            "connect 127.0.0.1:9",
            "connect 192.0.2.1:53",
            "connect out/socket",
            "create out/made"
        ]
    );
    let grants: Vec<Option<Grant>> = observed.violations.into_iter().map(|found| found.grant).collect();
    assert_eq!(
        grants,
        [
            Some(Grant::Loopback),
            None,
            Some(Grant::Writable(scene.path("out/socket"))),
            Some(Grant::Writable(scene.path("out")))
        ]
    );
}
