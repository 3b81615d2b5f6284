//! The tiers that this host reaches, and patience with a machine that has much else to do.

use std::thread;
use std::time::{Duration, Instant};

use sandbox::{Host, Namespaces, Tier};

/// In what time things happen that happen at once, on a machine that has much else to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until it is so, and fails where that takes too long.
#[expect(clippy::disallowed_methods, reason = "a test waits, but not for ever")]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "waited too long: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The tiers that this host reaches, with a host that reaches no more.
pub(crate) fn tiers() -> Vec<(Tier, Host)> {
    let own = Host::look();
    let poor = Host {
        namespaces: Namespaces::Absent {
            why: "for the test".to_owned(),
        },
        ..own.clone()
    };
    let all = [(Tier::Full, own), (Tier::Landlock, poor)];
    all.into_iter()
        .filter(|(tier, host)| host.tier() == *tier)
        .collect()
}
