//! Heads that are carried, heads that are refused, and any bytes at all.

use proptest::prelude::*;

use super::*;

const BOUND: usize = 8192;

fn destination(text: &str) -> Destination {
    let (host, port) = Host::with_port(text).unwrap();
    Destination::new(host, port.unwrap())
}

#[test]
fn connect_names_a_destination() {
    for (target, fields, expected) in [
        (
            "example.org:443",
            "Host: example.org:443\r\n",
            Some("example.org:443"),
        ),
        (
            "Example.org.:443",
            "Host: example.org\r\nProxy-Connection: keep-alive\r\n",
            Some("example.org:443"),
        ),
        ("[::1]:22", "Host: [::1]:22\r\n", Some("[::1]:22")),
        ("example.org:443", "", Some("example.org:443")),
        ("example.org:443", "Host: evil.org%00\r\n", None),
        (
            "example.org:443",
            "Host: example.org\r\nHost: example.org\r\n",
            None,
        ),
        ("example.org", "", None),
        ("example.org:0", "", None),
        ("127.1:443", "", None),
        ("user@example.org:443", "", None),
        ("http://example.org:443", "", None),
        ("/", "", None),
    ] {
        let text = format!("CONNECT {target} HTTP/1.1\r\n{fields}\r\n");
        let expected = match expected {
            Some(place) => Head::Whole(Request::Connect(destination(place)), text.len()),
            None => Head::Refused(Fault::Malformed),
        };
        assert_eq!(read(text.as_bytes(), BOUND), expected, "{text}");
        let more = format!("{text}\u{16}tunnelled");
        assert_eq!(read(more.as_bytes(), BOUND), expected, "{text}");
    }
}

#[test]
fn a_plain_request_is_sent_on_as_one_request_to_its_host() {
    let text = "POST http://Example.org:8080/a?b=c HTTP/1.0\r\nHost: example.org:8080\r\nProxy-Connection: keep-alive\r\n\
                Connection: X-Mine, close, content-length\r\nX-Mine: 1\r\nUpgrade: h2c\r\nAccept: */*\r\n\
                Content-Length: 5\r\n\r\nhello";
    let head = "POST /a?b=c HTTP/1.1\r\nHost: example.org:8080\r\nConnection: close\r\nAccept: */*\r\n\
                Content-Length: 5\r\n\r\n";
    let plain = Plain {
        destination: destination("example.org:8080"),
        head: head.as_bytes().to_vec(),
        content: 5,
    };
    assert_eq!(
        read(text.as_bytes(), BOUND),
        Head::Whole(Request::Plain(plain), text.len() - 5)
    );
}

#[test]
fn the_target_is_rewritten() {
    for (target, host, line) in [
        (
            "http://example.org/",
            "example.org",
            "GET / HTTP/1.1\r\nHost: example.org\r\n",
        ),
        (
            "http://example.org",
            "example.org:80",
            "GET / HTTP/1.1\r\nHost: example.org\r\n",
        ),
        (
            "HTTP://example.org?q",
            "EXAMPLE.org",
            "GET /?q HTTP/1.1\r\nHost: example.org\r\n",
        ),
        (
            "http://[::1]:8080/x",
            "[::1]:8080",
            "GET /x HTTP/1.1\r\nHost: [::1]:8080\r\n",
        ),
        ("http://[::1]/x", "[::1]", "GET /x HTTP/1.1\r\nHost: [::1]\r\n"),
    ] {
        let text = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let Head::Whole(Request::Plain(plain), _) = read(text.as_bytes(), BOUND) else {
            panic!("{text} is refused");
        };
        let head = String::from_utf8(plain.head).unwrap();
        assert!(head.starts_with(line), "{head}");
    }
}

