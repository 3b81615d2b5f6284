//! Plans as they are shown: for hosts of every kind, whatever this one is. Nothing is done, and no privilege needed.
#![expect(clippy::unwrap_used, reason = "a test whose ground cannot be laid has failed")]

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use sandbox::{Host, Limits, Namespaces, Network, Profile, Readable, Tier, plan};
use tempfile::TempDir;

fn host(namespaces: Namespaces) -> Host {
    Host {
        landlock: 6,
        seccomp: true,
        notifications: true,
        namespaces,
        process_bound: true,
        children: true,
        user: 1000,
        group: 1000,
    }
}

/// A work tree with a repository and a secret in it.
fn ground() -> TempDir {
    let ground = tempfile::tempdir_in("/var/tmp").unwrap();
    for directory in ["work/.git", "work/src"] {
        fs::create_dir_all(ground.path().join(directory)).unwrap();
    }
    fs::write(ground.path().join("work/.env"), "key").unwrap();
    ground
}

fn profile(ground: &Path, network: Network) -> Profile {
    Profile {
        name: "here".to_owned(),
        writable: vec![ground.join("work"), ground.join("none")],
        protected: vec![ground.join("work/.git"), ground.join("work/.settings")],
        hidden: vec![ground.join("work/.env")],
        network,
        accepted: Tier::Landlock,
        ..Profile::default()
    }
}

/// The plan, without what is this host's: its devices, what its `/proc` has, and the sockets that are hidden.
fn shown(profile: &Profile, host: &Host, ground: &Path) -> String {
    let plan = plan(profile, host).unwrap();
    let shown = plan.to_string().replace(ground.to_str().unwrap(), "GROUND");
    let is_of_host = |line: &str| {
        let hides = line.starts_with("hide ") && !line.contains("GROUND");
        hides || line.starts_with("protect /proc/") || (line.contains(" /dev/") && !line.contains("read /"))
    };
    let lines = shown.lines().filter(|line| !is_of_host(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn of_a_user_with_namespaces() {
    let ground = ground();
    let profile = profile(ground.path(), Network::Loopback);
    assert_snapshot!(shown(&profile, &host(Namespaces::User), ground.path()), @"
    make user, mount, process, ipc and host name namespaces
    map user 1000 and group 1000 to themselves
    cut the mounts off from the host's
    take GROUND/work (writable)
    make / read-only, with all that is mounted below it
    cover /dev with an empty file system (mode=0755,size=1m)
    cover /run with an empty file system (mode=0755,size=1m)
    cover /tmp with an empty file system (mode=1777)
    make what hides things unreadable
    attach GROUND/work
    seal /dev
    seal /run
    protect GROUND/work/.git
    hold the place of GROUND/work/.settings, and protect it
    hide GROUND/work/.env
    mount own processes at /proc
    make an own network
    switch the own loopback on
    forget the launcher's arguments and environment
    bound core dumps to 0
    give all privileges up
    gain no privileges any more
    restrict files: read /, write GROUND/work, write GROUND/none, write /tmp, write /dev/shm, open /dev/null, open /dev/zero, open /dev/full, open /dev/random, open /dev/urandom, open /dev/tty, open /dev/ptmx, open /dev/pts
    refuse dangerous system calls, and all sockets but unix and internet ones
    execute
    ");
}

#[test]
fn of_root_with_the_network_of_the_host_and_limits() {
    let ground = ground();
    let profile = Profile {
        limits: Limits {
            processes: Some(500),
            open_files: Some(100),
            ..Limits::default()
        },
        ..profile(ground.path(), Network::Full)
    };
    assert_snapshot!(shown(&profile, &host(Namespaces::Privileged), ground.path()), @"
    make mount, process, ipc and host name namespaces
    cut the mounts off from the host's
    take GROUND/work (writable)
    make / read-only, with all that is mounted below it
    cover /dev with an empty file system (mode=0755,size=1m)
    cover /run with an empty file system (mode=0755,size=1m)
    cover /tmp with an empty file system (mode=1777)
    make what hides things unreadable
    attach GROUND/work
    seal /dev
    seal /run
    protect GROUND/work/.git
    hold the place of GROUND/work/.settings, and protect it
    hide GROUND/work/.env
    mount own processes at /proc
    bound the processes to 500
    forget the launcher's arguments and environment
    bound core dumps to 0, open files to 100
    give all privileges up
    gain no privileges any more
    restrict files: read /, write GROUND/work, write GROUND/none, write /tmp, write /dev/shm, open /dev/null, open /dev/zero, open /dev/full, open /dev/random, open /dev/urandom, open /dev/tty, open /dev/ptmx, open /dev/pts
    refuse dangerous system calls, and all sockets but unix and internet ones
    execute
    ");
}

#[test]
fn without_namespaces() {
    let ground = ground();
    let profile = Profile {
        readable: Readable::Only(vec!["/usr".into()]),
        ..profile(ground.path(), Network::None)
    };
    let host = host(Namespaces::Absent {
        why: "they are forbidden".to_owned(),
    });
    assert_snapshot!(shown(&profile, &host, ground.path()), @"
    forget the launcher's arguments and environment
    bound core dumps to 0
    give all privileges up
    gain no privileges any more
    restrict files: read /usr, read /proc, write GROUND/work, write GROUND/none, write /dev/shm, open /dev/null, open /dev/zero, open /dev/full, open /dev/random, open /dev/urandom, open /dev/tty
    refuse dangerous system calls, and all sockets but unix ones
    execute
    ");
}
