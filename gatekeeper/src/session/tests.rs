//! What a yes is kept for, and what it is not kept for.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use execpolicy::Dialect;

use super::*;
use crate::ground::{Ground, POLICY, Person, gatekeeper, person};
use crate::{Answer, Command, Question};

fn text(text: &str) -> Command {
    Command::of_text(text, Dialect::Bash)
}

/// How often somebody is asked when they are asked about this.
fn asked(ground: &Ground, session: &Session, command: Command, person: &Person) -> u32 {
    let before = person.asked.get();
    let prepared = ground.prepare(command, None).unwrap();
    drop(session.clear(prepared, person));
    person.asked.get() - before
}

#[test]
fn a_yes_is_kept_for_the_scope_that_it_was_given_for() {
    let ground = Ground::new();
    for (name, answer, at_once, after_the_turn, when_forgotten) in [
        ("once", Answer::Yes(Scope::Once), 1, 1, 1),
        ("turn", Answer::Yes(Scope::Turn), 0, 1, 1),
        ("session", Answer::Yes(Scope::Session), 0, 0, 1),
        ("a rule that nobody offered", Answer::Yes(Scope::Rule), 1, 1, 1),
        ("no", Answer::No, 1, 1, 1),
        ("cancel", Answer::Cancel, 1, 1, 1),
    ] {
        let (session, person) = (Session::new(), person(answer));
        let ask = || asked(&ground, &session, text("tool ask"), &person);
        assert_eq!(ask(), 1, "{name}");
        assert_eq!(ask(), at_once, "{name}: the same again");
        session.end_turn();
        assert_eq!(ask(), after_the_turn, "{name}: in the next turn");
        session.forget();
        assert_eq!(ask(), when_forgotten, "{name}: when it is forgotten");
    }
}

#[test]
fn a_yes_is_for_the_same_command() {
    let ground = Ground::new();
    let other = |name: &str| text(&format!("tool ask && {name}"));
    for (name, first, second, again) in [
        ("itself", text("tool ask x"), text("tool ask x"), 0),
        (
            "other blanks and quotes",
            text("tool ask x"),
            text("tool  'ask' \"x\" # so"),
            0,
        ),
        ("another word", text("tool ask x"), text("tool ask y"), 1),
        ("less", text("tool ask x"), text("tool ask"), 1),
        ("something behind it", text("tool ask"), other("tool ask"), 1),
        ("a redirect", text("tool ask"), text("tool ask > x"), 1),
        (
            "words",
            Command::of_argv(&["tool", "ask"]),
            Command::of_argv(&["tool", "ask"]),
            0,
        ),
        (
            "other words",
            Command::of_argv(&["tool", "ask", "a b"]),
            Command::of_argv(&["tool", "ask", "a", "b"]),
            1,
        ),
        (
            "not understood",
            text("tool ask; eval \"$X\""),
            text("tool ask; eval \"$X\""),
            1,
        ),
        (
            "a program that is not known yet",
            text("\"$X\" ask"),
            text("\"$X\" ask"),
            1,
        ),
    ] {
        let (session, person) = (Session::new(), person(Answer::Yes(Scope::Session)));
        assert_eq!(asked(&ground, &session, first, &person), 1, "{name}");
        assert_eq!(asked(&ground, &session, second, &person), again, "{name}");
    }
}

#[test]
fn a_yes_is_for_the_same_files_place_policy_and_environment() {
    let script = |ground: &Ground, text: &str| fs::write(ground.path("work/build.sh"), text).unwrap();
    for (name, command, change, again) in [
        ("nothing", "tool ask", (|_| {}) as fn(&mut Ground), 0),
        (
            "another file beside it",
            "tool ask",
            |ground| fs::write(ground.path("work/x"), "").unwrap(),
            0,
        ),
        (
            "the program",
            "tool ask",
            |ground| ground.put_tool("#!/bin/sh\nrm -rf /\n"),
            1,
        ),
        (
            "a program that is found before it",
            "tool ask",
            |ground| {
                fs::copy(ground.path("bin/tool"), ground.path("before/tool")).unwrap();
            },
            1,
        ),
        (
            "a script that is run",
            "bash build.sh",
            |ground| fs::write(ground.path("work/build.sh"), "evil").unwrap(),
            1,
        ),
        (
            "a script of an interpreter",
            "tool ask && python3 build.sh",
            |ground| fs::write(ground.path("work/build.sh"), "evil").unwrap(),
            1,
        ),
        (
            "the policy",
            "tool ask",
            |ground| ground.gatekeeper = gatekeeper(&format!("{POLICY}\nprefix_rule(pattern = [\"x\"])")),
            1,
        ),
        (
            "the environment",
            "tool ask",
            |ground| ground.variables.push(("X".into(), "1".into())),
            1,
        ),
        (
            "the directory",
            "tool ask",
            |ground| {
                fs::rename(ground.path("work"), ground.path("old")).unwrap();
                fs::create_dir_all(ground.path("work/.git")).unwrap();
            },
            1,
        ),
    ] {
        let mut ground = Ground::new();
        fs::create_dir(ground.path("before")).unwrap();
        let path = format!(
            "{}:{}:/usr/bin:/bin",
            ground.path("before").display(),
            ground.path("bin").display()
        );
        ground.variables = vec![("PATH".into(), path.into())];
        script(&ground, "tool");
        let (session, person) = (Session::new(), person(Answer::Yes(Scope::Session)));
        assert_eq!(asked(&ground, &session, text(command), &person), 1, "{name}");
        // The kernel counts changes in ticks.
        std::thread::sleep(Duration::from_millis(20));
        change(&mut ground);
        assert_eq!(asked(&ground, &session, text(command), &person), again, "{name}");
    }
}

