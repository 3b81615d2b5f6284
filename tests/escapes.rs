//! Attempts to get out of `execpolicy sandbox`, and ordinary work in it: each row says which of both it is, and the
//! host is asked afterwards whether it happened.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use support::corpora::Corpora;

#[path = "escapes/ground.rs"]
mod ground;
#[path = "escapes/row.rs"]
mod row;

use ground::User;
use row::Row;

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
    if let Err(error) = ground::binary() {
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
            trials.push(match row.needs(user).or_else(|| user.cannot()) {
                Some(reason) => {
                    Trial::test(format!("{name}: SKIPPED, {reason}"), || Ok(())).with_ignored_flag(true)
                }
                None => Trial::test(name, move || row.hold(user)),
            });
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
