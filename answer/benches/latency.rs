//! How much later a message arrives that passes: beside the same through a pipe, both ways, with a busy agent and an idle
//! one.
//!
//! The agent is `cat`: what the client says comes back. Each message makes the whole way there and back, so what is
//! added is that of two passes.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use answer::{Asked, Judge, Opinion, Patience, Protocol, relay};
use gatekeeper::sandbox;

/// Messages of one size.
const MESSAGES: usize = 20_000;

/// Bytes of a message: a word of an answer, a file, a long output.
const SIZES: [usize; 4] = [200, 4_000, 60_000, 1_000_000];

/// Says nothing to anything.
struct Nobody;

impl Judge for Nobody {
    fn judge(&mut self, _asked: &Asked) -> Opinion {
        Opinion::Person
    }
}

#[expect(clippy::print_stdout, reason = "the times are what a person runs this for")]
fn main() {
    // `cargo test --benches` only looks whether it runs.
    let is_test = std::env::args().any(|word| word == "--test");
    println!(
        "| message | direct, p50 | p99 | through, p50 | p99 | added, p50 | p99 |\n|---|---|---|---|---|---|---|"
    );
    for size in SIZES {
        let count = if is_test {
            3
        } else {
            (MESSAGES * 200 / size.max(200)).max(400)
        };
        let line = message(size);
        let direct = measured(direct, &line, count);
        let through = measured(through, &line, count);
        if let (Ok(direct), Ok(through)) = (direct, through) {
            let [p50, p99] = [50, 99].map(|share| (at(&direct, share), at(&through, share)));
            println!(
                "| {size} bytes | {:.0} µs | {:.0} µs | {:.0} µs | {:.0} µs | {:.0} µs | {:.0} µs |",
                p50.0,
                p99.0,
                p50.1,
                p99.1,
                p50.1 - p50.0,
                p99.1 - p99.0
            );
        }
    }
}

/// A notification of so many bytes, as both protocols have many.
fn message(size: usize) -> Vec<u8> {
    let start = r#"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":""#;
    let mut line = start.as_bytes().to_vec();
    line.resize(size.max(start.len()).saturating_sub(6), b'x');
    line.extend_from_slice(b"\"}}}}\n");
    line
}

type Ends = (Box<dyn Write + Send>, Box<dyn Read>);

/// The times that messages take there and back, sorted, in microseconds.
fn measured(connect: fn() -> io::Result<Ends>, line: &[u8], count: usize) -> io::Result<Vec<f64>> {
    let (mut to, mut from) = connect()?;
    let mut back = vec![0; line.len()];
    let mut times = Vec::with_capacity(count);
    for round in 0..count.saturating_add(count / 10) {
        let began = now();
        if line.len() > 32_000 {
            // More than a pipe holds has to be read while it is written.
            thread::scope(|scope| {
                let written = scope.spawn(|| to.write_all(line).and_then(|()| to.flush()));
                let read = from.read_exact(&mut back);
                let written = written
                    .join()
                    .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
                read.and(written)
            })?;
        } else {
            to.write_all(line)?;
            from.read_exact(&mut back)?;
        }
        // The first ones warm up.
        if round >= count / 10 {
            times.push(began.elapsed().as_secs_f64() * 1e6);
        }
        // Now and then the other side has gone to sleep, as it has while a person reads.
        if round % 50 == 0 {
            thread::sleep(Duration::from_millis(1));
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

fn at(times: &[f64], share: usize) -> f64 {
    let place = (times.len() * share / 100).min(times.len().saturating_sub(1));
    times.get(place).copied().unwrap_or_default()
}

fn direct() -> io::Result<Ends> {
    let child = Command::new("/bin/cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let Child {
        stdin: Some(stdin),
        stdout: Some(stdout),
        ..
    } = child
    else {
        return Err(io::ErrorKind::Other.into());
    };
    Ok((Box::new(stdin), Box::new(stdout)))
}

/// The same `cat` behind the relay, which ends with the other end of its input.
fn through() -> io::Result<Ends> {
    let (input, to) = io::pipe()?;
    let (from, output) = io::pipe()?;
    let client: (OwnedFd, OwnedFd) = (input.into(), output.into());
    thread::spawn(move || {
        let agent = sandbox::Command {
            program: "/bin/cat".into(),
            arguments: vec!["cat".into()],
            directory: "/".into(),
            input: sandbox::Stream::Null,
            output: sandbox::Stream::Null,
            errors: sandbox::Stream::Null,
        };
        drop(relay(
            agent,
            Vec::new(),
            client,
            Protocol::Acp,
            Box::new(Nobody),
            Patience::default(),
        ));
    });
    Ok((Box::new(to), Box::new(from)))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long something takes is what is measured"
)]
fn now() -> Instant {
    Instant::now()
}
