//! Questions of the Agent Client Protocol that are not what they seem, or not understood.

use serde_json::{Value, json};

use crate::acp::{chosen, opened, run};

/// A name, and what is put where in a question that is answered with yes.
type Change = (&'static str, &'static str, &'static str, Value);

const TOP: &str = "";
const PARAMS: &str = "/params";
const CALL: &str = "/params/toolCall";
const INPUT: &str = "/params/toolCall/rawInput";
const ALLOWING: &str = "/params/options/1";

/// What changes nothing of what would run.
fn harmless() -> Vec<Change> {
    vec![
        ("a timeout", INPUT, "timeout", json!(9)),
        ("a description", INPUT, "description", json!("Says hello")),
        ("nothing in a key", INPUT, "env", json!(null)),
        ("an absolute directory", INPUT, "cwd", json!("/nowhere")),
        ("metadata", CALL, "_meta", json!({"x": {"env": 1}})),
        ("a title of its own", CALL, "title", json!("Run the tool")),
        ("its command as title", CALL, "title", json!("`tool x`")),
        ("a text as id", TOP, "id", json!("7")),
        ("a negative id", TOP, "id", json!(-7)),
        ("a large id", TOP, "id", json!(u64::MAX)),
    ]
}

/// What makes it another question, or none that is understood.
fn strange() -> Vec<Change> {
    vec![
        ("variables", INPUT, "env", json!({"LD_PRELOAD": "x"})),
        ("an input", INPUT, "stdin", json!("rm")),
        ("a shell", INPUT, "shell", json!("/bin/odd")),
        ("arguments", INPUT, "args", json!(["x"])),
        ("an unknown key", INPUT, "zzz", json!(1)),
        ("a relative directory", INPUT, "cwd", json!("x")),
        ("an empty directory", INPUT, "cwd", json!("")),
        ("no text for a directory", INPUT, "cwd", json!(1)),
        ("another command as title", CALL, "title", json!("`rm x`")),
        ("another kind", CALL, "kind", json!("read")),
        ("a kind that writes", CALL, "kind", json!("edit")),
        ("no kind", CALL, "kind", json!(null)),
        ("an unknown key of the call", CALL, "shell", json!("x")),
        ("no input", CALL, "rawInput", json!(null)),
        ("an input that is a text", CALL, "rawInput", json!("tool x")),
        ("no name", CALL, "toolCallId", json!(null)),
        ("a subject too", PARAMS, "subject", json!({"type": "x"})),
        ("another session", PARAMS, "sessionId", json!("t")),
        ("no session", PARAMS, "sessionId", json!(null)),
        ("no options", PARAMS, "options", json!([])),
        ("options that are none", PARAMS, "options", json!({})),
        (
            "an option that lasts by its name",
            ALLOWING,
            "name",
            json!("Always allow"),
        ),
        (
            "an option by the name of another",
            ALLOWING,
            "optionId",
            json!("always"),
        ),
        (
            "nothing that allows once",
            ALLOWING,
            "kind",
            json!("allow_always"),
        ),
        (
            "two that allow once",
            "/params/options/0",
            "kind",
            json!("allow_once"),
        ),
        ("null as id", TOP, "id", json!(null)),
        ("a broken number as id", TOP, "id", json!(7.5)),
        ("an object as id", TOP, "id", json!({})),
        ("another version", TOP, "jsonrpc", json!("1.0")),
        ("a result too", TOP, "result", json!({})),
        ("another method", TOP, "method", json!("session/request")),
    ]
}

#[test]
fn what_is_not_understood_passes() {
    let harmless = harmless().into_iter().map(|change| (change, Some("yes")));
    let strange = strange().into_iter().map(|change| (change, None));
    for ((name, place, key, value), wanted) in harmless.chain(strange) {
        let mut question = run(&json!("tool x"));
        question.pointer_mut(place).unwrap()[key] = value;
        let answer = opened().agent_says(&question.to_string());
        if let Some(answer) = &answer {
            assert_eq!(answer["id"], question["id"], "{name}");
        }
        assert_eq!(chosen(answer).as_deref(), wanted, "{name}");
    }
    let mut question = run(&json!("tool x"));
    let input = &mut question["params"]["toolCall"]["rawInput"];
    (input["cwd"], input["workdir"]) = (json!("/a"), json!("/b"));
    assert_eq!(opened().agent_says(&question.to_string()), None);
}

#[test]
fn a_text_that_two_readers_may_read_as_two_things_passes() {
    let whole = run(&json!("tool x")).to_string();
    for (name, line) in [
        ("a batch", format!("[{whole}]")),
        (
            "a command twice",
            whole.replace("\"command\":", "\"command\":\"rm\",\"command\":"),
        ),
        (
            "a command twice by an escape",
            whole.replace("\"command\":", "\"comm\\u0061nd\":\"rm\",\"command\":"),
        ),
        (
            "a kind twice",
            whole.replace(
                "\"kind\":\"execute\"",
                "\"kind\":\"execute\",\"kind\":\"execute\"",
            ),
        ),
        (
            "a method twice",
            whole.replace("\"method\":", "\"method\":\"x\",\"method\":"),
        ),
        ("an id twice", whole.replace("\"id\":7", "\"id\":7,\"id\":8")),
        ("two objects", format!("{whole} {whole}")),
        ("cut off", whole.trim_end_matches('}').to_owned()),
        ("a byte order mark", format!("\u{feff}{whole}")),
        ("half a character", whole.replace("tool x", "tool \\ud800")),
    ] {
        let mut ground = opened();
        assert_eq!(ground.agent_says(&line), None, "{name}");
    }
    let spaced = whole.replace(':', " : ").replace(',', "\t,  ");
    for line in [
        format!("  {spaced}\r"),
        whole.replace("session/request", "session\\/request"),
    ] {
        let answer = opened().agent_says(&line);
        assert_eq!(chosen(answer).as_deref(), Some("yes"), "{line}");
    }
}
