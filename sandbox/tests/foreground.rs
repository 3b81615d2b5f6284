//! What a launcher that waits in the foreground does when its command stops, or it is killed with its group.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a case fails by a panic, and some are about time"
)]

#[path = "host/reached.rs"]
mod reached;
#[path = "foreground/terminal.rs"]
mod terminal;

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use sandbox::{Command, Limits, Profile, Stream, Tier, plan};

use reached::{PATIENCE, tiers, until};

/// Says to this test's own process what to launch.
const LAUNCHER: &str = "SANDBOX_TEST_LAUNCHER";

/// Has a launcher start in a directory that is not there.
const NOWHERE: &str = "nowhere";

fn main() -> ExitCode {
    // The launcher of the tests is this program too: signals find the one thread that it has.
    if let Ok(told) = std::env::var(LAUNCHER) {
        return launcher(&told);
    }
    let tests: [(&str, fn()); 11] = [
        (
            "time is over for a command that has stopped, and its launcher tells",
            time_is_over_for_a_command_that_has_stopped,
        ),
        (
            "time is over for a command that stops again and again while its launcher does not read",
            time_is_over_while_the_launcher_does_not_read,
        ),
        (
            "a launcher that has stopped with its command is there when that ends",
            a_launcher_that_has_stopped_is_there_at_the_end,
        ),
        (
            "a launcher stops with its command and goes on with it",
            a_launcher_stops_with_its_command_and_goes_on_with_it,
        ),
        ("a killed group leaves nothing", a_killed_group_leaves_nothing),
        (
            "a launcher that is killed before it has heard of the end leaves nothing",
            a_launcher_that_is_killed_before_it_has_heard_leaves_nothing,
        ),
        (
            "a launcher that is ended while it lays placeholders leaves nothing",
            a_launcher_that_is_ended_while_it_lays_leaves_nothing,
        ),
        (
            "a key of the terminal reaches a command that is not made yet",
            terminal::a_key_reaches_a_command_that_is_not_made_yet,
        ),
        (
            "a key of the terminal reaches a command once, whichever group it is in",
            terminal::a_key_reaches_a_command_once,
        ),
        (
            "who ends what is left is out of reach before the command begins",
            who_ends_what_is_left_is_out_of_reach,
        ),
        (
            "ignored signals stay ignored but for two",
            ignored_signals_stay_ignored_but_for_two,
        ),
    ];
    let trials = tests.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

/// Launches what it is told, waits for it, and ends as it does.
fn launcher(told: &str) -> ExitCode {
    let [tier, work, wall, script] = told.splitn(4, '|').collect::<Vec<_>>().try_into().unwrap();
    let (tier, host) = tiers()
        .into_iter()
        .find(|(one, _)| one.to_string() == tier)
        .unwrap();
    // Many, so that laying them takes a while.
    let protected = [format!("{work}/.gate")].into_iter();
    let protected = protected.chain((0..100).map(|number| format!("{work}/.gate-{number}")));
    let profile = Profile {
        name: "test".to_owned(),
        writable: vec![work.into()],
        protected: protected.map(Into::into).collect(),
        accepted: tier,
        environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
        limits: Limits {
            wall_seconds: wall.parse().ok(),
            ..Limits::default()
        },
        ..Profile::default()
    };
    let command = Command {
        program: "/bin/bash".into(),
        arguments: ["bash", "--noprofile", "--norc", "-c", script]
            .map(Into::into)
            .to_vec(),
        directory: if script == NOWHERE { "/none" } else { work }.into(),
        input: Stream::Null,
        output: Stream::Null,
        errors: Stream::Inherit,
    };
    let mut plan = plan(&profile, &host).unwrap();
    plan.in_foreground();
    let running = plan.launch(command).unwrap();
    ExitCode::from(running.wait_in_foreground().unwrap().status.code())
}

/// Starts it, in a group of its own.
fn launch(tier: Tier, work: &Path, wall: &str, script: &str) -> Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--test-threads=1",
            "--nocapture",
            "foreground::launcher",
        ])
        .env(LAUNCHER, format!("{tier}|{}|{wall}|{script}", work.display()))
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

/// Starts it as a child of a process that has gone, so that no shell could have it go on; its status is in a file.
fn launch_alone(tier: Tier, work: &Path, wall: &str, script: &str) {
    let own = std::env::current_exe().unwrap();
    let then = "(\"$0\" > /dev/null; echo $? > \"$1/status\") &";
    let shell = std::process::Command::new("setsid")
        .args(["sh", "-c", then])
        .arg(own)
        .arg(work)
        .env(LAUNCHER, format!("{tier}|{}|{wall}|{script}", work.display()))
        .status();
    assert!(shell.unwrap().success());
}

