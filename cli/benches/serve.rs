//! What a server bears: 64 clients with 10,000 checks each, whose answers are compared with the library's own; then
//! 2,000 checks a second in all, and how long each takes.
//!
//! The first part is asked of `execpolicy serve --socket`; the second of the same service in a process of this
//! benchmark, which notes when a line was read and when its answer was written.

use std::error::Error;
use std::fs;
use std::io::BufRead;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

#[path = "serve/client.rs"]
mod client;
#[path = "serve/expected.rs"]
mod expected;
#[path = "serve/measured.rs"]
mod measured;

use client::Client;
use expected::{COMMANDS, Expected};

/// Clients at a time.
const CLIENTS: usize = 64;

/// Checks of each client in the first part.
const CHECKS: usize = 10_000;

/// The same where it is only tried whether this runs, as by `cargo test --benches`.
const CHECKS_TRIED: usize = 2 * UNDER_WAY;

/// Requests of one client that are under way at a time in the first part.
const UNDER_WAY: usize = 16;

/// What each client waits between two checks in the second part: 2,000 a second in all.
const PACE: Duration = Duration::from_millis(32);

/// How long the second part takes.
const PACED: Duration = Duration::from_secs(20);

/// The same where it is only tried.
const PACED_TRIED: Duration = Duration::from_secs(1);

/// Has this program serve and measure, in the directory that follows.
const MEASURED: &str = "--measured";

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|word| word == MEASURED) {
        let directory = arguments.get(at.saturating_add(1)).ok_or("no directory")?;
        return measured::serve(Path::new(directory));
    }
    let is_tried = arguments.iter().any(|word| word == "--test");
    let (checks, time) = if is_tried {
        (CHECKS_TRIED, PACED_TRIED)
    } else {
        (CHECKS, PACED)
    };
    let directory = tempfile::tempdir()?;
    let directory = fs::canonicalize(directory.path())?;
    fs::create_dir_all(&directory)?;
    let expected = Arc::new(Expected::new(&directory)?);
    load(&directory, &expected, checks)?;
    paced(&directory, &expected, time)?;
    fs::remove_dir_all(&directory)?;
    Ok(())
}

/// 64 clients as fast as they are answered.
#[expect(clippy::print_stdout, reason = "the table is what a person runs this for")]
fn load(directory: &Path, expected: &Arc<Expected>, checks: usize) -> Outcome<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_execpolicy"));
    let socket = directory.join("socket");
    command
        .args(["serve", "--no-layers", "--socket"])
        .arg(&socket)
        .current_dir(directory)
        .env_clear()
        .envs(expected::environment(directory));
    let mut server = command.spawn()?;
    client::wait_for(&socket)?;
    let start = resident(&server)?;
    let begun = now();
    let half = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (socket, expected, half) = (socket.clone(), expected.clone(), half.clone());
            thread::spawn(move || -> Outcome<()> {
                let mut client = Client::new(&socket, number)?;
                client.check_many(&expected, checks / 2, UNDER_WAY)?;
                half.fetch_add(1, Ordering::AcqRel);
                client.check_many(&expected, checks / 2, UNDER_WAY)
            })
        })
        .collect();
    while half.load(Ordering::Acquire) < CLIENTS && clients.iter().any(|client| !client.is_finished()) {
        thread::sleep(Duration::from_millis(5));
    }
    let middle = resident(&server)?;
    for client in clients {
        client.join().map_err(|_| "a client panicked")??;
    }
    let taken = begun.elapsed();
    let end = resident(&server)?;
    stop(&mut server)?;
    println!(
        "{CLIENTS} clients, {checks} checks each: all answered as the library answers, {:.0} a second",
        num(CLIENTS * checks) / taken.as_secs_f64()
    );
    println!("resident: {start} KiB before, {middle} KiB in the middle, {end} KiB at the end");
    Ok(())
}

/// 64 clients at a pace.
#[expect(clippy::print_stdout, reason = "the table is what a person runs this for")]
fn paced(directory: &Path, expected: &Arc<Expected>, time: Duration) -> Outcome<()> {
    let socket = directory.join("measured");
    let mut server = Command::new(std::env::current_exe()?)
        .arg(MEASURED)
        .arg(directory)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    client::wait_for(&socket)?;
    let begun = now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (socket, expected) = (socket.clone(), expected.clone());
            thread::spawn(move || -> Outcome<Vec<Duration>> {
                let mut client = Client::new(&socket, number)?;
                client.check_many(&expected, COMMANDS.len(), 1)?;
                // They are spread over the pace.
                let part = PACE.mul_f64(num(number) / num(CLIENTS));
                let mut due = begun + Duration::from_secs(1) + part;
                let last = due + time;
                let mut taken = Vec::new();
                while due < last {
                    thread::sleep(due.saturating_duration_since(now()));
                    let asked = now();
                    client.check_many(&expected, 1, 1)?;
                    taken.push(asked.elapsed());
                    due += PACE;
                }
                Ok(taken)
            })
        })
        .collect();
    let mut seen = Vec::new();
    for client in clients {
        seen.extend(client.join().map_err(|_| "a client panicked")??);
    }
    let count = seen.len();
    drop(server.stdin.take());
    let output = server.stdout.take().ok_or("no output")?;
    println!("{count} checks at 2,000 a second | median | 99 of 100 | most");
    for line in std::io::BufReader::new(output).lines() {
        println!("{}", line?);
    }
    server.wait()?;
    println!("{}", row("by the clients", seen));
    Ok(())
}

/// A row of the table.
fn row(name: &str, mut taken: Vec<Duration>) -> String {
    taken.sort_unstable();
    let at = |part: usize| {
        let place = taken.len().saturating_mul(part) / 1000;
        taken
            .get(place.min(taken.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    format!("{name} | {:.0?} | {:.0?} | {:.0?}", at(500), at(990), at(1000))
}

/// KiB of memory that a process has.
fn resident(server: &Child) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmRSS")?.parse()?)
}

/// Has a server end, as its person does.
fn stop(server: &mut Child) -> Outcome<()> {
    let process = rustix::process::Pid::from_child(server);
    rustix::process::kill_process(process, rustix::process::Signal::TERM)?;
    let ended = server.wait()?;
    assert!(ended.success(), "the server ended with {ended}");
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "no number here is near 2^52")]
fn num(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::disallowed_methods, reason = "a benchmark is about the clock")]
fn now() -> Instant {
    Instant::now()
}
