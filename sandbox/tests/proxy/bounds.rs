//! Slow, many, endless and hostile clients, and the end of a proxy.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use sandbox::proxy::{Bounds, Ending};

use crate::stage::{Stage, any, at, client, echo, echoed, first, keeper, rest, server, short};
use crate::{Case, cases};

pub(crate) fn cases() -> Vec<Case> {
    Vec::from(cases![Nothing:
        a_slow_client_is_closed,
        a_large_head_is_refused,
        an_idle_connection_is_closed,
        a_resolver_that_hangs_is_not_waited_for,
        three_hundred_clients_are_served,
        a_client_past_the_bound_waits,
        much_is_relayed_unchanged,
        a_client_that_does_not_read_stops_its_server_alone,
        a_reset_client_resets_its_server,
        garbage_is_survived,
        dropping_the_proxy_ends_everything,
    ])
}

/// Less than what a slow one of these tests would take by itself, on a machine that has much else to do.
const SOON: Duration = Duration::from_secs(20);

fn local(bounds: Bounds) -> Stage {
    Stage::new(|_| any(), |_, _| at("127.0.0.1"), bounds).0
}

fn a_slow_client_is_closed() {
    let stage = local(short());
    for to in [stage.http, stage.socks] {
        let started = Instant::now();
        let mut silent = client(to);
        let mut slow = client(to);
        let mut writer = slow.try_clone().unwrap();
        let writing = thread::spawn(move || {
            for byte in b"CONNECT a.org:1 HTTP/1.1\r\nX: "
                .iter()
                .chain([b'x'; 1000].iter())
            {
                if writer.write_all(&[*byte]).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(50));
            }
        });
        let answers = [rest(&mut silent), rest(&mut slow)];
        assert!(started.elapsed() < SOON, "{answers:?}");
        if to == stage.http {
            assert!(answers[0].starts_with("HTTP/1.1 408 "), "{answers:?}");
            assert!(answers[1].starts_with("HTTP/1.1 408 "), "{answers:?}");
        }
        slow.shutdown(Shutdown::Both).ok();
        writing.join().unwrap();
    }
    assert_eq!(stage.contacts(4).malformed, 4);
}