/// The letter of a process's state.
fn state(process: u32) -> Option<char> {
    let told = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    told.rsplit(')').next()?.trim().chars().next()
}

fn time_is_over_for_a_command_that_has_stopped() {
    for (tier, _) in tiers() {
        let ground = tempfile::tempdir_in("/var/tmp").unwrap();
        let work = ground.path().canonicalize().unwrap();
        let mut launcher = launch(tier, &work, "2", "kill -STOP $$");
        assert_eq!(wait(&mut launcher), Some(124), "{tier}");
        launch_alone(tier, &work, "2", "kill -STOP $$");
        until("it has told", || {
            fs::read_to_string(work.join("status")).is_ok_and(|text| text == "124\n")
        });
    }
}

fn time_is_over_while_the_launcher_does_not_read() {
    for (tier, _) in tiers() {
        let ground = tempfile::tempdir_in("/var/tmp").unwrap();
        let work = ground.path().canonicalize().unwrap();
        let script = "(while :; do kill -STOP $$; kill -CONT $$; done) & while :; do echo x >> alive; done";
        let mut launcher = launch(tier, &work, "2", script);
        until("it runs", || work.join("alive").exists());
        kill_process(pid(&launcher), Signal::STOP).unwrap();
        let written = || fs::metadata(work.join("alive")).unwrap().len();
        until("its time is over", || {
            let before = written();
            thread::sleep(Duration::from_millis(300));
            written() == before
        });
        // What it hears last comes behind all that it has not read.
        kill_process(pid(&launcher), Signal::CONT).unwrap();
        assert_eq!(wait(&mut launcher), Some(124), "{tier}");
    }
}

fn a_launcher_that_has_stopped_is_there_at_the_end() {
    for (tier, _) in tiers() {
        let ground = tempfile::tempdir_in("/var/tmp").unwrap();
        let work = ground.path().canonicalize().unwrap();
        let script = "(sleep 1; kill -CONT $$) & kill -STOP $$; exit 7";
        assert_eq!(wait(&mut launch(tier, &work, "", script)), Some(7), "{tier}");
    }
}

fn a_launcher_stops_with_its_command_and_goes_on_with_it() {
    for (tier, _) in tiers() {
        let ground = tempfile::tempdir_in("/var/tmp").unwrap();
        let work = ground.path().canonicalize().unwrap();
        let mut launcher = launch(
            tier,
            &work,
            "60",
            "kill -STOP $$; : > once; kill -STOP $$; : > twice; exit 5",
        );
        // It may have stopped again before anybody looks, so that its state does not tell that it went on.
        for mark in ["once", "twice"] {
            until("it has stopped", || state(launcher.id()) == Some('T'));
            assert!(!work.join(mark).exists(), "{tier}: {mark}");
            kill_process(pid(&launcher), Signal::CONT).unwrap();
            until("it goes on", || work.join(mark).exists());
        }
        assert_eq!(wait(&mut launcher), Some(5), "{tier}");
    }
}

fn a_killed_group_leaves_nothing() {
    for (tier, _) in tiers() {
        let ground = tempfile::tempdir_in("/var/tmp").unwrap();
        let work = ground.path().canonicalize().unwrap();
        let script = "(setsid sh -c 'echo $$ > away; while :; do echo x >> alive; sleep 0.1; done' &); echo $$ > own; sleep 60";
        let mut launcher = launch(tier, &work, "60", script);
        until("they run", || {
            work.join("alive").exists() && work.join("own").exists()
        });
        kill_process_group(pid(&launcher), Signal::KILL).unwrap();
        launcher.wait().unwrap();
        until("no placeholder stands", || !work.join(".gate").exists());
        let seen = fs::metadata(work.join("alive")).unwrap().len();
        thread::sleep(Duration::from_millis(400));
        assert_eq!(fs::metadata(work.join("alive")).unwrap().len(), seen, "{tier}");
        // Nobody is left who could remove it.
        drop(fs::remove_dir_all(format!(
            "/tmp/execpolicy-scratch-{}-0",
            launcher.id()
        )));
    }
}

