//! What is put into a settings file is taken out again, and everything else stays.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, chown};

use super::*;

mod kept;

const COMMAND: &str = "'/opt/a b/execpolicy' hook";

fn command(agent: Agent) -> String {
    format!("{COMMAND} {} --confinement workspace-write", agent.name())
}

/// Those that have a settings file.
fn agents() -> impl Iterator<Item = Agent> {
    Agent::ALL.into_iter().filter(|agent| agent.settings().is_some())
}

/// A home directory with this settings file.
struct Home {
    root: tempfile::TempDir,
    path: PathBuf,
}

impl Home {
    fn of(agent: Agent, text: Option<&str>) -> Self {
        let root = tempfile::tempdir().unwrap();
        let path = Installation::place(agent, &root.path().join("home"), None, |_| None).unwrap();
        fs::create_dir(root.path().join("home")).unwrap();
        if let Some(text) = text {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        }
        Self { root, path }
    }

    fn installation(&self, agent: Agent) -> Installation {
        Installation::at(agent, &self.path, &self.root.path().join("state")).unwrap()
    }

    fn text(&self) -> Option<String> {
        fs::read_to_string(&self.path).ok()
    }
}

fn install(home: &Home, agent: Agent, command: &str) {
    let installation = home.installation(agent);
    let change = installation.install(command).unwrap();
    installation.write(&change).unwrap();
}

fn uninstall(home: &Home, agent: Agent) {
    let installation = home.installation(agent);
    let change = installation.uninstall().unwrap();
    installation.write(&change).unwrap();
}

fn is_shared(agent: Agent) -> bool {
    matches!(agent.settings().unwrap().content, Content::Shared { .. })
}

/// Settings that somebody has written by hand.
fn commented() -> String {
    "// mine\n{\n\t\"a\": [1,2 , 3], /* odd */\n  \"hooks\" : {\"Stop\":[ {\"x\":\"y\"} ]},\n\n\"z\": \"\\u00e4\"   }\n\n\n// end".to_owned()
}

fn large() -> String {
    let entries: Vec<String> = (0..3_000)
        .map(|number| format!("    \"key {number}\": {{\"value\": [{number}, \"x\"]}}"))
        .collect();
    format!("{{\n{}\n}}", entries.join(",\n"))
}

#[test]
fn what_is_installed_is_undone_to_the_byte() {
    for agent in agents() {
        let mut befores = vec![None];
        if is_shared(agent) {
            befores.extend([
                Some(String::new()),
                Some("{}".to_owned()),
                Some(commented()),
                Some(large()),
            ]);
        }
        for before in befores {
            let home = Home::of(agent, before.as_deref());
            let wanted = command(agent);
            install(&home, agent, &wanted);
            let commands = home.installation(agent).commands().unwrap();
            assert!(!commands.is_empty(), "{}: {:?}", agent.name(), home.text());
            assert!(commands.iter().all(|command| *command == wanted), "{commands:?}");
            // Once more, with something else: it is there once, and what is gone back to is the same.
            let other = format!("{COMMAND} {}", agent.name());
            install(&home, agent, &other);
            let again = home.installation(agent).commands().unwrap();
            assert_eq!(again.len(), commands.len(), "{}", agent.name());
            assert!(again.iter().all(|command| *command == other), "{again:?}");
            if before.is_some() {
                let mode = home.path.metadata().unwrap().permissions().mode() & 0o777;
                assert_eq!(mode, 0o640, "{}", agent.name());
            }
            uninstall(&home, agent);
            assert_eq!(home.text(), before, "{}", agent.name());
            let left: Vec<_> = fs::read_dir(home.root.path().join("home")).unwrap().collect();
            assert_eq!(left.len(), usize::from(before.is_some()), "{left:?}");
        }
    }
}

#[test]
fn everything_else_stays_where_it_is() {
    let home = Home::of(Agent::ClaudeCode, Some(&commented()));
    install(&home, Agent::ClaudeCode, &command(Agent::ClaudeCode));
    let text = home.text().unwrap();
    for kept in [
        "// mine\n{\n\t\"a\": [1,2 , 3], /* odd */\n",
        "\"Stop\":[ {\"x\":\"y\"} ]",
        "\"z\": \"\\u00e4\"   }\n\n\n// end",
    ] {
        assert!(text.contains(kept), "{text}");
    }
    assert!(text.contains("\"onFailure\": \"block\""), "{text}");
}