fn a_large_head_is_refused() {
    let stage = Stage::open();
    let field = format!("X: {}\r\n", "x".repeat(1000));
    let answer = stage.says(&format!("CONNECT a.org:1 HTTP/1.1\r\n{}\r\n", field.repeat(20)));
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

fn an_idle_connection_is_closed() {
    let idle = Duration::from_secs(2);
    let stage = local(Bounds {
        idle,
        ..Bounds::default()
    });
    let port = echo("127.0.0.1:0");
    let mut quiet = stage.tunnel(&format!("a.org:{port}"));
    let mut busy = stage.tunnel(&format!("a.org:{port}"));
    for _ in 0..8 {
        assert_eq!(echoed(&mut busy, "x"), "x");
        thread::sleep(Duration::from_millis(300));
    }
    let started = Instant::now();
    assert_eq!(
        (rest(&mut quiet), rest(&mut busy)),
        (String::new(), String::new())
    );
    assert!(started.elapsed() < SOON);
}

fn a_resolver_that_hangs_is_not_waited_for() {
    let names = |_: &str, _| {
        thread::sleep(Duration::from_secs(30));
        at("127.0.0.1")
    };
    let (stage, _) = Stage::new(|_| any(), names, short());
    let started = Instant::now();
    assert_eq!(stage.connect("a.org:1").1, "502");
    assert!(started.elapsed() < SOON);
    let late = Ending::Failed {
        why: "`a.org` was not resolved: it took too long".to_owned(),
    };
    assert_eq!(stage.ending(1), late);
}

fn three_hundred_clients_are_served() {
    let stage = Stage::open();
    let port = echo("127.0.0.1:0");
    let started = Arc::new(Barrier::new(300));
    let http = stage.http;
    let clients: Vec<_> = (0..300)
        .map(|number| {
            let started = Arc::clone(&started);
            let one = move || {
                let mut stream = client(http);
                started.wait();
                let ask = format!("CONNECT a.org:{port} HTTP/1.1\r\n\r\n");
                stream.write_all(ask.as_bytes()).unwrap();
                assert!(crate::stage::head(&mut stream).starts_with("HTTP/1.1 200 "));
                let text = format!("client {number}");
                assert_eq!(echoed(&mut stream, &text), text);
            };
            thread::Builder::new().stack_size(128 * 1024).spawn(one).unwrap()
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    assert_eq!(stage.contacts(300).connected, 300);
}

fn a_client_past_the_bound_waits() {
    let stage = local(Bounds {
        connections: 2,
        ..Bounds::default()
    });
    let port = echo("127.0.0.1:0");
    let to = format!("a.org:{port}");
    let mut two = [stage.tunnel(&to), stage.tunnel(&to)];
    let mut third = client(stage.http);
    third
        .write_all(format!("CONNECT {to} HTTP/1.1\r\n\r\n").as_bytes())
        .unwrap();
    third.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(third.read(&mut [0]).is_err());
    assert_eq!(echoed(&mut two[0], "x"), "x");
    drop(two);
    third.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert!(crate::stage::head(&mut third).starts_with("HTTP/1.1 200 "));
    assert_eq!(echoed(&mut third, "x"), "x");
}

/// So many bytes, with no short period.
fn bytes(count: u64) -> impl Iterator<Item = u8> {
    (0..count).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0])
}

fn much_is_relayed_unchanged() {
    const MUCH: u64 = 24 * 1024 * 1024;
    let stage = Stage::open();
    let port = echo("127.0.0.1:0");
    let mut tunnel = stage.tunnel(&format!("a.org:{port}"));
    let mut writer = tunnel.try_clone().unwrap();
    let writing = thread::spawn(move || {
        let all: Vec<u8> = bytes(MUCH).collect();
        writer.write_all(&all).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    let mut seen = Vec::new();
    tunnel.read_to_end(&mut seen).unwrap();
    writing.join().unwrap();
    assert!(seen.into_iter().eq(bytes(MUCH)));
}

fn a_client_that_does_not_read_stops_its_server_alone() {
    let stage = Stage::open();
    let endless = server("127.0.0.1:0", |mut stream| {
        io::copy(&mut io::repeat(b'x'), &mut stream).ok();
    });
    let deaf = stage.tunnel(&format!("a.org:{endless}"));
    thread::sleep(Duration::from_millis(300));
    let port = echo("127.0.0.1:0");
    assert_eq!(echoed(&mut stage.tunnel(&format!("a.org:{port}")), "x"), "x");
    let started = Instant::now();
    drop(stage);
    assert!(started.elapsed() < SOON);
    drop(deaf);
}

fn a_reset_client_resets_its_server() {
    let stage = Stage::open();
    let (port, kept) = keeper("127.0.0.1:0");
    let mut tunnel = stage.tunnel(&format!("a.org:{port}"));
    tunnel.write_all(b"half").unwrap();
    thread::sleep(Duration::from_millis(100));
    rustix::net::sockopt::set_socket_linger(&tunnel, Some(Duration::ZERO)).unwrap();
    drop(tunnel);
    assert_eq!(first(&kept), b"half");
}

fn garbage_is_survived() {
    let stage = local(Bounds {
        request: Duration::from_millis(50),
        linger: Duration::from_millis(20),
        ..short()
    });
    let starts: [&[u8]; 6] = [
        b"",
        b"CONNECT ",
        b"GET http://a.org:1/ HTTP/1.1\r\n",
        &[5, 1, 0, 5, 1, 0, 3],
        &[5, 1, 0],
        &[22, 3, 1],
    ];
    let mut seed = 1_u64;
    for round in 0..300_usize {
        let to = if round % 2 == 0 { stage.http } else { stage.socks };
        let mut garbage = starts[round % starts.len()].to_vec();
        for _ in 0..(round % 90) {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            garbage.push(seed.to_be_bytes()[0]);
        }
        let mut client = client(to);
        client.write_all(&garbage).ok();
        if round % 3 == 0 {
            client.shutdown(Shutdown::Write).ok();
        }
        rest(&mut client);
    }
    let to = format!("a.org:{}", echo("127.0.0.1:0"));
    // A machine that has much else to do is itself a slow client for bounds as short as these.
    let served = (0..100).find_map(|_| match stage.connect(&to) {
        (tunnel, status) if status == "200" => Some(tunnel),
        _ => None,
    });
    assert_eq!(echoed(&mut served.unwrap(), "x"), "x");
}

fn dropping_the_proxy_ends_everything() {
    let names = |name: &str, _| {
        if name == "slow.org" {
            thread::sleep(Duration::from_secs(30));
        }
        at("127.0.0.1")
    };
    let (stage, _) = Stage::new(|_| any(), names, Bounds::default());
    let port = echo("127.0.0.1:0");
    let mut tunnels: Vec<TcpStream> = (0..20).map(|_| stage.tunnel(&format!("a.org:{port}"))).collect();
    assert_eq!(echoed(&mut tunnels[0], "x"), "x");
    let mut begun = client(stage.http);
    begun.write_all(b"CONNECT a.org").unwrap();
    let mut resolving = client(stage.http);
    resolving
        .write_all(b"CONNECT slow.org:443 HTTP/1.1\r\n\r\n")
        .unwrap();
    let mut hello = stage.tunnel(&format!("a.org:{port}"));
    hello.write_all(&[22, 3, 1]).unwrap();
    tunnels.extend([begun, resolving, hello, client(stage.socks)]);
    thread::sleep(Duration::from_millis(100));
    let (http, started) = (stage.http, Instant::now());
    drop(stage);
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    for stream in &mut tunnels {
        stream.set_read_timeout(Some(SOON)).unwrap();
        let mut bytes = Vec::new();
        let ended = stream.read_to_end(&mut bytes);
        assert!(!ended.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock));
        let is_told = bytes.starts_with(b"HTTP/1.1 400 ") || bytes.ends_with(b": the run ended\n");
        assert!(
            bytes.is_empty() || is_told,
            "{:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
    assert!(TcpStream::connect(http).is_err());
}
