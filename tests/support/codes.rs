//! Every code that a finding may carry.

use diagnostics::Code;
use execpolicy::LoadCode;
use shell_parser::GapReason;

/// All codes, sorted.
pub fn all() -> Vec<Code> {
    let mut codes: Vec<Code> = GapReason::ALL.iter().map(|reason| reason.code()).collect();
    codes.extend(LoadCode::ALL.iter().map(|code| code.code()));
    codes.extend(gatekeeper::codes::ALL);
    codes.sort();
    codes
}
