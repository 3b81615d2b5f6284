//! What it costs to start a command confined, in multiples of starting it bare: `/bin/true`, from this library,
//! interleaved rounds, the least of each.
//!
//! `cargo bench -p sandbox --bench start [ROUNDS]`; bubblewrap takes part where it is installed.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement looks at the clock and prints what it found"
)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command as Bare, Stdio};
use std::time::{Duration, Instant};

use sandbox::{
    Command, Denials, Host, Namespaces, Network, Outcome, Plan, Profile, Stream, Tier, Watch, plan,
};

/// Rounds, if none are named.
const ROUNDS: usize = 200;

/// The tier without namespaces: the command as a child of this process, and as it is for users, where a process in
/// between waits for it and ends what it leaves behind.
const WITHOUT_REAPER: &str = "landlock and seccomp, no reaper";
const WITH_REAPER: &str = "landlock and seccomp";

/// One way to start a command.
type Start = Box<dyn Fn() -> bool>;

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = rounds();
    let root = tempfile::tempdir_in("/var/tmp")?;
    let workspace = root.path().to_owned();
    std::fs::create_dir(workspace.join(".git"))?;
    let full = Host::look();
    let poor = Host {
        namespaces: Namespaces::Absent {
            why: "for the measurement".to_owned(),
        },
        ..full.clone()
    };
    let mut ways: Vec<(&str, Start)> = vec![("bare", Box::new(bare))];
    if full.tier() >= Tier::Landlock {
        let profile = profile(&workspace, Network::None);
        let unswept = start(poor.clone(), profile.clone(), Plan::without_reaper);
        // How it ended nobody is told; that it was executed is.
        ways.push((WITHOUT_REAPER, Box::new(move || unswept().is_some())));
        ways.push((WITH_REAPER, confined(poor, profile)));
    }
    if full.tier() == Tier::Full {
        ways.push((
            "full",
            confined(full.clone(), profile(&workspace, Network::Loopback)),
        ));
        ways.push((
            "full, with the observer",
            confined_and(full.clone(), profile(&workspace, Network::Loopback), |plan| {
                let denials = Denials::of(plan.profile());
                plan.observe(Watch::Writes, denials);
            }),
        ));
        ways.push((
            "full, the host's network",
            confined(full, profile(&workspace, Network::Full)),
        ));
    }
    if Path::new("/usr/bin/bwrap").exists() {
        ways.push(("bubblewrap, same profile", bubblewrap(workspace.clone())));
    }
    let mut took: Vec<Vec<Duration>> = ways.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for _ in 0..rounds {
        for ((name, way), took) in ways.iter().zip(&mut took) {
            let began = Instant::now();
            assert!(way(), "{name} failed");
            took.push(began.elapsed());
        }
    }
    let mut least_bare = Duration::MAX;
    let mut reaper = (Duration::ZERO, Duration::ZERO);
    println!("{:<36}{:>10}{:>12}{:>8}", "", "least", "median", "times");
    for ((name, _), took) in ways.iter().zip(&mut took) {
        took.sort();
        let least = took.first().copied().unwrap_or_default();
        let median = took.get(took.len() / 2).copied().unwrap_or_default();
        least_bare = least_bare.min(least);
        let times = least.as_secs_f64() / least_bare.as_secs_f64();
        println!(
            "{name:<36}{:>7} us{:>9} us{times:>8.1}",
            least.as_micros(),
            median.as_micros()
        );
        match *name {
            WITHOUT_REAPER => reaper = (least, median),
            WITH_REAPER => println!(
                "{:<36}{:>7} us{:>9} us",
                "  of it the reaper",
                least.saturating_sub(reaper.0).as_micros(),
                median.saturating_sub(reaper.1).as_micros()
            ),
            _ => {}
        }
    }
    Ok(())
}

fn bare() -> bool {
    let mut command = Bare::new("/bin/true");
    command.stdin(Stdio::null()).env_clear();
    command.status().is_ok_and(|status| status.success())
}

fn profile(workspace: &Path, network: Network) -> Profile {
    Profile {
        name: "bench".to_owned(),
        writable: vec![workspace.to_owned()],
        protected: vec![workspace.join(".git")],
        network,
        accepted: Tier::Landlock,
        ..Profile::default()
    }
}

fn confined(host: Host, profile: Profile) -> Start {
    confined_and(host, profile, |_| {})
}

fn confined_and(host: Host, profile: Profile, prepare: fn(&mut Plan)) -> Start {
    let start = start(host, profile, prepare);
    Box::new(move || start().is_some_and(|outcome| outcome.status.code() == 0))
}

/// Plans, prepares, launches and waits.
fn start(host: Host, profile: Profile, prepare: fn(&mut Plan)) -> impl Fn() -> Option<Outcome> {
    let directory = profile.writable.first().cloned().unwrap_or_default();
    move || {
        let command = Command {
            program: PathBuf::from("/bin/true"),
            arguments: vec!["true".into()],
            directory: directory.clone(),
            input: Stream::Null,
            output: Stream::Inherit,
            errors: Stream::Inherit,
        };
        let mut plan = plan(&profile, &host).ok()?;
        prepare(&mut plan);
        Some(plan.launch(command).ok()?.wait())
    }
}

fn bubblewrap(workspace: PathBuf) -> Start {
    Box::new(move || {
        let git = workspace.join(".git");
        let mut command = Bare::new("/usr/bin/bwrap");
        command.args(["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/"]);
        command.args([
            "--tmpfs", "/tmp", "--tmpfs", "/run", "--dev", "/dev", "--proc", "/proc",
        ]);
        command.arg("--bind").args([&workspace, &workspace]);
        command.arg("--ro-bind").args([&git, &git]);
        command.arg("--chdir").arg(&workspace).args(["--", "/bin/true"]);
        command.stdin(Stdio::null()).env_clear();
        command.status().is_ok_and(|status| status.success())
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
