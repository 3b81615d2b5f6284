//! Commands that run confined by the real kernel: what they can do, what they cannot, and how they end.

use std::fs;
use std::path::{Path, PathBuf};

use super::ground::{Ground, bash, has_namespaces};
use sandbox::{Command, Host, LaunchError, Limits, Profile, Scratch, StandIn, Status, plan};

#[test]
fn what_a_confined_command_can_do_and_cannot() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let outside = ground.path("outside").display().to_string();
    for (name, script, expected) in [
        ("it exits as it likes", "exit 7", Status::Exited(7)),
        ("it is ended by a signal", "kill -TERM $$", Status::Killed(15)),
        (
            "it writes in the workspace",
            "echo x > new && test -s new",
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
            "it does not change modes outside",
            &format!("chmod 0777 {outside}"),
            Status::Exited(1),
        ),
        (
            "it does not write what is protected",
            "echo x > .git/config",
            Status::Exited(1),
        ),
        (
            "it does not move what is protected",
            "mv .git moved 2>/dev/null",
            Status::Exited(1),
        ),
        ("it does not read what is hidden", "cat secret", Status::Exited(1)),
        (
            "it has a /tmp of its own",
            "test -z \"$(ls -A /tmp)\" && echo x > /tmp/x",
            Status::Exited(0),
        ),
        ("it has shared memory", "echo x > /dev/shm/x", Status::Exited(0)),
        (
            "it has the harmless devices",
            "head -c1 /dev/urandom > /dev/null",
            Status::Exited(0),
        ),
        (
            "it sees its own processes alone",
            "test $(ls -d /proc/[0-9]* | wc -l) -lt 10",
            Status::Exited(0),
        ),
        (
            "it has no privileges",
            "! grep -qE '^Cap(Eff|Prm|Bnd|Inh|Amb):.0*[1-9a-f]' /proc/self/status",
            Status::Exited(0),
        ),
        (
            "it gains no privileges",
            "grep -q '^NoNewPrivs:.1' /proc/self/status",
            Status::Exited(0),
        ),
        (
            "it inherits three descriptors",
            "for n in {3..254}; do test ! -L /proc/$$/fd/$n || exit 1; done",
            Status::Exited(0),
        ),
        ("it makes no namespaces", "unshare -Ur true", Status::Exited(1)),
        (
            "it finds nothing in /run",
            "test -z \"$(ls -A /run)\"",
            Status::Exited(0),
        ),
        (
            "process 1 shows nothing",
            "test -z \"$(tr -d '\\0' < /proc/1/cmdline)\" && ! cat /proc/1/environ",
            Status::Exited(0),
        ),
    ] {
        let heard = ground.run(&ground.profile(), script);
        assert_eq!(heard.status, expected, "{name}: {}", heard.text);
    }
    assert_eq!(fs::read_to_string(ground.path("outside")).unwrap(), "old\n");
    assert_eq!(
        fs::read_to_string(ground.path("work/.git/config")).unwrap(),
        "old\n"
    );
    assert_eq!(fs::read_to_string(ground.path("work/new")).unwrap(), "x\n");
}

#[test]
fn nothing_that_a_command_started_outlives_it() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let late = ground.path("work/late");
    let heard = ground.run(
        &ground.profile(),
        "(sleep 0.4; echo x > late) & setsid -f sh -c 'sleep 0.4; echo x > late'",
    );
    assert_eq!(heard.status, Status::Exited(0), "{}", heard.text);
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert!(!late.exists());
}

#[test]
fn a_command_whose_time_is_over_is_ended() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let profile = Profile {
        limits: Limits {
            wall_seconds: Some(1),
            ..Limits::default()
        },
        ..ground.profile()
    };
    let heard = ground.run(&profile, "trap '' TERM; sleep 30 & wait");
    assert_eq!(heard.status, Status::TimedOut);
}

#[test]
fn each_step_that_fails_keeps_the_command_from_running() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let steps = plan(&ground.profile(), &Host::look()).unwrap().steps();
    assert!(steps > 20, "{steps}");
    // The working directory is a step too.
    for step in 0..=steps {
        let mut plan = plan(&ground.profile(), &Host::look()).unwrap();
        plan.fail_at(step);
        let failed = plan
            .launch(bash(&ground.path("work"), "echo ran > ran"))
            .map(sandbox::Running::wait);
        assert!(failed.is_err(), "step {step} of {steps}: {failed:?}");
        assert!(!ground.path("work/ran").exists(), "step {step} of {steps}");
    }
    let outcome = plan(&ground.profile(), &Host::look())
        .unwrap()
        .launch(bash(&ground.path("work"), "echo ran > ran"))
        .unwrap()
        .wait();
    assert_eq!(outcome.status, Status::Exited(0));
    assert!(ground.path("work/ran").exists());
}

