//! However a command ends, nothing of it runs on and nobody waits for ever.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};
use sandbox::{Command, Host, Limits, Profile, Running, Status, Stream, Tier, plan};

use super::ground::{Ground, bash, has_namespaces};
use super::reached::{tiers, until};

/// Says to this test's own process where the ground is, and with which tier to launch.
const SUPERVISOR: &str = "SANDBOX_TEST_SUPERVISOR";

/// A name for `sleep` that no other process has: a number of seconds.
fn mark() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("98765.{}{count:03}", std::process::id())
}

/// The processes that have a mark among their arguments.
fn marked(mark: &str) -> Vec<i32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let is_marked = |number: &i32| {
        let words = fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
        words.split(|byte| *byte == 0).any(|word| word == mark.as_bytes())
    };
    numbers.filter(is_marked).collect()
}

fn profile(ground: &Ground, tier: Tier) -> Profile {
    Profile {
        accepted: tier,
        hidden: Vec::new(),
        ..ground.profile()
    }
}

fn start(ground: &Ground, profile: &Profile, host: &Host, script: &str) -> Running {
    let plan = plan(profile, host).unwrap();
    plan.launch(bash(&ground.path("work"), script)).unwrap()
}

/// Processes of each kind that tries to stay: of a session of its own, of no living parent, plain.
fn stayers(mark: &str) -> String {
    format!(
        "setsid -f sleep {mark}; (setsid sh -c 'sleep {mark} & sleep {mark} &' &); (sleep {mark} &); sleep {mark} & "
    )
}

#[test]
fn what_leaves_its_parents_does_not_outlive_the_command() {
    for (tier, host) in tiers() {
        let ground = Ground::new();
        let mark = mark();
        let script = format!("{} touch there; exit 5", stayers(&mark));
        let outcome = start(&ground, &profile(&ground, tier), &host, &script).wait();
        assert_eq!(outcome.status, Status::Exited(5), "{tier}");
        assert_eq!(marked(&mark), [], "{tier}");
    }
}

#[test]
fn what_a_shell_does_not_wait_for_writes_what_it_has_still_to_write() {
    for (tier, host) in tiers() {
        let ground = Ground::new();
        let script = "echo text | tee >(cat > copy) > /dev/null";
        let outcome = start(&ground, &profile(&ground, tier), &host, script).wait();
        assert_eq!(outcome.status, Status::Exited(0), "{tier}");
        let copy = fs::read_to_string(ground.path("work/copy"));
        assert_eq!(copy.unwrap_or_default(), "text\n", "{tier}");
    }
}

#[test]
fn a_command_that_does_not_listen_is_ended_when_its_time_is_over() {
    for (tier, host) in tiers() {
        for (name, first) in [
            ("it ignores signals", "trap '' TERM INT HUP QUIT;"),
            ("it has stopped", "kill -STOP $$;"),
            ("its children have stopped", "(kill -STOP $BASHPID) &"),
            ("it waits for what never comes", "mkfifo pipe; : < pipe;"),
        ] {
            let ground = Ground::new();
            let mark = mark();
            let limited = Profile {
                limits: Limits {
                    wall_seconds: Some(2),
                    ..Limits::default()
                },
                ..profile(&ground, tier)
            };
            let script = format!("{} {first} sleep {mark}", stayers(&mark));
            let outcome = start(&ground, &limited, &host, &script).wait();
            assert_eq!(outcome.status, Status::TimedOut, "{tier}: {name}");
            assert_eq!(outcome.status.code(), 124);
            assert_eq!(marked(&mark), [], "{tier}: {name}");
        }
    }
}

#[test]
fn a_command_that_is_killed_takes_the_others_with_it() {
    for (tier, host) in tiers() {
        let ground = Ground::new();
        let (mark, own) = (mark(), mark());
        let script = format!("{} exec sleep {own}", stayers(&mark));
        let running = start(&ground, &profile(&ground, tier), &host, &script);
        until("it sleeps", || {
            marked(&own).len() == 1 && marked(&mark).len() == 5
        });
        kill(marked(&own)[0]);
        assert_eq!(running.wait().status, Status::Killed(9), "{tier}");
        assert_eq!(marked(&mark), [], "{tier}");
    }
}

