//! Commands, simple and compound, and what changes the shell.

use super::hostile::HOSTILE_COMMANDS;
use super::{Growth, PROGRAMS};

impl Growth<'_, '_> {
    /// A simple or compound command.
    pub(super) fn command(&mut self) {
        match self.choices.below(72) {
            0..=55 | 70 => self.simple(),
            56 => self.block("(", &[], ")"),
            57 => self.block("{ ", &[], "; }"),
            58 | 59 => {
                self.push("if ");
                self.condition();
                self.block("; then ", &[], "; fi");
            }
            60 => {
                self.push("if ");
                self.condition();
                self.block("; then ", &["; else "], "; fi");
            }
            61 => self.block("if ", &["; then ", "; elif ls; then "], "; fi"),
            62 => self.block("while ls x; do ", &[], "; break; done"),
            63 => {
                self.pick(&["while read -r line; do ", "cat f | while read -r line; do "]);
                self.loop_body("line", " < in");
            }
            64 | 65 => {
                self.pick(&[
                    "for i in a b; do ",
                    "for i in status push; do ",
                    "for i in 1 2 3\ndo ",
                ]);
                self.loop_body("i", "");
            }
            66 => {
                self.pick(&[
                    "for f in *.rs; do ",
                    "for f in \"$@\" x; do ",
                    "for f in src/*.c f; do ",
                ]);
                self.loop_body("f", "");
            }
            67 => {
                self.pick(&["for ((i=0; i<2; i++)); do ", "for ((i=0;i<3;i+=1)); do "]);
                self.loop_body("i", "");
            }
            68 => {
                self.pick(&[
                    "case x in x) ",
                    "case \"$x\" in a|b) ",
                    "case $1 in -*) ",
                    "case ab in (a*) ",
                ]);
                self.block("", &[";; *) "], ";; esac");
            }
            69 => {
                self.condition();
                self.pick(&[" && ", " || "]);
                self.simple();
            }
            _ => self.pick(HOSTILE_COMMANDS),
        }
    }

    /// Statements between keywords, and sometimes a redirect behind.
    fn block(&mut self, before: &'static str, between: &[&'static str], after: &'static str) {
        self.push(before);
        self.nested(|growth| {
            growth.statements();
            for keyword in between {
                growth.separate(keyword);
                growth.statements();
            }
        });
        let after = if self.text.ends_with('\n') {
            after.strip_prefix("; ").unwrap_or(after)
        } else {
            after
        };
        self.push(after);
        if self.choices.once_in(6) {
            self.redirect();
        }
    }

    /// The rest of a loop over a variable.
    fn loop_body(&mut self, variable: &'static str, redirect: &'static str) {
        self.variables.push(variable);
        self.block("", &[], "; done");
        self.push(redirect);
    }

    /// What an `if` asks.
    fn condition(&mut self) {
        self.pick(&[
            "[ -f x ]",
            "[ \"$x\" = a ]",
            "[ -z \"${x:-}\" ]",
            "[ $# -gt 0 ]",
            "[[ -f x ]]",
            "[[ -n $x && $y == a* ]]",
            "[[ \"$x\" == \"a b\" || ! -d y ]]",
            "[[ $x =~ ^a.c$ ]]",
            "test -d src",
            "git diff --quiet",
            "command -v git",
            "[ a != b ]",
        ]);
    }

    /// Assignments, program, arguments, redirects.
    pub(super) fn simple(&mut self) {
        if self.choices.once_in(16) {
            self.pick(&[
                "A=1 ",
                "A=\"$x\" ",
                "A=1 B='x y' ",
                "A= ",
                "PATH=. ",
                "GIT_PAGER=x ",
            ]);
        }
        if self.choices.once_in(24) {
            self.pick(&["command ", "exec ", "time ", "nohup ", "env ", "\\"]);
        }
        if self.functions.is_empty() || !self.choices.once_in(6) {
            self.pick(PROGRAMS);
        } else {
            let index = self.choices.below(self.functions.len());
            let name = self.functions.get(index).copied().unwrap_or("ls");
            self.push(name);
        }
        for _ in 0..self.choices.below(5) {
            self.pick(&[" ", " ", " ", " ", " ", " ", " ", " \\\n  "]);
            self.word();
        }
        if self.choices.once_in(6) {
            self.redirect();
        }
    }

    /// An assignment that lasts.
    pub(super) fn assignment(&mut self) {
        let name = self.choices.pick(&["x", "y", "file", "dir"]);
        let declared = self.choices.pick(&[
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "export ",
            "export ",
            "readonly ",
            "declare ",
        ]);
        self.push(declared);
        self.push(name);
        match self.choices.below(12) {
            0..=4 => self.pick(&[
                "=notes.txt",
                "=a",
                "=src/main.rs",
                "='a b'",
                "=\"x y\"",
                "=-rf",
                "=",
            ]),
            5 | 6 if !self.variables.is_empty() => {
                self.push("=");
                self.variable();
                self.pick(&["", "/b", ".txt"]);
            }
            7 | 8 if self.depth > 0 => {
                self.push("=$(");
                self.nested(Self::list);
                self.push(")");
            }
            9 => self.pick(&["=(a b c)", "=(\"$x\" -v)", "=()"]),
            10 => self.pick(&[
                "=$((1 + 2))",
                "=${1:-a}",
                "=${x%.*}",
                "+=b",
                "=`ls`",
                "=$'a\\tb'",
                "=~/src",
            ]),
            _ => self.pick(&["=1", "=status"]),
        }
        self.variables.push(name);
    }

    /// What changes how the script goes on.
    pub(super) fn state(&mut self) {
        self.pick(&[
            "set -e",
            "cd src",
            "set -euo pipefail",
            "cd /tmp",
            "cd \"$x\"",
            "cd -",
            "pushd d",
            "popd",
            "read -r x",
            "read -r x y <<< \"a b\"",
            "unset x",
            "wait",
            "trap 'rm x' EXIT",
            "trap 'ls \"$x\"' INT TERM",
            "trap - EXIT",
            "eval 'git status'",
            "eval \"ls $x\"",
            "shift",
            "set -- a b",
            "export PATH",
            "printf '%s\\n' \"$x\"",
            "true",
            "exit 1",
            "set -o pipefail",
            "set +x",
            "umask 022",
            "local x=1",
            "declare -a list=(a b)",
            "shopt -s nullglob",
        ]);
    }

    /// A function that later commands may call.
    pub(super) fn function(&mut self) {
        if !self.functions.is_empty() {
            return self.simple();
        }
        let name = self.choices.pick(&["f", "build", "log", "g"]);
        self.push(name);
        self.pick(&["() { ", "() { local x=$1; ", "() (", " () {\n  "]);
        let closing = if self.text.ends_with('(') { ")" } else { "; }" };
        self.block("", &[], closing);
        self.functions.push(name);
    }
}