#[test]
fn what_cannot_be_started_is_said() {
    let ground = Ground::new();
    let launch = |command: Command| {
        let plan = plan(&ground.profile(), &Host::look()).unwrap();
        plan.launch(command).map(sandbox::Running::wait).unwrap_err()
    };
    if !has_namespaces() {
        return;
    }
    let work = ground.path("work");
    let missing = Command {
        program: PathBuf::from("/no/such/program"),
        ..bash(&work, "")
    };
    assert!(matches!(launch(missing), LaunchError::Execute { .. }));
    assert!(matches!(
        launch(bash(Path::new("/no/such"), "")),
        LaunchError::Directory { .. }
    ));
    let null = Command {
        arguments: vec!["a\0b".into()],
        ..bash(&work, "")
    };
    assert!(matches!(launch(null), LaunchError::Null));
}

#[test]
fn a_workspace_in_tmp_is_there_and_its_neighbours_are_not() {
    if !has_namespaces() {
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let root = root.path().canonicalize().unwrap();
    fs::create_dir_all(root.join("a/work")).unwrap();
    fs::write(root.join("a/neighbour"), "x").unwrap();
    let ground = Ground::new();
    let profile = Profile {
        writable: vec![root.join("a/work"), ground.path("work")],
        ..ground.profile()
    };
    let script = format!(
        "cd {0}/a/work && echo x > y && ! test -e ../neighbour",
        root.display()
    );
    let heard = ground.run(&profile, &script);
    assert_eq!(heard.status, Status::Exited(0), "{}", heard.text);
    assert!(root.join("a/work/y").exists());
    let shared = Profile {
        scratch: Scratch::Shared,
        ..ground.profile()
    };
    let heard = ground.run(&shared, &format!("test -e {}/a/neighbour", root.display()));
    assert_eq!(heard.status, Status::Exited(0), "{}", heard.text);
}

#[test]
fn what_is_protected_and_does_not_exist_is_not_made_and_leaves_no_ghost() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let profile = Profile {
        protected: vec![ground.path("work/.agent/hooks"), ground.path("work/.gate")],
        ..ground.profile()
    };
    for (name, script, expected) in [
        ("a directory", "mkdir .gate", Status::Exited(1)),
        ("a file", "echo x > .gate", Status::Exited(1)),
        (
            "what is in it",
            "mkdir -p .gate/x || echo x > .gate/y",
            Status::Exited(1),
        ),
        (
            "by another name",
            "mkdir other && mv other .gate/",
            Status::Exited(1),
        ),
        ("after moving it away", "mv .gate gone", Status::Exited(1)),
        ("after removing it", "rmdir .gate", Status::Exited(1)),
        (
            "below what does not exist either",
            "mkdir -p .agent/hooks && echo x > .agent/hooks/x",
            Status::Exited(1),
        ),
        ("a neighbour", "mkdir neighbour", Status::Exited(0)),
    ] {
        let heard = ground.run(&profile, script);
        assert_eq!(heard.status, expected, "{name}: {}", heard.text);
        for ghost in ["work/.gate", "work/.agent"] {
            assert!(!ground.path(ghost).exists(), "{name} left {ghost}");
        }
    }
}

#[test]
fn what_another_run_holds_is_protected_when_that_has_ended() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let stand_in = StandIn {
        path: ground.path("work/file"),
        text: ".\n",
    };
    let profile = Profile {
        protected: vec![ground.path("work/.gate"), stand_in.path.clone()],
        stand_ins: vec![stand_in],
        ..ground.profile()
    };
    let command = |script| bash(&ground.path("work"), script);
    let other = plan(&profile, &Host::look()).unwrap();
    let other = other.launch(command("sleep 1000")).unwrap();
    let planned = plan(&profile, &Host::look()).unwrap();
    other.kill();
    assert!(!ground.path("work/.gate").exists());
    let running = planned.launch(command("mkdir .gate || echo x > file")).unwrap();
    assert_eq!(running.wait().status, Status::Exited(1));
}

#[test]
fn two_thousand_protected_paths_cost_in_proportion() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let mut protected = Vec::new();
    for number in 0..2000 {
        let path = ground.path(&format!("work/kept{number}"));
        fs::write(&path, "").unwrap();
        protected.push(path);
    }
    let profile = Profile {
        protected,
        ..ground.profile()
    };
    let heard = ground.run(&profile, "! echo x > kept0 && ! echo x > kept1999");
    assert_eq!(heard.status, Status::Exited(0), "{}", heard.text);
}

#[test]
fn what_is_protected_is_not_moved_away_with_what_is_around_it() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let profile = Profile {
        protected: vec![ground.path("work/.git/config"), ground.path("work/.git/hooks")],
        ..ground.profile()
    };
    for (name, script, expected) in [
        (
            "what is around it can be written",
            "echo x > .git/index && mv .git/index .git/other",
            Status::Exited(0),
        ),
        ("it is not written", "echo x > .git/config", Status::Exited(1)),
        ("it is not made", "mkdir .git/hooks/x", Status::Exited(1)),
        (
            "what is around it is not moved",
            "mv .git moved",
            Status::Exited(1),
        ),
        ("nor exchanged", "mkdir new && mv -T new .git", Status::Exited(1)),
    ] {
        let heard = ground.run(&profile, script);
        assert_eq!(heard.status, expected, "{name}: {}", heard.text);
    }
    assert_eq!(
        fs::read_to_string(ground.path("work/.git/config")).unwrap(),
        "old\n"
    );
}
