//! What somebody has written stays, where nothing is remembered of the file, too.

use super::*;

/// A hook of ours at an event that `install` does not write.
const BY_HAND: &str = r#"{"hooks":{"PermissionRequest":[{"matcher":"Bash","hooks":[{"type":"command","command":"'/opt/execpolicy' hook claude-code"}]}]}}"#;

#[test]
fn what_the_person_has_set_at_another_event_stays() {
    let home = Home::of(Agent::ClaudeCode, Some(BY_HAND));
    install(&home, Agent::ClaudeCode, &command(Agent::ClaudeCode));
    let installed = home.text().unwrap();
    assert!(
        installed.contains("PermissionRequest") && installed.contains("PreToolUse"),
        "{installed}"
    );
    uninstall(&home, Agent::ClaudeCode);
    assert_eq!(home.text().as_deref(), Some(BY_HAND));
    // Nor does it go where nothing is remembered.
    uninstall(&home, Agent::ClaudeCode);
    assert_eq!(home.text().as_deref(), Some(BY_HAND));
}

#[test]
fn lists_that_were_empty_stay_after_an_edit() {
    let before = "{\n  \"hooks\": {\n    \"PreToolUse\": []\n  },\n  \"a\": 1\n}\n";
    let home = Home::of(Agent::ClaudeCode, Some(before));
    for _ in 0..2 {
        install(&home, Agent::ClaudeCode, &command(Agent::ClaudeCode));
        let edited = home.text().unwrap().replace("\"a\": 1", "\"a\": 2");
        fs::write(&home.path, edited).unwrap();
    }
    uninstall(&home, Agent::ClaudeCode);
    assert_eq!(home.text(), Some(before.replace("\"a\": 1", "\"a\": 2")));
}

#[test]
fn what_others_have_on_one_line_stays_on_it() {
    for before in [
        r#"{"a":1}"#,
        r#"{ "a": [1,  2], "b": {} }"#,
        "  {\"a\":1}\n",
        "{}",
        "{\n  \"a\":  1\n}",
        "{\n\t\"a\": 1, // mine\n\t\"b\": {}\n}\n",
    ] {
        let home = Home::of(Agent::ClaudeCode, Some(before));
        install(&home, Agent::ClaudeCode, &command(Agent::ClaudeCode));
        assert_eq!(
            home.installation(Agent::ClaudeCode).flaws().unwrap(),
            Vec::<String>::new()
        );
        assert_eq!(home.installation(Agent::ClaudeCode).commands().unwrap().len(), 1);
        // As with another state directory.
        fs::remove_dir_all(home.root.path().join("state")).unwrap();
        uninstall(&home, Agent::ClaudeCode);
        assert_eq!(home.text().as_deref(), Some(before));
    }
    let home = Home::of(Agent::ClaudeCode, Some(r#"{"a":1}"#));
    for _ in 0..2 {
        install(&home, Agent::ClaudeCode, &command(Agent::ClaudeCode));
        let edited = home.text().unwrap().replace("\"a\":1", "\"a\":2");
        fs::write(&home.path, edited).unwrap();
    }
    uninstall(&home, Agent::ClaudeCode);
    assert_eq!(home.text().as_deref(), Some(r#"{"a":2}"#));
}
