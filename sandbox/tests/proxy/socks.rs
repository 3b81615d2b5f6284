//! Clients that speak SOCKS5.

use std::io::{Read, Write};
use std::net::TcpStream;

use sandbox::proxy::{Answer, Bounds, Ending};

use crate::stage::{Stage, any, at, client, echo, echoed, rest};
use crate::{Case, cases};

pub(crate) fn cases() -> Vec<Case> {
    Vec::from(cases![Nothing:
        a_destination_is_named_in_three_ways,
        what_socks_is_refused_has_its_number,
        what_is_not_socks_is_closed,
        messages_may_come_in_pieces_and_ahead,
    ])
}

/// A client that has greeted.
pub(crate) fn greeted(stage: &Stage) -> TcpStream {
    let mut client = client(stage.socks);
    client.write_all(&[5, 2, 2, 0]).unwrap();
    let mut answer = [0; 2];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(answer, [5, 0]);
    client
}

/// A request for a name.
pub(crate) fn named(name: &str, port: u16) -> Vec<u8> {
    let length = u8::try_from(name.len()).unwrap();
    [&[5, 1, 0, 3, length], name.as_bytes(), &port.to_be_bytes()].concat()
}

/// What a request is answered.
pub(crate) fn replied(client: &mut TcpStream, request: &[u8]) -> u8 {
    client.write_all(request).unwrap();
    let mut answer = [0; 10];
    client.read_exact(&mut answer).unwrap();
    assert_eq!((answer[0], answer[2], answer[3]), (5, 0, 1));
    answer[1]
}

fn a_destination_is_named_in_three_ways() {
    let stage = Stage::open();
    let port = echo("127.0.0.1:0");
    let v4 = [&[5, 1, 0, 1, 127, 0, 0, 1][..], &port.to_be_bytes()].concat();
    let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1];
    let v6 = [&[5, 1, 0, 4][..], &mapped, &port.to_be_bytes()].concat();
    for request in [named("Example.ORG.", port), named("127.0.0.1", port), v4, v6] {
        let mut client = greeted(&stage);
        assert_eq!(replied(&mut client, &request), 0);
        assert_eq!(echoed(&mut client, "hello"), "hello");
    }
    let contacts = stage.proxy.contacts();
    let places: Vec<String> = contacts
        .list
        .iter()
        .map(|contact| contact.destination.to_string())
        .collect();
    assert_eq!(
        places,
        [format!("example.org:{port}"), format!("127.0.0.1:{port}")]
    );
}

fn what_socks_is_refused_has_its_number() {
    let gate = |asked: &sandbox::proxy::Destination| match asked.host.to_string().as_str() {
        "evil.org" => Answer::Refuse { why: String::new() },
        _ => any(),
    };
    let names = |name: &str, _| match name {
        "unknown.org" => Err(std::io::Error::other("no such name")),
        _ => at("127.0.0.1"),
    };
    let (stage, _) = Stage::new(gate, names, Bounds::default());
    for (request, reply) in [
        (named("evil.org", 443), 2),
        (named("127.1", 443), 2),
        (named("0x7f000001", 443), 2),
        (named("a.org\0.b.org", 443), 2),
        (named("", 443), 2),
        (named("a.org", 0), 2),
        (named("unknown.org", 443), 4),
        (named("a.org", 4), 5),
        (vec![5, 2, 0, 1, 127, 0, 0, 1, 0, 80], 7),
        (vec![5, 3, 0, 1, 127, 0, 0, 1, 0, 80], 7),
        (vec![5, 1, 0, 2, 127, 0, 0, 1, 0, 80], 8),
        (vec![4, 1, 0, 1, 127, 0, 0, 1, 0, 80], 1),
    ] {
        let mut client = greeted(&stage);
        assert_eq!(replied(&mut client, &request), reply, "{request:?}");
        assert_eq!(rest(&mut client), "", "{request:?}");
    }
}

fn what_is_not_socks_is_closed() {
    let stage = Stage::open();
    for (bytes, answer) in [
        (&[4, 1, 0, 80, 127, 0, 0, 1, 0][..], &[][..]),
        (b"CONNECT a.org:443 HTTP/1.1\r\n\r\n", &[]),
        (&[5, 1, 2], &[5, 255]),
        (&[5, 0], &[5, 255]),
    ] {
        let mut client = client(stage.socks);
        client.write_all(bytes).unwrap();
        let mut seen = Vec::new();
        client.read_to_end(&mut seen).ok();
        assert_eq!(seen, answer, "{bytes:?}");
    }
    assert_eq!(stage.contacts(4).malformed, 4);
}

fn messages_may_come_in_pieces_and_ahead() {
    let stage = Stage::open();
    let port = echo("127.0.0.1:0");
    let mut slow = client(stage.socks);
    slow.set_nodelay(true).unwrap();
    for byte in [&[5, 1, 0][..], &named("a.org", port), b"hello"].concat() {
        slow.write_all(&[byte]).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let mut hasty = client(stage.socks);
    hasty
        .write_all(&[&[5, 1, 0][..], &named("a.org", port), b"hello"].concat())
        .unwrap();
    for mut client in [slow, hasty] {
        let mut answer = [0; 2 + 10 + 5];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(answer[2..4], [5, 0]);
        assert_eq!(&answer[12..], b"hello");
    }
    assert_eq!(stage.ending(port), Ending::Connected);
}