fn a_launcher_that_is_killed_before_it_has_heard_leaves_nothing() {
    for (tier, _) in tiers() {
        let ground = tempfile::tempdir_in("/var/tmp").unwrap();
        let work = ground.path().canonicalize().unwrap();
        let script = "echo x > own; while [ ! -e go ]; do sleep 0.02; done";
        let mut launcher = launch(tier, &work, "60", script);
        until("it runs", || work.join("own").exists());
        assert_eq!(work.join(".gate").exists(), tier == Tier::Full);
        kill_process(pid(&launcher), Signal::STOP).unwrap();
        until("it has stopped", || state(launcher.id()) == Some('T'));
        fs::write(work.join("go"), "").unwrap();
        // It has told of its end by then.
        thread::sleep(Duration::from_millis(500));
        launcher.kill().unwrap();
        launcher.wait().unwrap();
        until("no placeholder stands", || !work.join(".gate").exists());
        drop(fs::remove_dir_all(format!(
            "/tmp/execpolicy-scratch-{}-0",
            launcher.id()
        )));
    }
}

fn a_launcher_that_is_ended_while_it_lays_leaves_nothing() {
    for (tier, _) in tiers().into_iter().filter(|(tier, _)| *tier == Tier::Full) {
        // The second is refused after all is laid.
        for script in ["sleep 60", NOWHERE] {
            let ground = tempfile::tempdir_in("/var/tmp").unwrap();
            let work = ground.path().canonicalize().unwrap();
            let mut launcher = launch(tier, &work, "60", script);
            lays(&work, &mut launcher);
            kill_process(pid(&launcher), Signal::TERM).unwrap();
            wait(&mut launcher);
            assert_eq!(fs::read_dir(&work).unwrap().count(), 0, "{script}");
        }
    }
}

/// Waits until placeholders are being laid, or all is over already: a busy machine may not let this process look in time.
fn lays(work: &Path, launcher: &mut Child) {
    let began = Instant::now();
    while !work.join(".gate").exists() && launcher.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < PATIENCE, "nothing is laid");
    }
}

fn who_ends_what_is_left_is_out_of_reach() {
    for (tier, _) in tiers() {
        let ground = tempfile::tempdir_in("/var/tmp").unwrap();
        let work = ground.path().canonicalize().unwrap();
        // The session of the parent: its own, or that of the launcher, which is 0 in another process namespace.
        let script = "read -r line < /proc/$PPID/stat; set -- ${line##*) }; echo $(($4 == PPID)) > own";
        // On one processor the command may well begin before its parent goes on.
        let all = sched_getaffinity(None).unwrap();
        let mut one = CpuSet::new();
        one.set((0..CpuSet::MAX_CPU).find(|number| all.is_set(*number)).unwrap());
        for _ in 0..20 {
            sched_setaffinity(None, &one).unwrap();
            let mut launcher = launch(tier, &work, "60", script);
            sched_setaffinity(None, &all).unwrap();
            assert_eq!(wait(&mut launcher), Some(0), "{tier}");
            let is_apart = fs::read_to_string(work.join("own")).unwrap();
            assert_eq!(is_apart, "1\n", "{tier}");
        }
    }
}

fn ignored_signals_stay_ignored_but_for_two() {
    for (tier, _) in tiers() {
        let ground = tempfile::tempdir_in("/var/tmp").unwrap();
        let work = ground.path().canonicalize().unwrap();
        let script = "grep ^SigIgn: /proc/self/status > ignored";
        let told = format!("{tier}|{}|60|{script}", work.display());
        let status = std::process::Command::new("sh")
            .args(["-c", "trap '' HUP PIPE CHLD; exec \"$0\""])
            .arg(std::env::current_exe().unwrap())
            .env(LAUNCHER, told)
            .stdout(Stdio::null())
            .status();
        assert_eq!(status.unwrap().code(), Some(0), "{tier}");
        let ignored = ignored_in(&fs::read_to_string(work.join("ignored")).unwrap());
        // What this test's own caller ignores is ignored, too; but for `SIGPIPE` (13) and `SIGCHLD` (17).
        let own = (ignored_here() | 1) & !(1 << 12) & !(1 << 16);
        assert_eq!(ignored, own, "{tier}");
    }
}

fn ignored_here() -> u64 {
    ignored_in(&fs::read_to_string("/proc/self/status").unwrap())
}

/// The ignored signals of a process by its status, as bits; the C library's own are left out.
fn ignored_in(status: &str) -> u64 {
    let digits = status.lines().find_map(|line| line.strip_prefix("SigIgn:\t"));
    u64::from_str_radix(digits.unwrap(), 16).unwrap() & 0x7fff_ffff
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Its status, where it ends in time; it is killed otherwise.
fn wait(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
}
