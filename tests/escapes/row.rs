//! One attempt, and how it is held against what really happened.

use std::path::Path;

use libtest_mimic::Failed;
use serde_json::Value;

use super::ground::Ground;
use super::user::User;

/// One attempt.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) id: String,
    category: String,
    probe: String,
    expected: Expected,
    check: Check,
}

/// What is to happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Expected {
    Denied,
    Allowed,
    Either,
}

/// How one sees whether it happened.
#[derive(Clone, Debug)]
enum Check {
    /// It happened if the probe exits with 0.
    Exit,
    /// It happened if this command, run outside afterwards, does.
    Host(String),
}

impl Row {
    /// Reads a row of a collection.
    pub(crate) fn read(row: &Value) -> Result<Self, String> {
        let text = |name: &str| row.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        let id = text("id").ok_or("it has no id")?;
        let is_either = row.get("either").and_then(Value::as_bool).unwrap_or(false);
        let expected = match text("expected").as_deref() {
            _ if is_either => Expected::Either,
            Some("denied") => Expected::Denied,
            Some("allowed") => Expected::Allowed,
            Some("either") => Expected::Either,
            other => return Err(format!("{id}: {other:?} is no expectation")),
        };
        let check = match text("check").as_deref() {
            Some("exit") => Check::Exit,
            Some(other) => match other.strip_prefix("host: ") {
                Some(command) => Check::Host(command.to_owned()),
                None => return Err(format!("{id}: {other} is no check")),
            },
            None => return Err(format!("{id}: it has no check")),
        };
        let probe = text("probe").ok_or("it has no probe")?;
        let category = text("category").ok_or("it has no category")?;
        Ok(Self {
            id,
            category,
            probe,
            expected,
            check,
        })
    }

    /// What it needs that this host has not.
    pub(crate) fn needs(&self, user: User) -> Option<String> {
        let tools = [
            ("/usr/bin/python3", "/usr/bin/python3"),
            ("node ", "/usr/bin/node"),
            ("npm ", "/usr/bin/npm"),
        ];
        if self.probe.contains("cargo ") && user == User::Ordinary {
            return Some("the compiler may be in a home that user 1000 does not read".to_owned());
        }
        for (word, file) in tools {
            if self.probe.contains(word) && !Path::new(file).exists() {
                return Some(format!("there is no {file}"));
            }
        }
        // A bound on processes is not part of the profile; it has a test of its own.
        (self.id == "proc-12").then(|| "the profile bounds no processes".to_owned())
    }

    /// Tries it where there are no namespaces and the lower tier is accepted: what happens and should not is a hole that
    /// the report names.
    pub(crate) fn is_named_hole(&self, user: User) -> Result<(), Failed> {
        let ground = Ground::prepare(user).map_err(|error| format!("the ground: {error}"))?;
        let (probed, holes) = ground
            .confined_less(&self.probe)
            .map_err(|error| format!("the probe: {error}"))?;
        if probed.status == Some(125) {
            return Err(format!("nothing was run: {}", probed.text).into());
        }
        if self.expected != Expected::Denied || !self.happened(&ground, probed.status)? {
            return Ok(());
        }
        let fitting: &[&str] = match self.category.as_str() {
            "fs-meta" => &["attributes"],
            // A commit, of the ordinary ones, writes what is protected.
            "protect" | "legit" => &["protected"],
            "net" => &["sockets"],
            "proc" => &["processes"],
            "leak" => &["scratch", "hidden", "processes"],
            _ => &[],
        };
        if fitting
            .iter()
            .any(|protection| holes.iter().any(|hole| hole == protection))
        {
            Ok(())
        } else {
            Err(format!(
                "a hole that {holes:?} do not name: {}\n{}",
                self.probe, probed.text
            )
            .into())
        }
    }

    /// Whether it happened.
    fn happened(&self, ground: &Ground, status: Option<i32>) -> Result<bool, Failed> {
        match &self.check {
            Check::Exit => Ok(status == Some(0)),
            Check::Host(command) => ground.outside(command).map_err(|error| error.to_string().into()),
        }
    }

    /// Tries it, and fails if it happened and should not have, or the other way round.
    pub(crate) fn hold(&self, user: User) -> Result<(), Failed> {
        let ground = Ground::prepare(user).map_err(|error| format!("the ground: {error}"))?;
        let probed = ground
            .confined(&self.probe)
            .map_err(|error| format!("the probe: {error}"))?;
        if probed.status == Some(125) {
            return Err(format!("nothing was run: {}", probed.text).into());
        }
        let happened = self.happened(&ground, probed.status)?;
        match (self.expected, happened) {
            (Expected::Denied, true) => Err(format!("a hole: {}\n{}", self.probe, probed.text).into()),
            (Expected::Allowed, false) => {
                Err(format!("over-blocked: {}\n{}", self.probe, probed.text).into())
            }
            (Expected::Denied | Expected::Either, _) | (Expected::Allowed, true) => Ok(()),
        }
    }
}
