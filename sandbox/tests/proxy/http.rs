//! Clients that speak HTTP.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::atomic::Ordering;

use sandbox::proxy::{Answer, Bounds, Ending, Hosts};

use crate::stage::{Stage, any, at, client, echo, echoed, head, keeper, rest, server};
use crate::{Case, cases};

pub(crate) fn cases() -> Vec<Case> {
    let mut all = Vec::from(cases![Nothing:
        a_tunnel_carries_both_ways_and_passes_the_end_on,
        a_refused_host_is_not_resolved,
        a_list_of_hosts_is_a_gate,
        one_plain_request_is_sent_on,
        no_more_than_the_content_is_sent_on,
        what_is_no_request_for_a_proxy_is_answered,
        what_is_not_reached_is_told,
        plain_http_is_not_spoken_to_port_443,
        an_end_by_fault_is_a_fault,
    ]);
    all.extend(cases![LowPorts:
        a_tunnel_to_port_80_carries_one_request_to_its_host,
        a_tunnel_to_port_80_carries_no_request_to_another_host,
    ]);
    all
}

fn a_tunnel_carries_both_ways_and_passes_the_end_on() {
    let stage = Stage::open();
    let port = echo("127.0.0.1:0");
    let mut tunnel = stage.tunnel(&format!("example.org:{port}"));
    assert_eq!(echoed(&mut tunnel, "hello"), "hello");
    tunnel.write_all(b"bye").unwrap();
    tunnel.shutdown(Shutdown::Write).unwrap();
    assert_eq!(rest(&mut tunnel), "bye");
    let contacts = stage.proxy.end();
    assert_eq!((contacts.connected, contacts.list.len()), (1, 1));
    assert_eq!(
        contacts.list[0].destination.to_string(),
        format!("example.org:{port}")
    );
    assert_eq!(contacts.list[0].address, Some("127.0.0.1".parse().unwrap()));
}

fn a_refused_host_is_not_resolved() {
    let refuse = |_: &_| Answer::Refuse {
        why: "`evil.org` is evil".to_owned(),
    };
    let (stage, resolved) = Stage::new(refuse, |_, _| at("127.0.0.1"), Bounds::default());
    let answer = stage.says("CONNECT evil.org:443 HTTP/1.1\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n`evil.org` is evil\n"), "{answer}");
    assert_eq!(resolved.load(Ordering::SeqCst), 0);
    assert_eq!(stage.refusal(443), "`evil.org` is evil");
}

fn a_list_of_hosts_is_a_gate() {
    let port = echo("127.0.0.1:0");
    let hosts = Hosts::new(&[format!("localhost:{port}")]).unwrap();
    let gate = move |asked: &_| sandbox::proxy::Gate::asks(&hosts, asked);
    let (stage, _) = Stage::new(gate, |_, _| at("127.0.0.1"), Bounds::default());
    assert_eq!(echoed(&mut stage.tunnel(&format!("localhost:{port}")), "x"), "x");
    for other in [
        format!("127.0.0.1:{port}"),
        format!("example.org:{port}"),
        "localhost:443".to_owned(),
    ] {
        assert_eq!(stage.connect(&other).1, "403", "{other}");
    }
}

/// A server of HTTP that answers each request of a connection with its head, and its port.
fn mirror(at: &str) -> u16 {
    server(at, |mut stream| {
        loop {
            let head = head(&mut stream);
            if head.is_empty() {
                return;
            }
            let length = head.len();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{head}");
            stream.write_all(answer.as_bytes()).unwrap();
            if head.contains("Connection: close") {
                return;
            }
        }
    })
}

fn one_plain_request_is_sent_on() {
    let stage = Stage::open();
    let port = mirror("127.0.0.1:0");
    let answer = stage.says(&format!(
        "GET http://example.org:{port}/a HTTP/1.1\r\nHost: example.org:{port}\r\nProxy-Connection: keep-alive\r\n\r\n\
         GET http://evil.org/ HTTP/1.1\r\nHost: evil.org\r\n\r\n"
    ));
    let (_, seen) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        seen,
        format!("GET /a HTTP/1.1\r\nHost: example.org:{port}\r\nConnection: close\r\n\r\n")
    );
    assert_eq!(stage.ending(port), Ending::Connected);
}

