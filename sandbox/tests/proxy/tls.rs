//! Clients that begin with TLS, and what it has to name.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use sandbox::proxy::{Bounds, Ending};

use crate::socks::{greeted, named, replied};
use crate::stage::{Stage, any, at, client, echo, first, keeper, rest, server, short};
use crate::{Case, cases};

/// What a refused client of TLS is told: a fatal alert.
const ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 49];

pub(crate) fn cases() -> Vec<Case> {
    let mut all = Vec::from(cases![Nothing:
        a_client_that_names_its_host_passes_unchanged,
        a_client_that_names_another_host_is_refused,
        a_client_that_names_no_host_is_refused,
        an_address_needs_no_name,
        a_server_may_speak_first,
        a_client_that_never_ends_its_first_message_is_closed,
    ]);
    all.extend(cases![LowPorts:
        port_443_speaks_tls_only,
        port_443_is_checked_for_socks_too,
    ]);
    all
}

fn measured(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// A first message with this name, in records of at most so many bytes.
pub(crate) fn hello(name: Option<&str>, record: usize) -> Vec<u8> {
    let extension = name.map(|name| {
        let list = measured(&[&[0][..], &measured(name.as_bytes())].concat());
        [&[0, 0][..], &measured(&list)].concat()
    });
    let start = [&[3, 3][..], &[9; 32], &[0], &measured(&[0x13, 1]), &[1, 0]].concat();
    let body = [start, measured(&extension.unwrap_or_default())].concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let message = [&[1][..], &length[1..], &body].concat();
    message
        .chunks(record)
        .flat_map(|part| [&[22, 3, 1][..], &measured(part)].concat())
        .collect()
}

fn a_client_that_names_its_host_passes_unchanged() {
    let stage = Stage::open();
    for record in [1, 7, 16_000] {
        let (port, kept) = keeper("127.0.0.1:0");
        let sent = [
            hello(Some("Example.org"), record),
            b"\x17\x03\x03\x00\x01x".to_vec(),
        ]
        .concat();
        let mut tunnel = stage.tunnel(&format!("example.org:{port}"));
        tunnel.set_nodelay(true).unwrap();
        for bytes in sent.chunks(13) {
            tunnel.write_all(bytes).unwrap();
            thread::sleep(Duration::from_millis(1));
        }
        drop(tunnel);
        assert_eq!(first(&kept), sent, "records of {record}");
        assert_eq!(stage.ending(port), Ending::Connected);
    }
}

fn a_client_that_names_another_host_is_refused() {
    let stage = Stage::open();
    for name in ["evil.org", "a.example.org", "example.org.evil.org", "127.0.0.1"] {
        let (port, kept) = keeper("127.0.0.1:0");
        let mut tunnel = stage.tunnel(&format!("example.org:{port}"));
        tunnel.write_all(&hello(Some(name), 16_000)).unwrap();
        let mut answer = Vec::new();
        tunnel.read_to_end(&mut answer).unwrap();
        assert_eq!(answer, ALERT, "{name}");
        assert_eq!(first(&kept), b"", "{name}");
        let why = format!("the tunnel is to `example.org`, and TLS in it names `{name}`");
        assert_eq!(stage.refusal(port), why);
    }
}

fn a_client_that_names_no_host_is_refused() {
    let stage = Stage::open();
    let (port, kept) = keeper("127.0.0.1:0");
    let mut tunnel = stage.tunnel(&format!("example.org:{port}"));
    tunnel.write_all(&hello(None, 16_000)).unwrap();
    assert_eq!(rest(&mut tunnel).len(), ALERT.len());
    assert_eq!(first(&kept), b"");
    assert_eq!(
        stage.refusal(port),
        "the tunnel is to `example.org`, and TLS in it names no host"
    );
}

fn an_address_needs_no_name() {
    let stage = Stage::open();
    let (port, kept) = keeper("127.0.0.1:0");
    let mut tunnel = stage.tunnel(&format!("127.0.0.1:{port}"));
    tunnel.write_all(&hello(None, 16_000)).unwrap();
    drop(tunnel);
    assert_eq!(first(&kept), hello(None, 16_000));
    let (port, kept) = keeper("127.0.0.1:0");
    let mut tunnel = stage.tunnel(&format!("127.0.0.1:{port}"));
    tunnel.write_all(&hello(Some("example.org"), 16_000)).unwrap();
    assert_eq!(rest(&mut tunnel).len(), ALERT.len());
    assert_eq!(first(&kept), b"");
}

fn a_server_may_speak_first() {
    let stage = Stage::open();
    let port = server("127.0.0.1:0", |mut stream| {
        stream.write_all(b"hello!").unwrap();
        let mut answer = [0; 3];
        stream.read_exact(&mut answer).unwrap();
        stream.write_all(&answer).unwrap();
    });
    let mut tunnel = stage.tunnel(&format!("example.org:{port}"));
    let mut greeting = [0; 6];
    tunnel.read_exact(&mut greeting).unwrap();
    tunnel.write_all(b"yes").unwrap();
    assert_eq!((&greeting, &*rest(&mut tunnel)), (b"hello!", "yes"));
}

fn a_client_that_never_ends_its_first_message_is_closed() {
    let (stage, _) = Stage::new(|_| any(), |_, _| at("127.0.0.1"), short());
    let (port, kept) = keeper("127.0.0.1:0");
    let mut tunnel = stage.tunnel(&format!("example.org:{port}"));
    let hello = hello(Some("example.org"), 16_000);
    tunnel.write_all(&hello[..hello.len() - 1]).unwrap();
    assert_eq!(rest(&mut tunnel), "");
    assert_eq!(first(&kept), b"");
    assert!(matches!(stage.ending(port), Ending::Failed { .. }));
}

fn port_443_speaks_tls_only() {
    let (stage, _) = Stage::new(|_| any(), |_, _| at("127.4.43.1"), Bounds::default());
    let (_, kept) = keeper("127.4.43.1:443");
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: a.org\r\n\r\n"[..],
        b"SSH-2.0-x\r\n",
        &[0x80, 0x2e, 1, 0, 2],
        &[0],
    ] {
        let mut tunnel = stage.tunnel("a.org:443");
        tunnel.write_all(bytes).unwrap();
        assert_eq!(rest(&mut tunnel).len(), ALERT.len(), "{bytes:?}");
    }
    assert_eq!(stage.contacts(4).refused, 4);
    assert_eq!(first(&kept), b"");
}

fn port_443_is_checked_for_socks_too() {
    let (stage, _) = Stage::new(|_| any(), |_, _| at("127.4.43.2"), Bounds::default());
    echo("127.4.43.2:443");
    let mut good = greeted(&stage);
    assert_eq!(replied(&mut good, &named("a.org", 443)), 0);
    let sent = hello(Some("a.org"), 16_000);
    good.write_all(&sent).unwrap();
    let mut answer = vec![0; sent.len()];
    good.read_exact(&mut answer).unwrap();
    assert_eq!(answer, sent);
    let mut bad = greeted(&stage);
    assert_eq!(replied(&mut bad, &named("a.org", 443)), 0);
    bad.write_all(&hello(Some("b.org"), 16_000)).unwrap();
    assert_eq!(rest(&mut bad).len(), ALERT.len());
    // Ahead of any answer.
    let mut hasty = client(stage.socks);
    let request = named("a.org", 443);
    hasty
        .write_all(&[&[5, 1, 0][..], &request, &hello(Some("b.org"), 3)].concat())
        .unwrap();
    assert_eq!(rest(&mut hasty).len(), 2 + 10 + ALERT.len());
    assert_eq!(stage.contacts(3).refused, 2);
}
