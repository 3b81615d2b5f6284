//! What a host without namespaces keeps, and what it says that it does not.

use std::fs;

use super::ground::Ground;
use sandbox::{Host, Namespaces, Network, PlanError, Profile, Protection, Status, Tier, plan};

/// This host, as if it had no namespaces; `None` where it has no Landlock either, and nothing can be proved.
fn poor_host() -> Option<Host> {
    let host = Host {
        namespaces: Namespaces::Absent {
            why: "for the test".to_owned(),
        },
        ..Host::look()
    };
    if host.tier() == Tier::Landlock {
        return Some(host);
    }
    eprintln!("skipped: this host has no Landlock, or no filters over system calls");
    None
}

#[test]
fn a_profile_that_needs_more_is_refused_and_says_what() {
    let Some(host) = poor_host() else { return };
    let ground = Ground::new();
    let error = plan(&ground.profile(), &host).unwrap_err();
    let PlanError::Unenforceable { tier, holes } = error else {
        panic!("{error}");
    };
    assert_eq!(tier, Tier::Landlock);
    let kept: Vec<Protection> = holes.iter().map(|hole| hole.protection).collect();
    for protection in [
        Protection::Protected,
        Protection::Hidden,
        Protection::Attributes,
        Protection::Sockets,
    ] {
        assert!(kept.contains(&protection), "{protection} in {kept:?}");
    }
}

#[test]
fn the_lower_tier_keeps_what_it_says_where_it_is_accepted() {
    let Some(host) = poor_host() else { return };
    let ground = Ground::new();
    fs::write(ground.path("key"), "secret\n").unwrap();
    let profile = Profile {
        accepted: Tier::Landlock,
        hidden: vec![ground.path("key")],
        ..ground.profile()
    };
    let outside = ground.path("outside").display().to_string();
    let key = ground.path("key").display().to_string();
    for (name, script, expected) in [
        ("it exits as it likes", "exit 7", Status::Exited(7)),
        (
            "it writes in the workspace",
            "echo x > new && mkdir d && mv new d/",
            Status::Exited(0),
        ),
        (
            "it reads outside",
            "cat /etc/passwd > /dev/null",
            Status::Exited(0),
        ),
        (
            "it does not write outside",
            &format!("echo x > {outside}"),
            Status::Exited(1),
        ),
        (
            "it does not write in the host's /tmp",
            "echo x > /tmp/out-of-the-sandbox",
            Status::Exited(1),
        ),
        (
            "it has a directory for temporary files",
            "cd $(mktemp -d) && echo x > y && cat y",
            Status::Exited(0),
        ),
        (
            "it does not read what is hidden",
            &format!("cat {key}"),
            Status::Exited(1),
        ),
        (
            "it makes no internet sockets",
            "exec 3<>/dev/tcp/127.0.0.1/1",
            Status::Exited(1),
        ),
        ("it signals nobody outside", "kill -0 $PPID", Status::Exited(1)),
        (
            "it opens no disk",
            "for disk in /dev/[svhx]d[a-z]* /dev/nvme*; do test -e $disk && head -c1 $disk && exit 0; done; exit 1",
            Status::Exited(1),
        ),
        ("it makes no namespaces", "unshare -Ur true", Status::Exited(1)),
        (
            "it gains no privileges",
            "grep -q '^NoNewPrivs:.1' /proc/self/status",
            Status::Exited(0),
        ),
    ] {
        let heard = ground.run_on(&host, &profile, script);
        assert_eq!(heard.status, expected, "{name}: {}", heard.text);
    }
    assert!(!fs::exists("/tmp/out-of-the-sandbox").unwrap());
    assert_eq!(fs::read_to_string(ground.path("outside")).unwrap(), "old\n");
}

#[test]
fn what_leaves_its_parent_is_swept_up() {
    let Some(host) = poor_host() else { return };
    let ground = Ground::new();
    let profile = Profile {
        accepted: Tier::Landlock,
        ..ground.profile()
    };
    let script = "for i in 1 2 3 4 5; do setsid -f sh -c 'sleep 0.5; echo x >> late'; done; (sleep 0.5; echo x >> late) &";
    let heard = ground.run_on(&host, &profile, script);
    assert_eq!(heard.status, Status::Exited(0), "{}", heard.text);
    std::thread::sleep(std::time::Duration::from_millis(900));
    assert!(!ground.path("work/late").exists());
}

#[test]
fn a_network_by_hosts_needs_a_network_of_ones_own() {
    let Some(host) = poor_host() else { return };
    let ground = Ground::new();
    let profile = Profile {
        network: Network::Proxied,
        accepted: Tier::Landlock,
        ..ground.profile()
    };
    let Err(PlanError::Unenforceable { holes, .. }) = plan(&profile, &host) else {
        panic!("it was planned");
    };
    assert!(
        holes.iter().all(|hole| hole.protection == Protection::Network),
        "{holes:?}"
    );
}

#[test]
fn processes_and_objects_outside_are_left_alone() {
    let Some(host) = poor_host() else { return };
    if !std::path::Path::new("/usr/bin/python3").exists() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let ground = Ground::new();
    let profile = Profile {
        accepted: Tier::Landlock,
        hidden: Vec::new(),
        ..ground.profile()
    };
    let mut sleeper = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let python = |text: &str| format!("/usr/bin/python3 -c '{text}'");
    let limits = format!(
        "import resource as r; r.prlimit({}, r.RLIMIT_CPU, (1, 1))",
        sleeper.id()
    );
    let object = |call: &str| {
        python(&format!(
            "import ctypes; c = ctypes.CDLL(None); exit(c.{call} >= 0)"
        ))
    };
    for (name, script, expected) in [
        ("it sets no limits of others", python(&limits), 1),
        (
            "it sets its own limits",
            python(
                "import resource as r; r.setrlimit(r.RLIMIT_CPU, (60, 60)); r.prlimit(0, r.RLIMIT_CORE, (0, 0))",
            ),
            0,
        ),
        (
            "it sets them by the shell",
            "ulimit -n 64 && ulimit -c 0 && test $(ulimit -n) = 64".to_owned(),
            0,
        ),
        (
            "it asks for limits",
            python("import os, resource as r; r.prlimit(os.getpid(), r.RLIMIT_CPU)"),
            0,
        ),
        (
            "it finds no shared memory",
            object("shmget(0x5151, 4096, 0o1600)"),
            0,
        ),
        ("it makes no shared memory", object("shmget(0, 4096, 0o1600)"), 0),
        ("it makes no semaphores", object("semget(0, 1, 0o1600)"), 0),
        ("it makes no queues", object("msgget(0, 0o1600)"), 0),
        (
            "it has locks and shared memory by files",
            python(
                "import multiprocessing as m; m.Lock(); m.Queue(); from multiprocessing.shared_memory import SharedMemory as S; s = S(create=True, size=9); s.close(); s.unlink()",
            ),
            0,
        ),
    ] {
        let heard = ground.run_on(&host, &profile, &script);
        assert_eq!(heard.status, Status::Exited(expected), "{name}: {}", heard.text);
    }
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
}
