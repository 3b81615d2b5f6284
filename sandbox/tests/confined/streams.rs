//! What a command is given as its first three descriptors: it reads and writes them, and they lead no further.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Mode, OFlags};
use sandbox::{Command, Host, LaunchError, Profile, Status, Stream, Tier, plan};

use super::ground::{Ground, bash, has_namespaces};
use super::reached::tiers;

fn profile(ground: &Ground, tier: Tier) -> Profile {
    let all = ground.profile();
    match tier {
        Tier::Full => all,
        Tier::Landlock | Tier::None => Profile {
            accepted: tier,
            hidden: Vec::new(),
            protected: Vec::new(),
            network: sandbox::Network::None,
            ..all
        },
    }
}

/// Runs a script in the workspace with these streams.
fn run(ground: &Ground, (tier, host): &(Tier, Host), script: &str, streams: [Stream; 3]) -> Status {
    let [input, output, errors] = streams;
    let command = Command {
        input,
        output,
        errors,
        ..bash(&ground.path("work"), script)
    };
    let running = plan(&profile(ground, *tier), host).unwrap().launch(command);
    running.unwrap().wait().status
}

fn reading(path: &Path) -> Stream {
    Stream::Given(File::open(path).unwrap().into())
}

fn copy(file: &File) -> Stream {
    Stream::Given(file.try_clone().unwrap().into())
}

const NOTHING: [Stream; 3] = [Stream::Null, Stream::Null, Stream::Null];

#[test]
fn what_is_read_is_not_changed_by_its_descriptor() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let full = (Tier::Full, Host::look());
    for (file, what) in [
        ("work/.git/config", "protected"),
        ("outside", "outside"),
        ("work/secret", "hidden"),
    ] {
        for script in [
            "echo changed >> /proc/self/fd/0",
            "echo changed >> /dev/stdin",
            ": > /dev/stdin",
            "chmod 0777 /dev/stdin",
            "touch -c -d 2001-02-03 /dev/stdin",
            "ln -L /dev/stdin linked && echo changed >> linked",
        ] {
            let path = ground.path(file);
            let before = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap());
            let status = run(
                &ground,
                &full,
                script,
                [reading(&path), Stream::Null, Stream::Null],
            );
            assert_ne!(status, Status::Exited(0), "{what}: {script}");
            let after = fs::metadata(&path).unwrap();
            assert_eq!(fs::read(&path).unwrap(), before.0, "{what}: {script}");
            assert_eq!(after.permissions(), before.1.permissions(), "{what}: {script}");
            assert_eq!(
                after.modified().unwrap(),
                before.1.modified().unwrap(),
                "{what}: {script}"
            );
        }
    }
}

#[test]
fn a_directory_is_no_stream() {
    for (tier, host) in tiers() {
        let ground = Ground::new();
        let path_only = OFlags::PATH | OFlags::CLOEXEC;
        let outside = rustix::fs::openat(CWD, ground.path("outside"), path_only, Mode::empty()).unwrap();
        for (name, stream) in [
            ("a directory", reading(&ground.path("work"))),
            ("only a path", Stream::Given(outside)),
        ] {
            let command = Command {
                errors: stream,
                ..bash(&ground.path("work"), "true")
            };
            let launched = plan(&profile(&ground, tier), &host).unwrap().launch(command);
            assert!(
                matches!(launched, Err(LaunchError::Stream { .. })),
                "{tier}: {name}: {launched:?}"
            );
        }
    }
}

#[test]
fn a_file_is_read_from_where_its_reader_is() {
    for host in tiers() {
        let ground = Ground::new();
        let path = ground.path("lines");
        fs::write(&path, "one\ntwo\nthree\nfour\n").unwrap();
        for (name, script, left) in [
            (
                "it reads a line",
                "read -r line; test $line = two",
                "three\nfour\n",
            ),
            ("it reads all", "test \"$(cat | wc -l)\" = 3", ""),
            (
                "it reads by a name",
                "test \"$(cat /dev/stdin | wc -l)\" -ge 3",
                "",
            ),
            ("it reads nothing", "true", "two\nthree\nfour\n"),
            (
                "it ends otherwise",
                "read -r line; kill -KILL $$",
                "three\nfour\n",
            ),
        ] {
            let mut file = File::open(&path).unwrap();
            let mut first = [0; 4];
            file.read_exact(&mut first).unwrap();
            let status = run(&ground, &host, script, [copy(&file), Stream::Null, Stream::Null]);
            let expected = match name {
                "it ends otherwise" => Status::Killed(9),
                _ => Status::Exited(0),
            };
            assert_eq!(status, expected, "{}: {name}", host.0);
            if name != "it reads by a name" {
                let mut rest = String::new();
                file.read_to_string(&mut rest).unwrap();
                assert_eq!(rest, left, "{}: {name}", host.0);
            }
        }
    }
}

