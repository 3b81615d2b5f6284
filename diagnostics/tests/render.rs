//! What people and programs see of a finding.

use diagnostics::render::{Colours, concise, human, json, to_json};
use diagnostics::{Code, Diagnostic, Severity, Source, Span};

fn two_sources() -> Diagnostic {
    let command = Source::new("command", "cd build && sudo rm -rf /");
    let policy = Source::new(
        "files.codexpolicy",
        "# files\nprefix_rule(\n    [\"rm\", \"-rf\"],\n    decision = \"forbidden\",\n)\n",
    );
    Diagnostic::new(Code(3001), Severity::Error, "`rm -rf /` is forbidden")
        .at(&command, Span::new(17, 25), "forbidden here")
        .beside(&policy, Span::new(8, 70), "by this rule")
        .note("deletes the file system")
        .help("name the directory you mean")
}

#[test]
fn people_see_the_command_and_the_policy_line() {
    insta::assert_snapshot!(human(&[two_sources()], Colours::Plain), @r#"
    error[EP3001]: `rm -rf /` is forbidden
     --> command:1:18
      |
    1 |   cd build && sudo rm -rf /
      |                    ^^^^^^^^ forbidden here
      |
     ::: files.codexpolicy:2:1
      |
    2 | / prefix_rule(
    3 | |     ["rm", "-rf"],
    4 | |     decision = "forbidden",
    5 | | )
      | |__- by this rule
      |
      = note: deletes the file system
      = help: name the directory you mean
    "#);
}

#[test]
fn one_line_names_place_code_and_message() {
    insta::assert_snapshot!(concise(&two_sources()), @"command:1:18: EP3001 `rm -rf /` is forbidden (deletes the file system) -> name the directory you mean [files.codexpolicy:2:1]");
}

#[test]
fn programs_read_json() {
    insta::assert_snapshot!(json(&two_sources()), @r#"{"code":"EP3001","severity":"error","message":"`rm -rf /` is forbidden","labels":[{"source":"command","line":1,"column":18,"span":[17,25],"role":"primary","text":"forbidden here"},{"source":"files.codexpolicy","line":2,"column":1,"span":[8,70],"role":"context","text":"by this rule"}],"notes":["deletes the file system"],"help":["name the directory you mean"]}"#);
}

#[test]
fn several_lines_and_labels_of_one_source_share_an_excerpt() {
    let script = Source::new("command", "ls\nrm a\nls\nls\nls\nls\nls\nls\nrm b\n");
    let finding = Diagnostic::new(Code(3002), Severity::Warning, "two removals")
        .at(&script, Span::new(3, 7), "one")
        .at(&script, Span::new(26, 30), "two");
    insta::assert_snapshot!(human(&[finding.clone(), finding], Colours::Plain), @r#"
    warning[EP3002]: two removals
     --> command:2:1
      |
    2 | rm a
      | ^^^^ one
    ...
    9 | rm b
      | ^^^^ two

    warning[EP3002]: two removals
     --> command:2:1
      |
    2 | rm a
      | ^^^^ one
    ...
    9 | rm b
      | ^^^^ two
    "#);
}

#[test]
fn hidden_characters_are_shown_and_the_underline_stays() {
    let script = Source::new("com\u{202e}mand", "echo \u{1b}[2J\u{202e}\u{200b}; rm\tx\r\nls");
    let finding = Diagnostic::new(Code(3002), Severity::Warning, "odd \u{1b}[31mtext\nhere")
        .at(&script, Span::new(17, 21), "\u{7} this")
        .note("\u{feff}note")
        .help("help\rme");
    let shown = human(std::slice::from_ref(&finding), Colours::Plain);
    insta::assert_snapshot!(shown, @r#"
    warning[EP3002]: odd \u{1b}[31mtext\nhere
     --> com\u{202e}mand:1:14
      |
    1 | echo \u{1b}[2J\u{202e}\u{200b}; rm    x\r
      |                                 ^^^^^^^ \u{7} this
      |
      = note: \u{feff}note
      = help: help\rme
    "#);
    let line = concise(&finding);
    let object = json(&finding);
    for text in [shown.replace('\n', ""), line, object] {
        assert!(!text.chars().any(char::is_control), "{text:?}");
        assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{feff}']), "{text:?}");
    }
}

#[test]
fn json_escapes_lose_nothing() {
    for text in [
        "plain",
        "é 漢 🦀",
        "\u{0}\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}\"\\\n",
        "\u{feff}",
    ] {
        let written = to_json(text);
        assert_eq!(
            serde_json::from_str::<String>(&written).unwrap(),
            text,
            "{written}"
        );
    }
}

#[test]
fn colours_only_when_told() {
    let finding = [two_sources()];
    assert!(human(&finding, Colours::Ansi).contains("\u{1b}["));
    assert!(!human(&finding, Colours::Plain).contains('\u{1b}'));
}

#[test]
fn a_megabyte_is_shown_in_a_screenful() {
    for text in [
        "x".repeat(1_000_000),
        "x\n".repeat(500_000),
        "\u{202e}".repeat(300_000),
    ] {
        let script = Source::new("command", text);
        let finding = Diagnostic::new(Code(101), Severity::Warning, "long").at(
            &script,
            Span::new(0, u32::MAX),
            "all of it",
        );
        let shown = human(&[finding], Colours::Plain);
        assert!(shown.len() < 20_000, "{} bytes", shown.len());
    }
}

#[test]
fn nothing_gives_nothing() {
    assert_eq!(human(&[], Colours::Plain), "");
}
