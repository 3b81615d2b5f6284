//! The proxy on loopback: clients, servers and names of our own, and nothing of the network.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a case fails by a panic, and some are about time"
)]

#[path = "proxy/addresses.rs"]
mod addresses;
#[path = "proxy/bounds.rs"]
mod bounds;
#[path = "proxy/http.rs"]
mod http;
#[path = "proxy/socks.rs"]
mod socks;
#[path = "proxy/stage.rs"]
mod stage;
#[path = "proxy/tls.rs"]
mod tls;

use std::net::TcpListener;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

/// A named case.
struct Case {
    name: &'static str,
    needs: Needs,
    run: fn(),
}

/// What a case needs of the host.
#[derive(Clone, Copy)]
enum Needs {
    Nothing,
    /// A server on a port below 1024.
    LowPorts,
}

/// Names cases by their functions.
macro_rules! cases {
    ($needs:ident: $($name:ident),+ $(,)?) => {
        [$( crate::Case { name: stringify!($name), needs: crate::Needs::$needs, run: $name } ),+]
    };
}
use cases;

fn main() -> ExitCode {
    let cases = http::cases()
        .into_iter()
        .chain(socks::cases())
        .chain(addresses::cases())
        .chain(tls::cases())
        .chain(bounds::cases());
    let has_low_ports = TcpListener::bind(("127.9.9.9", 443)).is_ok();
    let trials = cases.map(|case| {
        Trial::ignorable_test(case.name, move || {
            if matches!(case.needs, Needs::LowPorts) && !has_low_ports {
                return Ok(Completion::ignored_with(
                    "this user may not serve on ports below 1024",
                ));
            }
            (case.run)();
            Ok(Completion::Completed)
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
