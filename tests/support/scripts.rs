//! Scripts grown from choices: mostly valid bash, sprinkled with what gates have tripped over.

use crate::choices::Choices;

/// How deep compound commands nest.
const DEPTH: usize = 4;

/// Program names that rules of [`crate::policies`] name too.
pub const PROGRAMS: &[&str] = &["git", "ls", "rm", "cat", "cargo", "echo"];

/// Arguments that rules name too.
pub const ARGUMENTS: &[&str] = &["status", "push", "-f", "-rf", "x", "--output=f"];

/// A script of a few statements.
pub fn script(choices: &mut Choices<'_>) -> String {
    let mut text = String::new();
    statements(choices, &mut text, DEPTH);
    text
}

/// Two known scripts cut into tokens and glued together at some place, as a fuzzer's mutation would.
pub fn spliced(choices: &mut Choices<'_>) -> String {
    let mut text = String::new();
    for _ in 0..choices.below(3).saturating_add(1) {
        let tokens = tokens(choices.pick(SEEDS));
        let from = choices.below(tokens.len());
        let count = choices.below(12).saturating_add(1);
        for token in tokens.into_iter().skip(from).take(count) {
            text.push_str(token);
        }
        text.push_str(choices.pick(&["", " ", "\n", ";", "\\\n", "\"", "'", "#"]));
    }
    text
}

/// One command of known words only: program and up to four arguments.
pub fn plain_words(choices: &mut Choices<'_>) -> Vec<String> {
    let mut words = vec![choices.pick(PROGRAMS).to_owned()];
    for _ in 0..choices.below(5) {
        words.push(choices.pick(ARGUMENTS).to_owned());
    }
    words
}

/// One to four statements with their separators.
fn statements(choices: &mut Choices<'_>, text: &mut String, depth: usize) {
    list(choices, text, depth);
    for _ in 0..choices.below(3) {
        text.push_str(choices.pick(&["; ", "\n", " & ", " ;\n", " # note\n"]));
        list(choices, text, depth);
    }
}

/// An and-or list.
fn list(choices: &mut Choices<'_>, text: &mut String, depth: usize) {
    pipeline(choices, text, depth);
    while choices.once_in(4) {
        text.push_str(choices.pick(&[" && ", " || ", " &&\n"]));
        pipeline(choices, text, depth);
    }
}

/// One command or several with pipes between.
fn pipeline(choices: &mut Choices<'_>, text: &mut String, depth: usize) {
    if choices.once_in(12) {
        text.push_str("! ");
    }
    command(choices, text, depth);
    while choices.once_in(4) {
        text.push_str(choices.pick(&[" | ", " |& ", " |\n"]));
        command(choices, text, depth);
    }
}

/// A simple or compound command.
fn command(choices: &mut Choices<'_>, text: &mut String, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else {
        simple(choices, text, 0);
        return;
    };
    let (before, between, after) = match choices.below(32) {
        0..=23 => return simple(choices, text, depth),
        24 => ("(", "", ")"),
        25 => ("{ ", "", "; }"),
        26 => ("if ", "; then ", "; fi"),
        27 => ("while ", "\ndo ", "\ndone"),
        28 | 29 => (
            choices.pick(&["for i in a b; do ", "for i in status push; do git $i; "]),
            "",
            "; done",
        ),
        30 => ("if ls; then ", "; else ", "; fi"),
        _ => {
            text.push_str(choices.pick(HOSTILE));
            return;
        }
    };
    text.push_str(before);
    list(choices, text, depth);
    if !between.is_empty() {
        text.push_str(between);
        list(choices, text, depth);
    }
    text.push_str(after);
    if choices.once_in(5) {
        redirect(choices, text);
    }
}

/// Assignments, program, arguments, redirects.
fn simple(choices: &mut Choices<'_>, text: &mut String, depth: usize) {
    if choices.once_in(10) {
        text.push_str(choices.pick(&["A=1 ", "A=\"$x\" ", "PATH=. ", "GIT_PAGER=x "]));
    }
    text.push_str(choices.pick(PROGRAMS));
    for _ in 0..choices.below(4) {
        text.push(' ');
        word(choices, text, depth);
    }
    if choices.once_in(6) {
        redirect(choices, text);
    }
}