#[test]
fn a_command_that_nobody_waits_for_is_ended() {
    for (tier, host) in tiers() {
        let ground = Ground::new();
        let mark = mark();
        let script = format!("{} trap '' TERM; sleep {mark}", stayers(&mark));
        let running = start(&ground, &profile(&ground, tier), &host, &script);
        until("they sleep", || marked(&mark).len() == 6);
        drop(running);
        assert_eq!(marked(&mark), [], "{tier}");
        let running = start(&ground, &profile(&ground, tier), &host, &script);
        assert_eq!(running.kill().status, Status::Killed(9), "{tier}");
        assert_eq!(marked(&mark), [], "{tier}");
    }
}

/// No test of its own: the process that the next test kills.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test tells its own process what to do"
)]
fn supervisor() {
    let Ok(told) = std::env::var(SUPERVISOR) else {
        return;
    };
    let [tier, work, script] = told.splitn(3, '|').collect::<Vec<_>>().try_into().unwrap();
    let (tier, host) = tiers()
        .into_iter()
        .find(|(one, _)| one.to_string() == tier)
        .unwrap();
    let profile = Profile {
        name: "test".to_owned(),
        writable: vec![work.into()],
        protected: vec![format!("{work}/.gate").into()],
        accepted: tier,
        environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
        ..Profile::default()
    };
    let command = bash(work.as_ref(), script);
    plan(&profile, &host).unwrap().launch(command).unwrap().wait();
}

#[test]
fn a_killed_supervisor_takes_everything_with_it() {
    for (tier, host) in tiers() {
        let ground = Ground::new();
        let mark = mark();
        let work = ground.path("work").display().to_string();
        let script = format!("{} trap '' TERM HUP; sleep {mark}", stayers(&mark));
        let mut supervisor: Child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "endings::supervisor", "--nocapture"])
            .env(SUPERVISOR, format!("{tier}|{work}|{script}"))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        until("they sleep", || marked(&mark).len() == 6);
        supervisor.kill().unwrap();
        supervisor.wait().unwrap();
        until("nothing sleeps", || marked(&mark).is_empty());
        until("no placeholder stands", || !ground.path("work/.gate").exists());
        // Nobody is left who could remove its directory; the next command does.
        let left = format!("/tmp/execpolicy-scratch-{}-0", supervisor.id());
        assert_eq!(fs::exists(&left).unwrap(), tier == Tier::Landlock, "{tier}");
        start(&ground, &profile(&ground, tier), &host, "true").wait();
        assert!(!fs::exists(&left).unwrap(), "{tier}");
    }
}

fn kill(process: i32) {
    kill_process(Pid::from_raw(process).unwrap(), Signal::KILL).unwrap();
}

#[test]
fn a_killed_waiting_process_takes_everything_with_it() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let (mark, own) = (mark(), mark());
    let script = format!("{} exec sleep {own}", stayers(&mark));
    let running = start(&ground, &ground.profile(), &Host::look(), &script);
    until("it sleeps", || marked(&own).len() == 1);
    let status = fs::read_to_string(format!("/proc/{}/stat", marked(&own)[0])).unwrap();
    let parent = status
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap();
    kill(parent.parse().unwrap());
    assert_eq!(running.wait().status, Status::Killed(9));
    assert_eq!(marked(&mark), []);
    assert_eq!(marked(&own), []);
}