fn no_more_than_the_content_is_sent_on() {
    let stage = Stage::open();
    let (port, kept) = keeper("127.0.0.1:0");
    let mut client = client(stage.http);
    let start =
        format!("POST http://a.org:{port}/ HTTP/1.1\r\nHost: a.org:{port}\r\nContent-Length: 5\r\n\r\n");
    client.write_all(start.as_bytes()).unwrap();
    for part in ["12", "34", "5GET / HTTP/1.1\r\nHost: b.org\r\n\r\n", "more"] {
        client.write_all(part.as_bytes()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    drop(stage);
    let kept = crate::stage::first(&kept);
    let kept = String::from_utf8(kept).unwrap();
    assert!(kept.ends_with("Content-Length: 5\r\n\r\n12345"), "{kept}");
}

fn what_is_no_request_for_a_proxy_is_answered() {
    let stage = Stage::open();
    let cases = [
        ("GET / HTTP/1.1\r\nHost: a.org\r\n\r\n", "400"),
        ("CONNECT a.org HTTP/1.1\r\n\r\n", "400"),
        ("CONNECT 0x7f.1:80 HTTP/1.1\r\n\r\n", "400"),
        ("CONNECT 2130706433:80 HTTP/1.1\r\n\r\n", "400"),
        ("CONNECT 127.1:80 HTTP/1.1\r\n\r\n", "400"),
        ("CONNECT a.org:443 HTTP/1.1\r\nHost: b.org:443\r\n\r\n", "403"),
        ("GET http://a.org/ HTTP/1.1\r\nHost: b.org\r\n\r\n", "403"),
        (
            "POST http://a.org/ HTTP/1.1\r\nHost: a.org\r\nTransfer-Encoding: chunked\r\n\r\n",
            "411",
        ),
        ("\u{5}\u{1}\u{0}", "400"),
        ("\u{16}\u{3}\u{1}\u{0}", "400"),
        ("\r\n\r\n\0\0\0", "400"),
    ];
    for (text, status) in cases {
        let answer = stage.says(text);
        assert_eq!(answer.split(' ').nth(1), Some(status), "{text:?}: {answer}");
    }
    let contacts = stage.proxy.end();
    assert_eq!((contacts.malformed, contacts.refused), (9, 2));
    let why = "the request is for `a.org:443`, and its Host is `b.org:443`".to_owned();
    assert_eq!(contacts.list[0].ending, Ending::Refused { why });
}

fn what_is_not_reached_is_told() {
    let names = |name: &str, _| match name {
        "nowhere.org" => Ok(Vec::new()),
        "unknown.org" => Err(std::io::Error::other("no such name")),
        _ => at("127.0.0.1"),
    };
    let (stage, _) = Stage::new(|_| any(), names, Bounds::default());
    for (to, why) in [
        ("nowhere.org:1", "`nowhere.org` has no address"),
        ("unknown.org:2", "`unknown.org` was not resolved: no such name"),
        (
            "example.org:3",
            "127.0.0.1 was not reached: Connection refused (os error 111)",
        ),
    ] {
        let (mut client, status) = stage.connect(to);
        assert_eq!(
            (&*status, &*rest(&mut client)),
            ("502", &*format!("{why}\n")),
            "{to}"
        );
    }
    let contacts = stage.proxy.end();
    assert_eq!((contacts.failed, contacts.refused, contacts.connected), (3, 0, 0));
}

fn plain_http_is_not_spoken_to_port_443() {
    let stage = Stage::open();
    let answer = stage.says("GET http://a.org:443/ HTTP/1.1\r\nHost: a.org:443\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert_eq!(stage.refusal(443), "plain HTTP is not spoken to port 443");
}

fn an_end_by_fault_is_a_fault() {
    let stage = Stage::open();
    let port = server("127.0.0.1:0", |mut stream| {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        stream.write_all(b"half an ans").unwrap();
        // A close over unread bytes resets the connection.
    });
    let mut tunnel = stage.tunnel(&format!("a.org:{port}"));
    tunnel.write_all(b"and more than is read").unwrap();
    let mut answer = Vec::new();
    assert!(tunnel.read_to_end(&mut answer).is_err(), "{answer:?}");
}

fn a_tunnel_to_port_80_carries_one_request_to_its_host() {
    let stage = Stage::open_at("127.0.80.1");
    mirror("127.0.80.1:80");
    let mut tunnel = stage.tunnel("a.org:80");
    let two = "GET /x HTTP/1.1\r\nHost: a.org\r\n\r\nGET / HTTP/1.1\r\nHost: b.org\r\n\r\n";
    tunnel.write_all(two.as_bytes()).unwrap();
    let answer = rest(&mut tunnel);
    let (_, seen) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        seen,
        "GET /x HTTP/1.1\r\nHost: a.org\r\nConnection: close\r\n\r\n"
    );
}

fn a_tunnel_to_port_80_carries_no_request_to_another_host() {
    let stage = Stage::open_at("127.0.80.2");
    let (_, kept) = keeper("127.0.80.2:80");
    for (text, status) in [
        ("GET / HTTP/1.1\r\nHost: b.org\r\n\r\n", "403"),
        ("SSH-2.0-x\r\n\r\n", "400"),
        ("\u{16}\u{3}\u{1}", "400"),
    ] {
        let mut tunnel = stage.tunnel("a.org:80");
        tunnel.write_all(text.as_bytes()).unwrap();
        let answer = rest(&mut tunnel);
        assert_eq!(answer.split(' ').nth(1), Some(status), "{text:?}: {answer}");
    }
    assert_eq!(stage.contacts(3).refused, 3);
    assert_eq!(crate::stage::first(&kept), b"");
}
