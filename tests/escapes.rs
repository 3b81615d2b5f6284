//! Attempts to get out of `execpolicy sandbox`, and ordinary work in it: each row says which of both it is, and the
//! host is asked afterwards whether it happened.

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use support::corpora::Corpora;

#[path = "launcher/binary.rs"]
mod binary;
#[path = "escapes/ground.rs"]
mod ground;
#[path = "launcher/heard.rs"]
mod heard;
#[path = "escapes/row.rs"]
mod row;
#[path = "launcher/user.rs"]
mod user;

use row::Row;
use user::User;

/// A trial, or why it is none.
fn trial(
    name: String,
    reason: Option<String>,
    test: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    match reason {
        Some(reason) => Trial::test(format!("{name}: SKIPPED, {reason}"), || Ok(())).with_ignored_flag(true),
        None => Trial::test(name, test),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let skipped = |reason: &str| {
        vec![Trial::test(format!("escapes: SKIPPED, {reason}"), || Ok(())).with_ignored_flag(true)]
    };
    let rows = match Corpora::find().map(|corpora| corpora.collection("escape_probes")) {
        Ok(Ok(Some(rows))) => rows,
        Ok(Ok(None)) | Err(_) => {
            return libtest_mimic::run(&arguments, skipped("there is no collection of probes")).exit_code();
        }
        Ok(Err(error)) => return libtest_mimic::run(&arguments, skipped(&error.to_string())).exit_code(),
    };
    if let Err(error) = binary::binary() {
        let failed = vec![Trial::test("the binary can be copied", move || Err(error.into()))];
        return libtest_mimic::run(&arguments, failed).exit_code();
    }
    let mut trials = Vec::new();
    for user in User::all() {
        for row in &rows {
            let row = match Row::read(row) {
                Ok(row) => row,
                Err(reason) => {
                    let reason = format!("a row that cannot be read: {reason}");
                    trials.push(Trial::test("escapes", move || Err(reason.into())));
                    continue;
                }
            };
            let name = format!("{}, {}", row.id, user.name());
            let less = format!("{name}, in tier landlock");
            let bubblewrap =
                || (!Path::new("/usr/bin/bwrap").exists()).then(|| "there is no bubblewrap".to_owned());
            let reason = row.needs(user).or_else(|| user.cannot());
            let other = row.clone();
            trials.push(trial(name, reason.clone(), move || row.hold(user)));
            trials.push(trial(less, reason.or_else(bubblewrap), move || {
                other.is_named_hole(user)
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    binary::remove();
    conclusion.exit_code()
}
