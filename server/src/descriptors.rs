//! How many descriptors the server may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets this process open as many descriptors as it may ask for: each command that runs takes about ten of them. Gives
/// what it might open before, for what it starts; `None` is without a bound.
pub fn raise() -> Option<u64> {
    let before = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: before.maximum,
        maximum: before.maximum,
    };
    // Where it cannot, fewer commands run at once, and those that do not fit are told why.
    let _as_before = setrlimit(Resource::Nofile, raised);
    before.current
}
