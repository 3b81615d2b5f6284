//! What a file becomes with a rule more or less, and when it stays as it is.

use super::*;

const TEST: &str = r#"prefix_rule(pattern = ["cargo", "test"], decision = "allow")"#;

fn file(text: &str) -> PolicyFile {
    PolicyFile {
        source: Source::new("approved.codexpolicy", text),
        layer: Layer::new("user"),
    }
}

fn packs(name: &str) -> Option<Source> {
    let pack = "def cargo():\n    prefix_rule([\"cargo\", \"test\"])\n";
    (name == "//pack.codexpolicy").then(|| Source::new("policies/pack.codexpolicy", pack))
}

/// What the text becomes with a rule; `covered` and the line of the rule that covers it; or the error.
fn with(text: &str, rule: &str) -> String {
    match add_rule(&file(text), rule, &packs) {
        Ok(Amended::Changed(edit)) => {
            let changed = edit.apply(text).unwrap();
            assert_eq!(edit.inverse().apply(&changed).as_deref(), Some(text));
            changed
        }
        Ok(Amended::Covered(origin)) => {
            format!("covered by {}", origin.source.position(origin.span.start()).line)
        }
        Err(error) => error.to_string(),
    }
}

/// What the text becomes without the rule that begins in a line; or the error.
fn without(text: &str, line: usize) -> String {
    match remove_rule(&file(text), line, &packs) {
        Ok(edit) => {
            let changed = edit.apply(text).unwrap();
            assert_eq!(edit.inverse().apply(&changed).as_deref(), Some(text));
            changed
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_rule_is_added_behind_everything_and_nothing_else_changes() {
    for (name, text, before) in [
        ("no text", "", ""),
        ("a comment", "# mine\n\n", "# mine\n\n"),
        (
            "a rule",
            "prefix_rule([\"ls\"])  # why\n",
            "prefix_rule([\"ls\"])  # why\n",
        ),
        (
            "a last line without an end",
            "prefix_rule( [ 'ls' ] )",
            "prefix_rule( [ 'ls' ] )\n",
        ),
        ("a comment without an end", "x = 1\n# end", "x = 1\n# end\n"),
        (
            "a function at the end",
            "def f():\n    pass\n",
            "def f():\n    pass\n",
        ),
    ] {
        assert_eq!(with(text, TEST), format!("{before}{TEST}\n"), "{name}");
    }
    let windows = "prefix_rule([\"ls\"])\r\n";
    assert_eq!(with(windows, TEST), format!("{windows}{TEST}\r\n"));
    let windows = "x = 1\r\ny = 2";
    assert_eq!(with(windows, TEST), format!("{windows}\r\n{TEST}\r\n"));
}

#[test]
fn a_rule_that_is_said_already_is_not_added() {
    for (name, text, new) in [
        ("the same", TEST, TEST),
        (
            "otherwise written",
            "prefix_rule(['cargo','test'], justification = 'x')",
            TEST,
        ),
        ("a shorter one", r#"prefix_rule(["cargo"])"#, TEST),
        (
            "alternatives",
            r#"prefix_rule(["cargo", ["build", "test"]])"#,
            TEST,
        ),
        ("programs", r#"prefix_rule([["make", "cargo"], "test"])"#, TEST),
        ("an expression", r#"prefix_rule(["cargo", regex("t.*")])"#, TEST),
        ("any word", r#"prefix_rule(["cargo", any_token()])"#, TEST),
        (
            "all that it covers",
            r#"prefix_rule(["cargo"], covers = "everything")"#,
            TEST,
        ),
        (
            "made by a loop",
            "[prefix_rule(['cargo', x]) for x in ['build', 'test']]",
            TEST,
        ),
        (
            "of a pack",
            "load(\"//pack.codexpolicy\", \"cargo\"); cargo()",
            TEST,
        ),
        (
            "each of several",
            "prefix_rule(['make']); prefix_rule(['cargo'])",
            r#"prefix_rule([["make", "cargo"], "test"])"#,
        ),
    ] {
        assert!(
            with(text, new).starts_with("covered by "),
            "{name}: {}",
            with(text, new)
        );
    }
    assert_eq!(with(&format!("# first\n\n{TEST}\n"), TEST), "covered by 3");
}

#[test]
fn a_rule_that_is_not_said_yet_is_added() {
    for (name, text, new) in [
        ("another word", r#"prefix_rule(["cargo", "build"])"#, TEST),
        ("a longer one", r#"prefix_rule(["cargo", "test", "-q"])"#, TEST),
        (
            "another decision",
            r#"prefix_rule(["cargo", "test"], decision = "prompt")"#,
            TEST,
        ),
        (
            "without an option",
            r#"prefix_rule(["cargo", "test"], without = ["--x"])"#,
            TEST,
        ),
        (
            "in one directory",
            r#"prefix_rule(["cargo", "test"], cwd = ["/a/**"])"#,
            TEST,
        ),
        (
            "in a sandbox",
            r#"prefix_rule(["cargo"], sandbox = "read-only")"#,
            TEST,
        ),
        ("the rest said", r#"prefix_rule(["cargo", rest("test")])"#, TEST),
        (
            "more of it is spoken for",
            TEST,
            r#"prefix_rule(["cargo", "test"], covers = ["write"])"#,
        ),
        (
            "one of several",
            r#"prefix_rule(["cargo"])"#,
            r#"prefix_rule([["make", "cargo"], "test"])"#,
        ),
        ("a comment", &format!("# {TEST}"), TEST),
        ("a text", &format!("x = '{TEST}'"), TEST),
        ("not called", &format!("def f():\n    {TEST}\n"), TEST),
    ] {
        let text = format!("{text}\n");
        assert_eq!(with(&text, new), format!("{text}{new}\n"), "{name}");
    }
}

#[test]
fn what_cannot_be_added_changes_nothing() {
    let not_a_rule = |text: &str| format!("`{text}` is not one rule about commands or a host");
    for (name, text, new, told) in [
        ("no rule", "", "x = 1", not_a_rule("x = 1")),
        ("no text", "", " ", not_a_rule("")),
        (
            "two rules",
            "",
            "prefix_rule(['a']); prefix_rule(['b'])",
            not_a_rule("prefix_rule(['a']); prefix_rule(['b'])"),
        ),
        (
            "a comment behind it",
            "",
            "prefix_rule(['a'])#",
            not_a_rule("prefix_rule(['a'])#"),
        ),
        (
            "another kind",
            "",
            "path_rule(access = ['read'], paths = ['/x'])",
            not_a_rule("path_rule(access = ['read'], paths = ['/x'])"),
        ),
        (
            "in an expression",
            "",
            "[prefix_rule(['a'])]",
            not_a_rule("[prefix_rule(['a'])]"),
        ),
        (
            "a broken file",
            "prefix_rule(",
            TEST,
            "the policy file `approved.codexpolicy` does not load".to_owned(),
        ),
        (
            "the rule's name is taken",
            "def prefix_rule(pattern, decision):\n    pass\n",
            TEST,
            "the policy file `approved.codexpolicy` would not mean what it should with this change"
                .to_owned(),
        ),
        (
            "the end is taken as part of it",
            "x = 1 + \\",
            TEST,
            "the policy file `approved.codexpolicy` does not load".to_owned(),
        ),
    ] {
        assert_eq!(with(text, new), told, "{name}");
    }
}

#[test]
fn a_rule_is_taken_out_with_its_lines_and_nothing_else() {
    for (name, text, line, wanted) in [
        ("the only one", "prefix_rule(['a'])\n", 1, ""),
        ("without an end", "x = 1\nprefix_rule(['a'])", 2, "x = 1\n"),
        (
            "with its comment",
            "prefix_rule(['a'])  # b\nx = 1\n",
            1,
            "x = 1\n",
        ),
        (
            "comments above stay",
            "# of a\nprefix_rule(['a'])\n# end\n",
            2,
            "# of a\n# end\n",
        ),
        (
            "several lines",
            "prefix_rule(['a'])\nprefix_rule(\n    ['b'], # why\n)\nprefix_rule(['a'])\n",
            2,
            "prefix_rule(['a'])\nprefix_rule(['a'])\n",
        ),
        (
            "several programs",
            "prefix_rule([['a', 'b']])\nprefix_rule(['c'])\n",
            1,
            "prefix_rule(['c'])\n",
        ),
        (
            "all that a call makes",
            "def f(x):\n    prefix_rule([x])\n    prefix_rule([x + 'b'])\nf('a')\nf('c')\n",
            4,
            "def f(x):\n    prefix_rule([x])\n    prefix_rule([x + 'b'])\nf('c')\n",
        ),
        (
            "of a path",
            "path_rule(access = ['read'], paths = ['/x'], decision = 'prompt')\n",
            1,
            "",
        ),
        (
            "of a host",
            "x = 1\r\nnetwork_rule('a.example', 'https', 'allow')\r\n",
            2,
            "x = 1\r\n",
        ),
    ] {
        assert_eq!(without(text, line), wanted, "{name}");
    }
}

#[test]
fn what_is_no_statement_of_its_own_stays() {
    for (name, text, line) in [
        ("no rule", "x = 1\n", 1),
        ("no line", "prefix_rule(['a'])\n", 7),
        ("not its first line", "prefix_rule(\n['a'])\n", 2),
        ("in a loop", "[\n    prefix_rule([x]) for x in ['a', 'b']]\n", 2),
        ("in a function", "def f():\n    prefix_rule(['a'])\nf()\n", 2),
        ("beside another", "prefix_rule(['a']); prefix_rule(['b'])\n", 1),
        ("beside something else", "prefix_rule(['a']); x = 1\n", 1),
        ("its value is used", "prefix_rule(['a']) or fail()\n", 1),
        ("behind an assignment", "x = prefix_rule(['a'])\n", 1),
        (
            "part of an expression",
            "x = [1,\nprefix_rule(['a'])\n+ 1][0]\n",
            2,
        ),
    ] {
        let told = without(text, line);
        let none =
            format!("no rule stands in line {line} of `approved.codexpolicy` as a statement of its own");
        let broken = "the policy file `approved.codexpolicy` does not load";
        assert!(told == none || told == broken, "{name}: {told}");
    }
}

#[test]
fn a_rule_about_a_host_is_added_and_takes_the_place_of_those_before() {
    let rule = |protocol: &str, decision: &str| {
        format!("network_rule(\"a.example\", \"{protocol}\", \"{decision}\")")
    };
    let (allow, deny) = (rule("https", "allow"), rule("https", "deny"));
    let other = "network_rule(\"b.example\", \"https\", \"deny\")\n";
    for (name, text, new, wanted) in [
        ("the first", "", &allow, format!("{allow}\n")),
        ("beside others", TEST, &allow, format!("{TEST}\n{allow}\n")),
        ("of another host", other, &allow, format!("{other}{allow}\n")),
        (
            "said already",
            &*format!("{allow}\n"),
            &allow,
            "covered by 1".to_owned(),
        ),
        (
            "spelt in another way",
            "x = 1\nnetwork_rule('A.example.', 'http-connect', 'allow')\n",
            &allow,
            "covered by 2".to_owned(),
        ),
        (
            "said otherwise",
            &*format!("{allow}\n{other}"),
            &deny,
            format!("{allow}\n{other}{deny}\n"),
        ),
        (
            "of another protocol",
            &*format!("{}\n", rule("http", "allow")),
            &allow,
            format!("{}\n{allow}\n", rule("http", "allow")),
        ),
        (
            "another meaning",
            "def network_rule(a, b, c):\n    prefix_rule([a])\n",
            &allow,
            "the policy file `approved.codexpolicy` would not mean what it should with this change"
                .to_owned(),
        ),
    ] {
        assert_eq!(with(text, new), wanted, "{name}");
    }
}
