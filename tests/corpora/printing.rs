//! The canonical text of real commands.

use libtest_mimic::Failed;
use serde_json::Value;
use support::corpora::Corpora;
use support::properties::prints_as_itself;

/// Every command without a gap is printed as a text that is read as the same script.
pub(crate) fn real_commands_print_as_themselves(corpora: &Corpora) -> Result<(), Failed> {
    let collections = [
        "agent_commands.jsonl.gz",
        "human_oneliners.jsonl.gz",
        "ci_build_commands.jsonl.gz",
        "parse_cases.jsonl",
    ];
    let mut failed = Vec::new();
    for name in collections {
        let rows = corpora
            .rows(name)
            .map_err(|error| Failed::from(error.to_string()))?;
        for row in &rows {
            let text = row.get("command").or_else(|| row.get("script"));
            let text = text.and_then(Value::as_str).unwrap_or_default();
            if std::panic::catch_unwind(|| prints_as_itself(text)).is_err() {
                failed.push(text.to_owned());
            }
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(failed.join("\n")))
    }
}
