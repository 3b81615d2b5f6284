//! What confinement costs a command while it works: processor time of `git status` over 3,000 files, of a small cargo
//! build and of `find` over `/usr`, in multiples of the same work bare; interleaved rounds, medians. What this process
//! spends meanwhile counts too: its threads observe.
//!
//! `cargo bench -p sandbox --bench work [ROUNDS]`; work for which the host has no program is left out.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it found")]

use std::error::Error;
use std::ffi::OsString;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command as Bare, Stdio};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use sandbox::{Command, Denials, Host, Namespaces, Network, Plan, Profile, Stream, Tier, Watch, plan};

/// Rounds, if none are named.
const ROUNDS: usize = 15;

/// Files of the work tree.
const FILES: usize = 3_000;

/// One kind of work: its name, the program without which it is left out, and what bash does in the workspace.
const WORK: &[(&str, &str, &str)] = &[
    (
        "git status, 3,000 files, 20 times",
        "git",
        "for n in {1..20}; do git status --porcelain; done",
    ),
    (
        "cargo build, small",
        "cargo",
        "cd crate && rm -rf target && cargo build -q --offline",
    ),
    ("find /usr", "find", "find /usr -newer /etc/passwd || true"),
];

/// A way to run a script in the workspace, that answers with all that it printed.
type Way<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = rounds();
    let workspace = tempfile::tempdir_in("/var/tmp")?;
    let place = workspace.path().canonicalize()?;
    prepare(&place)?;
    let full = Host::look();
    let poor = Host {
        namespaces: Namespaces::Absent {
            why: "for the measurement".to_owned(),
        },
        ..full.clone()
    };
    let mut ways: Vec<(&str, Way<'_>)> = vec![("bare", Box::new(|script| bare(&place, script)))];
    if full.tier() >= Tier::Landlock {
        ways.push((
            "landlock and seccomp",
            confined(poor, &place, Network::None, |_| {}),
        ));
    }
    if full.tier() == Tier::Full {
        ways.push(("full", confined(full.clone(), &place, Network::Loopback, |_| {})));
        ways.push((
            "full, with the observer",
            confined(full, &place, Network::Loopback, |plan| {
                let denials = Denials::of(plan.profile());
                plan.observe(Watch::Writes, denials);
            }),
        ));
    }
    println!(
        "{:<36}{:<24}{:>10}{:>10}{:>8}",
        "processor time", "", "median", "least", "times"
    );
    for (name, program, script) in WORK {
        if bare(&place, &format!("command -v {program}")).is_none_or(|found| found.trim().is_empty()) {
            println!("{name:<36}left out: there is no {program}");
            continue;
        }
        let script = format!("( {script} ) > /dev/null 2> errors || {{ cat errors; exit 1; }}; times");
        let mut took: Vec<Vec<f64>> = ways.iter().map(|_| Vec::with_capacity(rounds)).collect();
        for _ in 0..rounds {
            for ((way, run), took) in ways.iter().zip(&mut took) {
                let before = own();
                let said = run(&script).unwrap_or_default();
                let took_now = children(&said).ok_or_else(|| format!("{name}, {way}: {said}"))?;
                took.push(took_now + own() - before);
            }
        }
        let mut of_bare = None;
        for ((way, _), took) in ways.iter().zip(&mut took) {
            took.sort_by(f64::total_cmp);
            let least = took.first().copied().unwrap_or_default();
            let median = took.get(took.len() / 2).copied().unwrap_or_default();
            let times = median / *of_bare.get_or_insert(median);
            println!(
                "{name:<36}{way:<24}{:>7.0} ms{:>7.0} ms{times:>8.2}",
                median * 1e3,
                least * 1e3
            );
        }
    }
    Ok(())
}

/// The seconds of processor time that this process has taken, with all threads that it has had.
fn own() -> f64 {
    let taken = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(taken).map_or(0.0, |taken| taken.as_secs_f64())
}

/// The seconds of user and system time of all children, as bash's `times` prints them in its second line.
fn children(said: &str) -> Option<f64> {
    let seconds = |word: &str| {
        let (minutes, seconds) = word.strip_suffix('s')?.split_once('m')?;
        let seconds: f64 = seconds.replace(',', ".").parse().ok()?;
        Some(minutes.parse::<f64>().ok()?.mul_add(60.0, seconds))
    };
    let (user, system) = said.lines().nth(1)?.split_once(' ')?;
    Some(seconds(user)? + seconds(system)?)
}

/// A repository of many files, and a crate in it.
fn prepare(place: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(place.join("crate/src"))?;
    std::fs::write(
        place.join("crate/Cargo.toml"),
        "[package]\nname = \"sample\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;
    std::fs::write(
        place.join("crate/src/main.rs"),
        "fn main() { println!(\"{:?}\", std::env::args().collect::<Vec<_>>()); }\n",
    )?;
    for number in 0..FILES {
        let directory = place.join(format!("part{}", number % 60));
        std::fs::create_dir_all(&directory)?;
        std::fs::write(directory.join(format!("file{number}")), "text\n")?;
    }
    let script = "git init -q . && git add . && git -c user.name=n -c user.email=e commit -qm 1";
    // Where there is no git, its work is left out.
    drop(bare(place, script));
    Ok(())
}

fn environment() -> Vec<(OsString, OsString)> {
    let own = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME"];
    own.iter()
        .filter_map(|name| Some(((*name).into(), std::env::var_os(name)?)))
        .collect()
}

fn words(script: &str) -> [OsString; 4] {
    ["--noprofile", "--norc", "-c", script].map(Into::into)
}

fn bare(place: &Path, script: &str) -> Option<String> {
    let mut command = Bare::new("/bin/bash");
    command.args(words(script)).current_dir(place).env_clear();
    command
        .envs(environment())
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let output = command.output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn confined(host: Host, place: &Path, network: Network, prepare: fn(&mut Plan)) -> Way<'_> {
    let profile = Profile {
        name: "bench".to_owned(),
        writable: vec![place.to_owned()],
        protected: vec![place.join(".git")],
        network,
        environment: environment(),
        accepted: Tier::Landlock,
        ..Profile::default()
    };
    Box::new(move |script| {
        let (mut read, write) = std::io::pipe().ok()?;
        let command = Command {
            program: PathBuf::from("/bin/bash"),
            arguments: std::iter::once("bash".into()).chain(words(script)).collect(),
            directory: place.to_owned(),
            input: Stream::Null,
            output: Stream::Given(OwnedFd::from(write)),
            errors: Stream::Inherit,
        };
        let mut plan = plan(&profile, &host).ok()?;
        prepare(&mut plan);
        let running = plan.launch(command).ok()?;
        let mut text = String::new();
        read.read_to_string(&mut text).ok()?;
        running.wait();
        Some(text)
    })
}

/// As many as the command line names. Whoever only wants to see that it works says `--test`, as for other benchmarks.
fn rounds() -> usize {
    let mut words = std::env::args();
    let named = words.find_map(|word| {
        if word == "--test" {
            Some(1)
        } else {
            word.parse().ok()
        }
    });
    named.unwrap_or(ROUNDS)
}