#[test]
fn a_bomb_of_processes_is_bounded() {
    if !has_namespaces() || !Host::look().process_bound {
        eprintln!("skipped: no bound of processes");
        return;
    }
    let ground = Ground::new();
    let mark = mark();
    let limited = Profile {
        limits: Limits {
            processes: Some(350),
            wall_seconds: Some(4),
            ..Limits::default()
        },
        ..ground.profile()
    };
    let script = format!("bomb() {{ bomb | bomb & }}; bomb; while :; do sleep {mark} & done 2> /dev/null");
    let running = start(&ground, &limited, &Host::look(), &script);
    let most = thread::spawn({
        let mark = mark.clone();
        move || {
            (0..20)
                .map(|_| {
                    thread::sleep(Duration::from_millis(100));
                    marked(&mark).len()
                })
                .max()
        }
    });
    let status = running.wait().status;
    assert!(most.join().unwrap() < Some(350));
    assert!(
        matches!(status, Status::TimedOut | Status::Exited(_)),
        "{status:?}"
    );
    assert_eq!(marked(&mark), []);
}

#[test]
fn much_on_the_error_stream_reaches_a_slow_reader() {
    for (tier, host) in tiers() {
        let ground = Ground::new();
        let (read, write) = std::io::pipe().unwrap();
        let script = "for n in {1..30000}; do echo \"line $n\" >&2; done; exit 3";
        let command = Command {
            errors: Stream::Given(OwnedFd::from(write)),
            ..bash(&ground.path("work"), script)
        };
        let running = plan(&profile(&ground, tier), &host)
            .unwrap()
            .launch(command)
            .unwrap();
        let mut lines = 0;
        for line in BufReader::with_capacity(512, read).lines() {
            line.unwrap();
            lines += 1;
            if lines % 100 == 0 {
                thread::sleep(Duration::from_millis(5));
            }
        }
        assert_eq!(lines, 30_000, "{tier}");
        assert_eq!(running.wait().status, Status::Exited(3), "{tier}");
    }
}

#[test]
fn threads_launch_at_once_while_others_allocate_and_open_files() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let is_over = AtomicBool::new(false);
    let none = "for n in {3..254}; do test ! -L /proc/$$/fd/$n || exit 9; done";
    thread::scope(|scope| {
        for number in 0..50_usize {
            let is_over = &is_over;
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let held: Vec<Vec<u8>> = (1..50).map(|size| vec![1; size * (number + 1)]).collect();
                    // On purpose without the flag that closes it at exec.
                    let leaked = rustix::fs::open("/dev/zero", OFlags::RDONLY, Mode::empty());
                    drop((held, leaked));
                    thread::sleep(Duration::from_micros(500));
                }
            });
        }
        let launched: Vec<_> = (0..20)
            .map(|number| {
                let ground = &ground;
                scope.spawn(move || {
                    let script = format!("{none}; echo x > by{number}; exit {number}");
                    start(ground, &ground.profile(), &Host::look(), &script)
                        .wait()
                        .status
                })
            })
            .collect();
        let ended: Vec<_> = launched.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::Relaxed);
        for (number, status) in (0..).zip(ended) {
            assert_eq!(status.unwrap(), Status::Exited(number));
        }
    });
    assert_eq!(
        (0..20)
            .filter(|number| ground.path(&format!("work/by{number}")).exists())
            .count(),
        20
    );
}

#[test]
fn a_stream_ends_for_its_reader_when_the_command_closes_it() {
    for (tier, host) in tiers() {
        let ground = Ground::new();
        let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap();
        let command = Command {
            output: Stream::Given(write),
            ..bash(
                &ground.path("work"),
                "echo said; exec >&- 2>&-; for _ in {1..500}; do test -e go && exit; sleep 0.02; done; exit 1",
            )
        };
        let plan = plan(&profile(&ground, tier), &host).unwrap();
        let running = plan.launch(command).unwrap();
        let mut said = String::new();
        std::io::Read::read_to_string(&mut fs::File::from(read), &mut said).unwrap();
        fs::write(ground.path("work/go"), "").unwrap();
        assert_eq!(running.wait().status, Status::Exited(0), "{tier}");
        assert_eq!(said, "said\n", "{tier}");
    }
}
