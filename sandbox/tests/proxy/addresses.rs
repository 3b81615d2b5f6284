//! Which addresses of an allowed host are connected to.

use std::io::Write;
use std::net::IpAddr;
use std::sync::atomic::Ordering;

use sandbox::proxy::{Answer, Block, Bounds, Ending, Private};

use crate::stage::{Stage, any, at, echo, echoed, first, keeper, public};
use crate::{Case, cases};

pub(crate) fn cases() -> Vec<Case> {
    Vec::from(cases![Nothing:
        a_name_at_a_private_address_is_refused,
        an_address_that_is_not_public_is_refused,
        a_named_private_address_is_reached,
        an_address_that_may_be_reached_is_taken_among_others,
        the_checked_address_is_the_one_connected_to,
    ])
}

fn a_name_at_a_private_address_is_refused() {
    let all: [(u16, &str, &str); 9] = [
        (1, "127.0.0.1", "127.0.0.1, which is loopback"),
        (2, "10.0.0.1", "10.0.0.1, which is private"),
        (3, "169.254.169.254", "169.254.169.254, which is metadata"),
        (4, "100.64.0.1", "100.64.0.1, which is shared"),
        (5, "0.0.0.0", "0.0.0.0, which is unspecified"),
        (6, "::ffff:127.0.0.1", "127.0.0.1, which is loopback"),
        (7, "fd00:ec2::254", "fd00:ec2::254, which is metadata"),
        (8, "64:ff9b::7f00:1", "64:ff9b::7f00:1, which is loopback"),
        (9, "2002:7f00:1::", "2002:7f00:1::, which is reserved"),
    ];
    let names = move |name: &str, _| {
        let place = all
            .iter()
            .find(|(port, ..)| name == format!("n{port}.org"))
            .unwrap();
        at(place.1)
    };
    let (stage, _) = Stage::new(|_| public(), names, Bounds::default());
    for (port, _, why) in all {
        assert_eq!(stage.connect(&format!("n{port}.org:{port}")).1, "403", "{why}");
        assert_eq!(
            stage.refusal(port),
            format!("`n{port}.org` is at {why} and not named")
        );
    }
}

fn an_address_that_is_not_public_is_refused() {
    let (stage, resolved) = Stage::new(|_| public(), |_, _| at("1.1.1.1"), Bounds::default());
    let hosts = [
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "192.168.0.1",
        "[fe80::1]",
        "0.0.0.0",
    ];
    for host in hosts {
        assert_eq!(stage.connect(&format!("{host}:9")).1, "403", "{host}");
    }
    assert_eq!(resolved.load(Ordering::SeqCst), 0);
}

fn a_named_private_address_is_reached() {
    let within = |block: &'static str| {
        move |_: &_| Answer::Allow {
            private: Private::Within(vec![Block::parse(block).unwrap()]),
        }
    };
    let port = echo("127.0.0.1:0");
    for (block, status) in [
        ("127.0.0.0/8", "200"),
        ("127.0.0.1/32", "200"),
        ("127.0.0.2/32", "403"),
    ] {
        let (stage, _) = Stage::new(within(block), |_, _| at("127.0.0.1"), Bounds::default());
        for host in ["a.org", "127.0.0.1"] {
            let (mut client, seen) = stage.connect(&format!("{host}:{port}"));
            assert_eq!(seen, status, "{host} with {block}");
            if status == "200" {
                assert_eq!(echoed(&mut client, "x"), "x");
            }
        }
    }
}

fn an_address_that_may_be_reached_is_taken_among_others() {
    let gate = |_: &_| Answer::Allow {
        private: Private::Within(vec![Block::parse("127.0.0.3/32").unwrap()]),
    };
    let names = |_: &str, _| {
        let all: [IpAddr; 2] = ["127.0.0.2", "127.0.0.3"].map(|text| text.parse().unwrap());
        Ok(all.to_vec())
    };
    let (stage, _) = Stage::new(gate, names, Bounds::default());
    let port = echo("0.0.0.0:0");
    assert_eq!(echoed(&mut stage.tunnel(&format!("a.org:{port}")), "x"), "x");
    assert_eq!(
        stage.contacts(1).list[0].address,
        Some("127.0.0.3".parse().unwrap())
    );
}

fn the_checked_address_is_the_one_connected_to() {
    let names = |_: &str, before: usize| at(if before == 0 { "127.0.7.1" } else { "127.0.7.2" });
    let gate = |_: &_| any();
    let (stage, resolved) = Stage::new(gate, names, Bounds::default());
    let (port, good) = keeper("127.0.7.1:0");
    let (_, bad) = keeper(&format!("127.0.7.2:{port}"));
    let mut tunnel = stage.tunnel(&format!("a.org:{port}"));
    tunnel.write_all(b"to the first").unwrap();
    drop(tunnel);
    assert_eq!(first(&good), b"to the first");
    assert!(bad.lock().unwrap().is_empty());
    assert_eq!(resolved.load(Ordering::SeqCst), 1);
    assert_eq!(stage.ending(port), Ending::Connected);
}
