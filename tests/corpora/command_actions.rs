//! What a person is shown of a command, beside what openai/codex shows.

use execpolicy::{Context, Dialect, Directory};
use gatekeeper::{Command, CommandAction, Defaults, Gatekeeper};
use libtest_mimic::Failed;
use serde_json::{Value as Json, json};
use support::corpora::Corpora;

/// How many of its cases may be told in another way. `docs/actions.md` says in which ways, and why.
const DIFFERENT: usize = 13;

/// Most cases are told as there; those that are not are printed.
#[expect(clippy::print_stderr, reason = "the differences are the point of the test")]
pub(crate) fn actions_are_told_as_by_codex(corpora: &Corpora) -> Result<(), Failed> {
    let rows = corpora
        .rows("codex_tests.jsonl.gz")
        .map_err(|error| Failed::from(error.to_string()))?;
    let gatekeeper = Gatekeeper::of(&[], Defaults::BuiltIn)
        .map_err(|error| Failed::from(format!("{:?}", error.findings)))?;
    let context = Context {
        workspace: Some("/w/repo".into()),
        cwd: Directory::Known("/w/repo".into()),
        home: Some("/home/user".into()),
        ..Context::default()
    };
    let text = |row: &Json, field: &str| row.get(field).and_then(Json::as_str).map(str::to_owned);
    let (mut cases, mut different) = (0_usize, 0_usize);
    for row in rows
        .iter()
        .filter(|row| text(row, "api").as_deref() == Some("parse_command"))
    {
        cases = cases.saturating_add(1);
        let words: Vec<&str> = match row.get("argv") {
            Some(Json::Array(words)) => words.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let command = text(row, "command").filter(|_| words.is_empty());
        let command = match &command {
            Some(text) => Command::of_text(text, Dialect::Bash),
            None => Command::of_argv(&words),
        };
        let judgement = gatekeeper.judge(command, &context);
        let told = gatekeeper.actions(&judgement, &context);
        let told: Vec<Json> = told.iter().map(shown).collect();
        let expected: Vec<Json> = match row.get("expected") {
            Some(Json::Array(expected)) => expected.iter().map(without_command).collect(),
            _ => Vec::new(),
        };
        if told != expected {
            different = different.saturating_add(1);
            let command = judgement.command().source().text();
            eprintln!(
                "{command}\n    is told as {}\n    and there as {}",
                json!(told),
                json!(expected)
            );
        }
    }
    eprintln!("{different} of {cases} cases are told in another way");
    if different > DIFFERENT {
        return Err(Failed::from(format!(
            "{different} of {cases} cases, more than {DIFFERENT}"
        )));
    }
    Ok(())
}

/// An action, in the form of the cases.
fn shown(action: &CommandAction) -> Json {
    match action {
        CommandAction::Read { name, path, .. } => json!({"kind": "Read", "name": name, "path": path}),
        CommandAction::ListFiles { path, .. } => json!({"kind": "ListFiles", "path": path}),
        CommandAction::Search { query, path, .. } => json!({"kind": "Search", "path": path, "query": query}),
        CommandAction::Unknown { .. } => json!({"kind": "Unknown"}),
    }
}

/// What a case expects; the text of the part is spelled anew there.
fn without_command(expected: &Json) -> Json {
    let mut expected = expected.clone();
    if let Json::Object(fields) = &mut expected {
        fields.remove("cmd");
    }
    expected
}
