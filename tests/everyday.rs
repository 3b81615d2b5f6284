//! What people and agents do all day, done in `execpolicy sandbox`: it passes unchanged, or fails as it should.
//!
//! Each case is a script that its user runs outside, with the sandbox as one of its commands, and that exits with 0 if
//! all was as it should be.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

#[path = "everyday/attempts.rs"]
mod attempts;
#[path = "launcher/binary.rs"]
mod binary;
#[path = "everyday/case.rs"]
mod case;
#[path = "everyday/endings.rs"]
mod endings;
#[path = "everyday/git.rs"]
mod git;
#[path = "launcher/heard.rs"]
mod heard;
#[path = "everyday/places.rs"]
mod places;
#[path = "everyday/programs.rs"]
mod programs;
#[path = "launcher/user.rs"]
mod user;

use user::User;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if let Err(error) = binary::binary() {
        let failed = vec![Trial::test("the binary can be copied", move || Err(error.into()))];
        return libtest_mimic::run(&arguments, failed).exit_code();
    }
    let cases = [
        git::CASES,
        programs::CASES,
        places::CASES,
        endings::CASES,
        attempts::CASES,
    ]
    .concat();
    let mut trials = Vec::new();
    for user in User::all() {
        for case in &cases {
            let case = *case;
            let name = format!("{}, {}", case.name, user.name());
            let reason = user
                .cannot()
                .or_else(case::no_namespaces)
                .or_else(|| case.lacks(user));
            trials.push(match reason {
                Some(reason) => {
                    Trial::test(format!("{name}: SKIPPED, {reason}"), || Ok(())).with_ignored_flag(true)
                }
                None => Trial::test(name, move || case.hold(user)),
            });
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    binary::remove();
    conclusion.exit_code()
}
