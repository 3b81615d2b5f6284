//! The options that a question offers, and those of them that are chosen.

mod words;

use serde_json::{Value, json};

use crate::ask::Reply;
use crate::message::{Fields, Id};
use words::{is_for_once, lasts};

/// The options that may be chosen. One that would be remembered never is.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Options {
    allow_once: Option<String>,
    reject_once: Option<String>,
}

impl Options {
    /// Of the list that is offered; `None` where one of them is not understood, or two have one name.
    pub(super) fn read(items: &[Value]) -> Option<Self> {
        let mut names = Vec::new();
        let mut allowing = Vec::new();
        let mut rejecting = Vec::new();
        for item in items {
            let option = item.as_object()?;
            let name = option.text("optionId")?;
            if names.contains(&name) || !option.says_only(&["optionId", "name", "kind", "_meta"]) {
                return None;
            }
            names.push(name);
            let shown = option.text("name").unwrap_or_default();
            match option.text("kind")? {
                "allow_once" => allowing.push((name, is_for_once(name, shown))),
                "reject_once" => rejecting.push((name, !lasts(name, shown))),
                _ => {}
            }
        }
        Some(Self {
            allow_once: only(&allowing),
            reject_once: only(&rejecting),
        })
    }

    /// The answers.
    pub(super) fn reply(self, id: &Id, can_be_allowed: bool) -> Reply {
        let selected = |option: String| json!({"outcome": "selected", "optionId": option});
        let allow_once = self.allow_once.filter(|_| can_be_allowed);
        let yes = allow_once
            .map(|option| json!({"jsonrpc": "2.0", "id": id, "result": {"outcome": selected(option)}}));
        let no = self.reject_once.map(|option| {
            let result = json!({"outcome": selected(option), "_meta": {"execpolicy": {"reason": ""}}});
            json!({"jsonrpc": "2.0", "id": id, "result": result})
        });
        Reply {
            yes,
            no,
            reason: Some("/result/_meta/execpolicy/reason"),
        }
    }
}

/// The only one of a kind, where it is for once: which of two is meant is not known.
fn only(found: &[(&str, bool)]) -> Option<String> {
    match found {
        [(name, true)] => Some((*name).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_is_never_chosen_and_what_is_ambiguous_neither() {
        let chosen = |options: Value| {
            let options = Options::read(options.as_array().unwrap());
            options.map(|options| (options.allow_once, options.reject_once))
        };
        let option = |id: &str, name: &str, kind: &str| json!({"optionId": id, "name": name, "kind": kind});
        let (yes, no) = (
            option("y", "Allow", "allow_once"),
            option("n", "Reject", "reject_once"),
        );
        let both = Some((Some("y".to_owned()), Some("n".to_owned())));
        let neither = Some((None, None));
        for (options, wanted) in [
            (json!([yes, no]), both.clone()),
            (
                json!([
                    no,
                    option("a", "Always", "allow_always"),
                    yes,
                    option("x", "?", "_custom")
                ]),
                both,
            ),
            (json!([]), neither.clone()),
            (
                json!([
                    option("a", "Always", "allow_always"),
                    option("r", "Never", "reject_always")
                ]),
                neither.clone(),
            ),
            (
                json!([
                    option("y", "Allow always", "allow_once"),
                    option("always", "No", "reject_once")
                ]),
                neither.clone(),
            ),
            (
                json!([
                    option("y", "Yes, don't ask again", "allow_once"),
                    option("n", "for this Session", "reject_once")
                ]),
                neither.clone(),
            ),
            (
                json!([
                    yes,
                    option("z", "Allow", "allow_once"),
                    no,
                    option("m", "No", "reject_once")
                ]),
                neither.clone(),
            ),
            (
                json!([
                    option("y", "Yes, don't ask me again", "allow_once"),
                    option("n", "No, never", "reject_once")
                ]),
                neither.clone(),
            ),
            (
                json!([
                    option("y", "Yes, all edits", "allow_once"),
                    option("n", "Block permanently", "reject_once")
                ]),
                neither.clone(),
            ),
            (
                json!([
                    option("allow_all", "Yes", "allow_once"),
                    option("n", "No, for every call", "reject_once")
                ]),
                neither,
            ),
            (
                json!([
                    option("allow", "Allow this call", "allow_once"),
                    option("n", "No, and say what to do differently (esc)", "reject_once")
                ]),
                Some((Some("allow".to_owned()), Some("n".to_owned()))),
            ),
            (json!([yes, option("y", "Always", "allow_always")]), None),
            (json!([yes, "n"]), None),
            (json!([yes, {"optionId": "n", "name": "No"}]), None),
            (
                json!([yes, {"optionId": 7, "name": "No", "kind": "reject_once"}]),
                None,
            ),
            (
                json!([{"optionId": "y", "name": "Allow", "kind": "allow_once", "remember": true}]),
                None,
            ),
        ] {
            assert_eq!(chosen(options.clone()), wanted, "{options}");
        }
    }
}