#[test]
fn a_yes_is_not_for_another_file_that_a_link_leads_to() {
    let ground = Ground::new();
    for name in ["one", "other"] {
        fs::write(ground.path("work").join(name), "").unwrap();
    }
    let link = ground.path("work/link");
    let leads_to = |name: &str| {
        drop(fs::remove_file(&link));
        std::os::unix::fs::symlink(name, &link).unwrap();
    };
    leads_to("one");
    let (session, person) = (Session::new(), person(Answer::Yes(Scope::Session)));
    let command = "tool ask > link";
    assert_eq!(asked(&ground, &session, text(command), &person), 1);
    assert_eq!(asked(&ground, &session, text(command), &person), 0);
    leads_to("other");
    assert_eq!(asked(&ground, &session, text(command), &person), 1);
}

#[test]
fn a_yes_is_not_for_a_script_that_was_changed() {
    for (name, command, again) in [
        ("a script that a shell reads", "tool ask; sh < build.sh", 1),
        (
            "a script that a shell in a block with another file reads",
            "tool ask; { sh < build.sh; } < /dev/null",
            1,
        ),
        (
            "a script that a shell reads from a command",
            "tool ask; cat build.sh | sh",
            1,
        ),
        (
            "a script for what is found",
            "tool ask; find . -name build.sh -exec sh {} \\;",
            1,
        ),
        (
            "a script that a command names",
            "tool ask; sh $(echo build.sh)",
            1,
        ),
        (
            "a script that an interpreter reads",
            "tool ask; python3 < build.sh",
            1,
        ),
        (
            "a script for each line of a command",
            "tool ask; ls | xargs sh",
            1,
        ),
        (
            "a file that only the standard input of what shows it is",
            "tool ask; cat < build.sh",
            0,
        ),
        ("no script behind a pipe", "tool ask | head -n 3", 0),
    ] {
        let ground = Ground::new();
        let script = ground.path("work/build.sh");
        fs::write(&script, "tool").unwrap();
        let (session, person) = (Session::new(), person(Answer::Yes(Scope::Session)));
        assert_eq!(asked(&ground, &session, text(command), &person), 1, "{name}");
        // The kernel counts changes in ticks.
        std::thread::sleep(Duration::from_millis(20));
        fs::write(&script, "evil").unwrap();
        assert_eq!(asked(&ground, &session, text(command), &person), again, "{name}");
    }
}

#[test]
fn what_the_verdict_allows_is_not_asked_about_and_a_rule_is_offered_where_there_is_one() {
    let ground = Ground::new();
    let (session, person) = (Session::new(), person(Answer::Yes(Scope::Rule)));
    assert_eq!(asked(&ground, &session, text("tool runs"), &person), 0);
    let file = ground.path("bin/other");
    fs::copy(ground.path("bin/tool"), &file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let prepared = ground.prepare(text("other build x"), None).unwrap();
    let clearance = session
        .clear(prepared.proposing(&ground.gatekeeper), &person)
        .unwrap();
    assert_eq!(clearance.answered(), Some(Scope::Rule));
    let amendment = clearance.judgement().amendment().unwrap();
    assert_eq!(amendment.prefix().join(" "), "other build");
}

#[test]
fn a_yes_is_kept_for_the_same_words_unless_these_do_not_say_what_runs() {
    let ground = Ground::new();
    fs::write(ground.path("work/s"), "").unwrap();
    let mut wrong = Vec::new();
    for (command, why) in [
        ("tool ask", ""),
        ("timeout 5 tool ask", ""),
        ("bash -c 'tool ask'", ""),
        ("touch s && tool ask", ""),
        ("tool ask && make", ""),
        ("npm test", ""),
        ("cargo test", ""),
        ("git commit -m x", ""),
        ("python3 s", ""),
        ("python3 -m m", ""),
        ("./s", ""),
        ("unheard-of x", ""),
        ("source s", "not all of it is known"),
        ("enable -f ./s s; tool ask", "not all of it is known"),
        ("env PATH=/x tool ask", "`PATH` is set"),
        ("PATH=/x tool ask", "not all of it is known"),
        ("PATH=/x; tool ask", "not all of it is known"),
        ("export PATH=/x; tool ask", "not all of it is known"),
        ("BASH_ENV=s bash -c 'tool ask'", "not all of it is known"),
        ("LD_PRELOAD=./s tool ask", "`LD_PRELOAD` is set"),
        ("PYTHONPATH=. tool ask", "`PYTHONPATH` is set"),
        ("tool ask; eval \"$X\"", "not all of it is known"),
        ("tool ask; \"$X\"", "not all of it is known"),
        ("tool ask | sh", "not all of it is known"),
        ("sh \"$X\"; tool ask", "not all of it is known"),
    ] {
        let why_once = RefCell::new(None);
        let prepared = ground.prepare(text(command), None).unwrap();
        let person = Curious(&why_once);
        drop(Session::new().clear(prepared, &person));
        let told = why_once.take().unwrap();
        if told.is_empty() != why.is_empty() || !told.contains(why) {
            wrong.push(format!("{command}: {told}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Notes why its yes would count once.
struct Curious<'a>(&'a RefCell<Option<String>>);

impl Approver for Curious<'_> {
    fn ask(&self, question: &Question<'_>) -> Answer {
        let lasts = question.offered.contains(&Scope::Session);
        assert_eq!(question.once_only.is_none(), lasts);
        let why = question.once_only.map(ToString::to_string);
        self.0.replace(Some(why.unwrap_or_default()));
        Answer::Yes(Scope::Session)
    }
}