#[test]
fn what_could_reach_another_host_is_refused() {
    use Fault::{LengthRequired, Malformed};
    let other = |to: &str, named: &str| Fault::OtherHost {
        destination: destination(to),
        named: named.to_owned(),
    };
    for (head, status) in [
        ("GET / HTTP/1.1\r\nHost: a.org", Malformed),
        ("GET https://a.org/ HTTP/1.1\r\nHost: a.org", Malformed),
        ("GET ftp://a.org/ HTTP/1.1\r\nHost: a.org", Malformed),
        ("GET http://a.org/ HTTP/1.1", Malformed),
        (
            "GET http://a.org/ HTTP/1.1\r\nHost: b.org",
            other("a.org:80", "b.org"),
        ),
        (
            "GET http://a.org/ HTTP/1.1\r\nHost: a.org:8080",
            other("a.org:80", "a.org:8080"),
        ),
        (
            "GET http://a.org:8080/ HTTP/1.1\r\nHost: a.org",
            other("a.org:8080", "a.org"),
        ),
        (
            "CONNECT a.org:80 HTTP/1.1\r\nHost: b.org",
            other("a.org:80", "b.org"),
        ),
        (
            "CONNECT a.org:80 HTTP/1.1\r\nHost: a.org:443",
            other("a.org:80", "a.org:443"),
        ),
        (
            "GET http://a.org/ HTTP/1.1\r\nHost: a.org\r\nHost: b.org",
            Malformed,
        ),
        (
            "GET http://a.org/ HTTP/1.1\r\nHost: a.org\r\nhost: a.org",
            Malformed,
        ),
        ("GET http://a.org@b.org/ HTTP/1.1\r\nHost: b.org", Malformed),
        ("GET http://b.org\\@a.org/ HTTP/1.1\r\nHost: a.org", Malformed),
        ("GET http://a.org#@b.org/ HTTP/1.1\r\nHost: a.org", Malformed),
        ("GET http://0x7f.1/ HTTP/1.1\r\nHost: 0x7f.1", Malformed),
        ("GET http:/a.org/ HTTP/1.1\r\nHost: a.org", Malformed),
        ("GET http://a.org/ HTTP/1.1\r\nHost : a.org", Malformed),
        (
            "GET http://a.org/ HTTP/1.1\r\nX: 1\r\n folded\r\nHost: a.org",
            Malformed,
        ),
        ("GET http://a.org/ HTTP/2.0\r\nHost: a.org", Malformed),
        (
            "POST http://a.org/ HTTP/1.1\r\nHost: a.org\r\nTransfer-Encoding: chunked",
            LengthRequired,
        ),
        (
            "POST http://a.org/ HTTP/1.1\r\nHost: a.org\r\nContent-Length: 1\r\nContent-Length: 1",
            Malformed,
        ),
        (
            "POST http://a.org/ HTTP/1.1\r\nHost: a.org\r\nContent-Length: +1",
            Malformed,
        ),
        (
            "POST http://a.org/ HTTP/1.1\r\nHost: a.org\r\nContent-Length: ",
            Malformed,
        ),
        (
            "POST http://a.org/ HTTP/1.1\r\nHost: a.org\r\nContent-Length: 99999999999999999999",
            Malformed,
        ),
        ("\u{5}\u{1}\u{0}", Malformed),
        ("\u{16}\u{3}\u{1}", Malformed),
    ] {
        assert_eq!(
            read(format!("{head}\r\n\r\n").as_bytes(), BOUND),
            Head::Refused(status),
            "{head}"
        );
    }
}

#[test]
fn a_request_within_a_tunnel_is_for_the_host_of_the_tunnel() {
    let tunnel = destination("a.org:80");
    for (head, carried) in [
        ("GET /x HTTP/1.1\r\nHost: a.org", true),
        ("GET http://a.org/x HTTP/1.1\r\nHost: a.org", true),
        ("GET /x HTTP/1.1\r\nHost: b.org", false),
        ("GET /x HTTP/1.1", false),
        ("GET http://b.org/x HTTP/1.1\r\nHost: b.org", false),
        ("GET http://b.org/x HTTP/1.1\r\nHost: a.org", false),
        ("CONNECT a.org:443 HTTP/1.1\r\nHost: a.org", false),
        ("OPTIONS * HTTP/1.1\r\nHost: a.org", false),
        ("PRI * HTTP/2.0", false),
    ] {
        let text = format!("{head}\r\n\r\n");
        let is_carried = matches!(read_within(&tunnel, text.as_bytes(), BOUND), Head::Whole(..));
        assert_eq!(is_carried, carried, "{head}");
    }
}

#[test]
fn a_head_is_bounded() {
    let start = "GET http://a.org/ HTTP/1.1\r\nHost: a.org\r\n";
    let many = "X: 1\r\n".repeat(FIELDS);
    let long = format!("X: {}", "1".repeat(BOUND));
    assert_eq!(
        read(format!("{start}{many}\r\n").as_bytes(), BOUND),
        Head::Refused(Fault::TooLarge)
    );
    assert_eq!(
        read(format!("{start}{long}").as_bytes(), BOUND),
        Head::Refused(Fault::TooLarge)
    );
    assert_eq!(read(start.as_bytes(), BOUND), Head::Partial);
    assert_eq!(read(b"", BOUND), Head::Partial);
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes, BOUND);
        read_within(&destination("a.org:80"), &bytes, BOUND);
    }

    /// Whatever is sent on has one head with one host, the one that was asked for.
    #[test]
    fn what_is_sent_on_is_one_request(
        target in "(http://a\\.org(:80)?|/)[!-~]{0,12}",
        fields in proptest::collection::vec("(Host|X-[a-z]|Connection|Content-Length|[!-~]{0,8}) ?: ?[ -~\\t\\r\\n]{0,20}", 0..5),
    ) {
        let text = format!("GET {target} HTTP/1.1\r\nHost: a.org\r\n{}\r\n\r\n", fields.join("\r\n"));
        let tunnel = destination("a.org:80");
        for head in [read(text.as_bytes(), BOUND), read_within(&tunnel, text.as_bytes(), BOUND)] {
            let Head::Whole(Request::Plain(plain), length) = head else { continue };
            prop_assert!(length <= text.len());
            let sent = String::from_utf8(plain.head).unwrap();
            prop_assert_eq!(sent.find("\r\n\r\n"), Some(sent.len() - 4));
            let lines: Vec<&str> = sent.lines().collect();
            prop_assert!(!sent.replace("\r\n", "").contains(['\r', '\n']));
            let names = |name: &str| lines.iter().filter(|line| {
                line.split(':').next().is_some_and(|field| field.eq_ignore_ascii_case(name))
            }).count();
            prop_assert_eq!((names("host"), names("connection")), (1, 1));
            prop_assert!(names("content-length") <= 1);
            prop_assert_eq!(plain.destination, tunnel.clone());
        }
    }
}
