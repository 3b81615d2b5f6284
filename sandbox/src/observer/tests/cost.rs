//! What watching costs, in multiples of the same without it.

use std::time::{Duration, Instant};

use super::*;
use crate::sys::observed::run_forked;

/// Rounds, each of one run without and one run with an observer.
const ROUNDS: usize = 101;

/// Opens of a run for the cost of a call.
const CALLS: usize = 2000;

#[test]
#[ignore = "a role that other tests have played"]
fn opens() {
    let Some(folder) = playing() else { return };
    let path = folder.join("ws/file");
    let flags = rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::CLOEXEC;
    let started = now();
    for _ in 0..CALLS {
        rustix::fs::open(&path, flags, rustix::fs::Mode::empty()).unwrap();
    }
    let nanoseconds = started.elapsed().as_nanos();
    // Into what is there before, so that it is the same call with and without.
    write(folder.join("ws/took"), nanoseconds.to_string()).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a measurement, not a verdict")]
fn now() -> Instant {
    Instant::now()
}

fn median(mut took: Vec<Duration>) -> f64 {
    took.sort();
    took[took.len() / 2].as_secs_f64() * 1e6
}

fn least(took: &[Duration]) -> f64 {
    took.iter().min().unwrap().as_secs_f64() * 1e6
}

fn told(name: &str, bare: Vec<Duration>, watched: Vec<Duration>) {
    let (least_bare, least_watched) = (least(&bare), least(&watched));
    let (bare, watched) = (median(bare), median(watched));
    writeln!(
        io::stderr(),
        "{name}: median {bare:.1} -> {watched:.1} us, {:.2} times; least {least_bare:.1} -> {least_watched:.1} us, {:.2} times",
        watched / bare,
        least_watched / least_bare,
    )
    .unwrap();
}

#[test]
#[ignore = "a measurement: cargo test -p sandbox observing_costs -- --ignored --nocapture --test-threads 1"]
fn what_observing_costs_at_a_call() {
    let scene = Scene::new();
    let quiet = |command: &mut Command| {
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir(scene.path("ws"));
    };
    let took = || {
        Duration::from_nanos(
            std::fs::read_to_string(scene.path("ws/took"))
                .unwrap()
                .parse()
                .unwrap(),
        )
    };
    let (mut bare, mut watched) = (Vec::new(), Vec::new());
    let (mut bare_calls, mut watched_calls) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let started = now();
        let mut command = Command::new("/bin/true");
        quiet(&mut command);
        run_forked(&mut command).unwrap().wait().unwrap();
        bare.push(started.elapsed());
        let started = now();
        scene.run_soon(Watch::Writes, &mut Command::new("/bin/true"));
        watched.push(started.elapsed());
        if round % 4 == 0 {
            let folder = scene.path("");
            let mut command = role("cost::opens", &folder);
            quiet(&mut command);
            run_forked(&mut command).unwrap().wait().unwrap();
            bare_calls.push(took());
            scene.run_soon(Watch::Writes, &mut role("cost::opens", &folder));
            watched_calls.push(took());
        }
    }
    told("start and end of /bin/true", bare, watched);
    let each = |took: Vec<Duration>| {
        let calls = u32::try_from(CALLS).unwrap();
        took.into_iter().map(|took| took / calls).collect()
    };
    told("an open for writing", each(bare_calls), each(watched_calls));
}

/// Scripts that do much of one thing, and how often each is run with and without.
const WORK: [(&str, &str); 4] = [
    ("git status over 3,000 files", "git -C tree status"),
    ("find over /usr", "find /usr -name none"),
    ("1,000 files copied", "rm -rf copy && cp -r tree/a copy"),
    ("200 processes", "for i in $(seq 200); do /bin/true; done"),
];
const WORK_ROUNDS: usize = 15;

#[test]
#[ignore = "a measurement: cargo test -p sandbox observing_costs -- --ignored --nocapture --test-threads 1"]
fn what_observing_costs_at_work() {
    let scene = Scene::new();
    let prepare = "git init -q tree && for d in a b c; do mkdir tree/$d && for i in $(seq 1000); do echo $i > tree/$d/$i; done; done";
    let script = |script: &str| {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).current_dir(scene.path("ws"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    if !script(prepare).status().unwrap().success() {
        return skipped("there is no git");
    }
    for (name, work) in WORK {
        for watch in [Watch::Writes, Watch::Reads] {
            let (mut bare, mut watched) = (Vec::new(), Vec::new());
            for _ in 0..WORK_ROUNDS {
                let started = now();
                run_forked(&mut script(work)).unwrap().wait().unwrap();
                bare.push(started.elapsed());
                let started = now();
                scene.run_soon(watch, &mut script(work));
                watched.push(started.elapsed());
            }
            told(&format!("{name}, {watch:?}"), bare, watched);
        }
    }
}

impl Scene {
    /// Runs it as a launch does.
    fn run_soon(&self, watch: Watch, command: &mut Command) {
        let (mut child, listener) = self.start(watch, command);
        let observer = Observer::start(listener, self.rules()).unwrap();
        child.wait().unwrap();
        observer.finish();
    }
}