#[test]
fn a_file_without_a_name_is_read() {
    for host in tiers() {
        let ground = Ground::new();
        let mut file = tempfile::tempfile_in(ground.path("")).unwrap();
        file.write_all(b"text\n").unwrap();
        file.rewind().unwrap();
        let status = run(
            &ground,
            &host,
            "test $(cat) = text",
            [copy(&file), Stream::Null, Stream::Null],
        );
        assert_eq!(status, Status::Exited(0), "{}", host.0);
    }
}

#[test]
fn a_file_is_written_in_turns_and_by_the_names_of_the_streams() {
    for host in tiers() {
        let ground = Ground::new();
        let path = ground.path("log");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"before\n").unwrap();
        let script =
            "echo out; echo err >&2; echo name >> /dev/stdout; echo both | tee -a /dev/stderr > /dev/null";
        let status = run(&ground, &host, script, [Stream::Null, copy(&file), copy(&file)]);
        assert_eq!(status, Status::Exited(0), "{}", host.0);
        file.seek(std::io::SeekFrom::End(0)).unwrap();
        file.write_all(b"after\n").unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "before\nout\nerr\nname\nboth\nafter\n",
            "{}",
            host.0
        );
    }
}

#[test]
fn devices_are_used_and_not_changed() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let full = (Tier::Full, Host::look());
    // Each asks for the mode that is there: a change that nothing keeps from happening does no harm.
    for device in ["/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/tty"] {
        let script = format!("chmod 0666 {device}");
        assert_eq!(
            run(&ground, &full, &script, NOTHING),
            Status::Exited(1),
            "{device}"
        );
    }
    for script in [
        "chmod 0666 /dev/stdin",
        "chmod 0666 /dev/stdout",
        "chmod 0666 /dev/stderr",
    ] {
        assert_eq!(
            run(&ground, &full, script, NOTHING),
            Status::Exited(1),
            "{script}"
        );
    }
    let script =
        "echo x > /dev/null && echo x >&2 && test $(head -c9 /dev/zero | wc -c) = 9 && ! echo x > /dev/full";
    assert_eq!(run(&ground, &full, script, NOTHING), Status::Exited(0));
    let streams = [reading(Path::new("/dev/zero")), Stream::Null, Stream::Null];
    assert_eq!(
        run(&ground, &full, "test $(head -c9 | wc -c) = 9", streams),
        Status::Exited(0)
    );
}

/// A terminal: the side of its user, and the other.
fn terminal() -> (OwnedFd, File) {
    let flags =
        rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY | rustix::pty::OpenptFlags::CLOEXEC;
    let user = rustix::pty::openpt(flags).unwrap();
    rustix::pty::grantpt(&user).unwrap();
    rustix::pty::unlockpt(&user).unwrap();
    let name = rustix::pty::ptsname(&user, Vec::new()).unwrap();
    let other = rustix::fs::openat(
        CWD,
        name,
        OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
        Mode::empty(),
    );
    (user, other.unwrap().into())
}

/// What stands on the terminal.
fn everything(user: &OwnedFd) -> String {
    let mut said = Vec::new();
    let mut part = [0; 4096];
    let soon = Timespec {
        tv_sec: 0,
        tv_nsec: 300_000_000,
    };
    while poll(&mut [PollFd::new(user, PollFlags::IN)], Some(&soon)).unwrap() > 0 {
        let count = rustix::io::read(user, &mut part).unwrap();
        said.extend_from_slice(&part[..count]);
    }
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn a_terminal_is_written_by_the_names_of_the_streams_and_has_a_name() {
    for host in tiers() {
        let ground = Ground::new();
        let (user, other) = terminal();
        let script = "set -e; echo one > /dev/stderr; echo two | tee /dev/stderr > /dev/null; test -c \"$(tty)\"; \
            echo three > \"$(tty)\"; stty -F \"$(tty)\" size; read -r line < /dev/stdin; echo \"got $line\"";
        rustix::io::write(&user, b"typed\n").unwrap();
        let status = run(&ground, &host, script, [copy(&other), copy(&other), copy(&other)]);
        let said = everything(&user);
        assert_eq!(status, Status::Exited(0), "{}: {said}", host.0);
        for line in ["one", "two", "three", "0 0", "got typed"] {
            assert!(said.contains(line), "{}: {line}: {said}", host.0);
        }
    }
}

#[test]
fn the_terminals_of_others_are_closed() {
    for host in tiers() {
        let ground = Ground::new();
        let (user, other) = terminal();
        let (own, inner) = terminal();
        let name = rustix::pty::ptsname(&user, Vec::new()).unwrap();
        let name = name.to_str().unwrap();
        for script in [format!("echo forged > {name}"), format!("stty -F {name}")] {
            let status = run(
                &ground,
                &host,
                &script,
                [copy(&inner), copy(&inner), copy(&inner)],
            );
            assert_eq!(status, Status::Exited(1), "{}: {script}", host.0);
        }
        drop((own, other));
    }
}