#[test]
fn what_was_changed_since_stays_and_the_hook_goes() {
    for agent in agents().filter(|agent| is_shared(*agent)) {
        let home = Home::of(
            agent,
            Some("{\n  \"hooks\": {\"Stop\": [{\"command\": \"mine\"}]}\n}\n"),
        );
        install(&home, agent, &command(agent));
        let text = home.text().unwrap();
        let changed = text.replacen('{', "{\n  // since\n  \"more\": true,", 1);
        fs::write(&home.path, &changed).unwrap();
        uninstall(&home, agent);
        let text = home.text().unwrap();
        assert!(text.contains("// since") && text.contains("mine"), "{text}");
        assert!(!text.contains("execpolicy"), "{}: {text}", agent.name());
        assert_eq!(home.installation(agent).commands().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn a_hook_that_shares_a_group_with_ours_stays() {
    let home = Home::of(Agent::ClaudeCode, None);
    install(&home, Agent::ClaudeCode, &command(Agent::ClaudeCode));
    let text = home.text().unwrap();
    let changed = text.replacen("\"hooks\": [", "\"hooks\": [{\"command\": \"mine\"},", 1);
    assert_ne!(text, changed);
    fs::write(&home.path, &changed).unwrap();
    uninstall(&home, Agent::ClaudeCode);
    let text = home.text().unwrap();
    assert!(
        text.contains("mine") && text.contains("matcher") && !text.contains("execpolicy"),
        "{text}"
    );
}

#[test]
fn another_agents_hook_and_what_looks_like_ours_stay() {
    let theirs = "{\"hooks\": {\"PreToolUse\": [{\"command\": \"'/x/execpolicy' hook codex\"}, {\"command\": \"my-execpolicy hook claude-code\"}]}}";
    let home = Home::of(Agent::ClaudeCode, Some(theirs));
    assert_eq!(
        home.installation(Agent::ClaudeCode).commands().unwrap(),
        Vec::<String>::new()
    );
    uninstall(&home, Agent::ClaudeCode);
    assert_eq!(home.text().as_deref(), Some(theirs));
}

#[test]
fn what_is_not_understood_is_not_touched() {
    for agent in agents() {
        let texts: &[&str] = if is_shared(agent) {
            &[
                "[]",
                "{",
                "{\"hooks\": []}",
                "{hooks: {}}",
                "{'hooks': {}}",
                "text",
                "{} {}",
                "\u{feff}{}x",
            ]
        } else {
            &["", "#!/bin/sh\nexit 0\n"]
        };
        for text in texts {
            let home = Home::of(agent, Some(text));
            let error = home.installation(agent).install(&command(agent)).unwrap_err();
            assert!(
                error.to_string().contains("is left as it is: it is not"),
                "{error}"
            );
            assert_eq!(home.text().as_deref(), Some(*text));
        }
    }
    let home = Home::of(Agent::ClaudeCode, Some("{\"hooks\": {\"PreToolUse\": {}}}"));
    let error = home
        .installation(Agent::ClaudeCode)
        .install("x")
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("it is not understood: `hooks.PreToolUse` is not a list"),
        "{error}"
    );
}

#[test]
fn a_command_that_would_end_the_script_around_it_is_not_written() {
    for agent in agents().filter(|agent| !is_shared(*agent)) {
        let home = Home::of(agent, None);
        for path in ["/a`b", "/a${b}", "/a\\", "/a\nb"] {
            let error = home
                .installation(agent)
                .install(&format!("'{path}' hook {}", agent.name()));
            assert!(error.unwrap_err().to_string().contains("cannot be written there"));
        }
    }
}

#[test]
fn links_are_followed_and_stay_links() {
    let home = Home::of(Agent::ClaudeCode, None);
    let real = home.root.path().join("dotfiles.json");
    fs::write(&real, "{}").unwrap();
    fs::create_dir_all(home.path.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&real, &home.path).unwrap();
    install(&home, Agent::ClaudeCode, &command(Agent::ClaudeCode));
    assert!(home.path.is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("execpolicy"));
    uninstall(&home, Agent::ClaudeCode);
    assert_eq!(fs::read_to_string(&real).unwrap(), "{}");
}

#[test]
fn a_change_that_is_overtaken_is_not_written() {
    let home = Home::of(Agent::ClaudeCode, Some("{}"));
    let installation = home.installation(Agent::ClaudeCode);
    let change = installation.install(&command(Agent::ClaudeCode)).unwrap();
    fs::write(&home.path, "{\"a\": 1}").unwrap();
    let error = installation.write(&change).unwrap_err().to_string();
    assert!(
        error.ends_with("cannot be changed: it was changed meanwhile"),
        "{error}"
    );
    assert_eq!(home.text().as_deref(), Some("{\"a\": 1}"));
}

#[test]
fn a_hook_that_would_not_run_is_neither_written_nor_taken_for_installed() {
    let agent = Agent::ClaudeCode;
    for (before, why) in [
        (
            r#"{"hooks":{},"hooks":{"PostToolUse":[]}}"#,
            "`hooks` stands there twice",
        ),
        (
            r#"{"hooks":{},"h\u006foks":{"PostToolUse":[]}}"#,
            "`hooks` stands there twice",
        ),
        (
            r#"{"hooks":{"PreToolUse":[],"PreToolUse":[]}}"#,
            "`PreToolUse` stands there twice",
        ),
        (r#"{"disableAllHooks":true}"#, "`disableAllHooks` stands there"),
    ] {
        let home = Home::of(agent, Some(before));
        let refused = home
            .installation(agent)
            .install(&command(agent))
            .unwrap_err()
            .to_string();
        assert!(refused.contains(why), "{before}: {refused}");
        assert_eq!(home.text().as_deref(), Some(before));
    }
    let home = Home::of(agent, Some("{}"));
    install(&home, agent, &command(agent));
    let text = home.text().unwrap();
    for (added, why) in [
        (r#"{"disableAllHooks": true,"#, "`disableAllHooks` stands there"),
        (r#"{"hooks": {},"#, "`hooks` stands there twice"),
    ] {
        fs::write(&home.path, text.replacen('{', added, 1)).unwrap();
        let refused = home.installation(agent).commands().unwrap_err().to_string();
        assert!(refused.contains(why), "{added}: {refused}");
    }
    fs::write(&home.path, text.replacen('{', r#"{"disableAllHooks": false,"#, 1)).unwrap();
    assert_eq!(home.installation(agent).commands().unwrap().len(), 1);
}

#[test]
fn a_settings_file_stays_whose_it_was() {
    for agent in agents().filter(|agent| is_shared(*agent)) {
        let home = Home::of(agent, Some("{}"));
        // Only root can give a file away.
        let is_root = chown(&home.path, Some(61234), Some(61235)).is_ok();
        fs::set_permissions(&home.path, Permissions::from_mode(0o2604)).unwrap();
        let attribute =
            rustix::fs::setxattr(&home.path, "user.mine", b"yes", rustix::fs::XattrFlags::empty());
        let what = || {
            let found = home.path.metadata().unwrap();
            let mut value = [0; 8];
            let length = rustix::fs::getxattr(&home.path, "user.mine", value.as_mut_slice());
            let value = length.map(|length| value[..length].to_vec()).ok();
            (found.uid(), found.gid(), found.mode(), value)
        };
        let before = what();
        assert_eq!(
            (before.0 == 61234, before.3.is_some()),
            (is_root, attribute.is_ok())
        );
        install(&home, agent, &command(agent));
        assert!(home.text().unwrap().contains("execpolicy"));
        assert_eq!(what(), before, "{}", agent.name());
        uninstall(&home, agent);
        assert_eq!(home.text().as_deref(), Some("{}"));
        assert_eq!(what(), before, "{}", agent.name());
    }
}

#[test]
fn a_read_only_settings_file_is_left_alone() {
    for agent in agents() {
        let home = Home::of(agent, is_shared(agent).then_some("{}"));
        let installation = home.installation(agent);
        let refused = |result: Result<SettingsChange, InstallationError>| {
            let error = result.unwrap_err().to_string();
            assert!(error.ends_with("its owner has made it read-only"), "{error}");
        };
        let lock = || fs::set_permissions(&home.path, Permissions::from_mode(0o444)).unwrap();
        if is_shared(agent) {
            lock();
            refused(installation.install(&command(agent)));
            // Nothing is to be taken out of it.
            installation.uninstall().unwrap();
            fs::set_permissions(&home.path, Permissions::from_mode(0o644)).unwrap();
        }
        install(&home, agent, &command(agent));
        lock();
        refused(installation.uninstall());
        refused(installation.install("'/opt/other' hook x"));
    }
}
