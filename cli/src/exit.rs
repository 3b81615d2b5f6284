//! What the exit status says.

use std::process::{ExitCode, Termination};

use gatekeeper::Decision;

/// How a call ends. For `check` and `explain` anything that is not [`Exit::Decided`] with an allow is not an allow; only
/// help, the version and a batch share its status.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    /// 0: there was nothing to decide (help), or every request of a batch has its verdict.
    Done,
    /// 0 allow, 10 prompt, 20 forbidden.
    Decided(Decision),
    /// 2: wrong usage.
    Usage,
    /// The status of a command that was run.
    Child(u8),
    /// What an agent takes for the answer of its hook.
    Hook(u8),
    /// 125: a command could not be confined or started.
    NotStarted,
    /// 126: a command was forbidden, nobody said yes to it, or it is not what was judged any more.
    Refused,
    /// 127: there is no such program.
    NotFound,
    /// 1: a policy that did not load, a request of a batch that could not be read, or an own failure.
    Failed,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done | Self::Decided(Decision::Allow) => 0,
            Self::Child(status) | Self::Hook(status) => status,
            Self::NotStarted => 125,
            Self::Refused => 126,
            Self::NotFound => 127,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Decided(Decision::Prompt) => 10,
            Self::Decided(Decision::Forbidden) => 20,
        })
    }
}