/// One word: known, or expanding in some way.
fn word(choices: &mut Choices<'_>, text: &mut String, depth: usize) {
    match choices.below(24) {
        0..=10 => text.push_str(choices.pick(ARGUMENTS)),
        11 | 12 => {
            text.push_str(choices.pick(&["'a b'", "\"a b\"", "a\\ b", "st'at'us", "\"pu\"sh", "-\\rf"]));
        }
        13..=16 => text.push_str(choices.pick(&["$x", "\"$x\"", "${x}", "\"a$x\"b", "$@", "\"$@\"", "$?"])),
        17..=19 => text.push_str(choices.pick(&["*.rs", "a?", "[ab]", "~", "~/x", "{a,b}", "x*/.."])),
        20..=22 => {
            let (open, close) = if choices.once_in(2) {
                ("\"$(", ")\"")
            } else {
                ("$(", ")")
            };
            text.push_str(open);
            match depth.checked_sub(1) {
                Some(depth) => list(choices, text, depth),
                None => text.push_str("ls"),
            }
            text.push_str(close);
        }
        _ => text.push_str(choices.pick(STRANGE_WORDS)),
    }
}

/// A redirect, with its leading blank.
fn redirect(choices: &mut Choices<'_>, text: &mut String) {
    text.push_str(choices.pick(&[
        " > out",
        " 2>/dev/null",
        " >> out",
        " 2>&1",
        " < in",
        " &> out",
        " > \"$x\"",
        " >| out",
        " <> out",
        " 2>&-",
        " <<< word",
        " <<'E'\nbody $x\nE\n",
        " <<E\nbody\nE\n",
        " <<E\n$(rm x)\nE\n",
        ">&x",
    ]));
}

/// Words that parsers read in different ways.
const STRANGE_WORDS: &[&str] = &[
    "$'\\''",
    "$'-rf'",
    "$\"x\"",
    "`rm x`",
    "${x:-`rm x`}",
    "${x#$(rm x)}",
    "$((x))",
    "<(rm x)",
    "${!x}",
    "${x@P}",
    "a\\\nb",
    "\\ #",
    "x=y",
    "--",
    "-",
    "#x",
    "10#$(rm)",
    "\"$\\\n(rm x)\"",
    "-<<A",
    "''",
    "a\rb",
    "\u{a0}",
];

/// Commands that gates have been fooled by.
const HOSTILE: &[&str] = &[
    "[[ -v 'a[$(rm x)]' ]]",
    "[ a || rm x ]",
    "((x))",
    "case x in x) rm x;; esac",
    "f() { rm x; }",
    "eval 'rm x'",
    "time rm x",
    "coproc rm x",
    "A=\\\n rm x",
    "echo >&'$(rm x)'",
    "git >/dev/null push",
    "exec rm x",
    "trap 'rm x' EXIT",
    "printf -v 'a[$(rm x)]' y",
    "a=(1 $(rm x))",
    "export PATH=.",
    "alias ls='rm x'",
    "cd /tmp",
    "bash -c 'rm x'",
    "$x status",
    "\"$(rm x)\" y",
    "cat <<A | sh\nrm x\nA\n",
    "cat <<A\n A\nrm x '\nA\n: '",
    "for ((i=0;i<2;i++)); do rm x; done",
    "select i in a; do rm x; done",
    "rm x; )",
];

/// Scripts to cut and glue.
const SEEDS: &[&str] = &[
    "git status && git log --oneline | head -5",
    "cd src && cargo test -- --nocapture 2>&1 | tail -20",
    "for f in *.rs; do echo \"$f\"; cat \"$f\" | head -3; done > out.txt",
    "if [ -f x ]; then rm -rf ./x; else echo 'none'; fi",
    "cat <<'EOF' > f\nline $x\nEOF\ngit add f",
    "echo $'\\\\'; rm x #'",
    "x=$(git rev-parse HEAD); echo \"${x:-none}\" `ls`",
    "A=1 B=\"$C\" make -j4 &\nwait",
    "find . -name '*.o' -exec rm {} \\; 2>/dev/null",
    "(cd /tmp; ls) ; { echo a; echo b; } >> log",
    "while read -r line; do echo \"$line\"; done < in <<< x",
    "echo \"a $(echo \"b $(echo c)\")\" \\\n  d # note \\\ne",
    "sed -i 's/a/b/' f; sort -o f f; git -c core.pager=x log",
];

/// The pieces of a script: runs of letters, runs of blanks, single other characters.
fn tokens(text: &'static str) -> Vec<&'static str> {
    let kind = |character: char| match character {
        ' ' | '\t' => 0,
        _ if character.is_ascii_alphanumeric() || "-_./".contains(character) => 1,
        _ => 2,
    };
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = kind(first);
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, next)| same == 2 || kind(*next) != same)
            .map_or(rest.len(), |(place, _)| place);
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}
