//! Words and redirects.

use super::hostile::STRANGE_WORDS;
use super::{ARGUMENTS, Growth};

impl Growth<'_, '_> {
    /// One word: mostly known, as in what people type, or expanding in some way.
    pub(super) fn word(&mut self) {
        match self.choices.below(112) {
            0..=75 => self.pick(ARGUMENTS),
            76..=83 => self.pick(&[
                "'a b'",
                "\"a b\"",
                "a\\ b",
                "st'at'us",
                "\"pu\"sh",
                "-\\rf",
                "'s/a/b/g'",
                "\"it's\"",
                "''",
                "\\*",
                "\"a\\$b\"",
                "'$x'",
                "--message='a \"b\"'",
            ]),
            84..=86 => self.pick(&[
                "HEAD~1",
                "a=b",
                "src/main.rs",
                "a@{u}",
                "{}",
                "1",
                "+x",
                "x:y",
                "%s\\n",
                "a,b",
            ]),
            87..=94 => self.variable(),
            95 | 96 => self.pick(&["*.rs", "a?", "[ab]", "x*/..", "src/*", "**/*.c"]),
            97 | 98 => self.pick(&["~", "~/x", "a=~", "~root", "~+/x"]),
            99 | 100 => self.pick(&[
                "{a,b}",
                "x.{c,h}",
                "{1..3}",
                "-{r,f}",
                "{a,b}{c,d}",
                "{a,{b,c}}",
                "{x,\"y z\"}",
                "{,a}",
            ]),
            101 => self.pick(&["$'a\\tb'", "$'-rf'", "$'\\x41'", "$\"x\"", "$'it\\'s'"]),
            102 => self.pick(&["$((1 + 2))", "$((2 * 3))\"\"", "$#", "$?", "$$", "\"$#\""]),
            103 => self.pick(&["\"$@\"", "$1", "\"$1\"", "\"${1}\"", "$*", "\"$HOME/x\""]),
            104 => self.pick(&[
                "\"${x:-a}\"",
                "${x:-a b}",
                "\"${x%.txt}\"",
                "\"${x##*/}\"",
                "${#x}",
                "\"${x:+-v}\"",
                "${x/a/b}",
                "\"${x:-$(ls)}\"",
                "\"${x^^}\"",
                "${x:0:2}",
                "\"${a[0]}\"",
                "\"${a[@]}\"",
            ]),
            105..=107 => {
                let (open, close) = *[("\"$(", ")\""), ("$(", ")"), ("\"a $(", ") b\""), ("\"`", "`\"")]
                    .get(self.choices.below(4))
                    .unwrap_or(&("$(", ")"));
                self.push(open);
                if close.starts_with('`') {
                    self.push("ls x");
                } else {
                    self.nested(Self::list);
                }
                self.push(close);
            }
            108 => {
                self.pick(&["<(", ">("]);
                self.nested(Self::list);
                self.push(")");
            }
            109 | 110 => self.pick(&["a\\\nb", "\"a\nb\"", "--", "-", "a#b"]),
            _ => self.pick(STRANGE_WORDS),
        }
    }

    /// A variable in some writing: one that was set before, if there is one.
    pub(super) fn variable(&mut self) {
        let Some(last) = self.variables.len().checked_sub(1) else {
            return self.pick(&["status", "-f", "\"$x\"", "x", "--quiet", "a", "-v", "push"]);
        };
        let back = self.choices.below(3).min(last);
        let name = self
            .variables
            .get(last.saturating_sub(back))
            .copied()
            .unwrap_or("x");
        let writing = self.choices.pick(&[
            "\"$@\"", "$@", "\"${@}\"", "\"a$@\"", "${@}", "\"$@/b\"", "--x=$@",
        ]);
        self.push(&writing.replace('@', name));
    }

    /// A redirect, with its leading blank.
    pub(super) fn redirect(&mut self) {
        let redirect = self.choices.pick(&[
            " > out",
            " 2>/dev/null",
            " >> out",
            " 2>&1",
            " < in",
            " &> out",
            " > /dev/null 2>&1",
            " >&2",
            " > \"$x\"",
            " >| out",
            " <> out",
            " 2>&-",
            " <<< word",
            " <<< \"$x\"",
            " <<'E'",
            " <<E",
            " <<E",
            " <<-E",
            " <<'A' <<\"B\"",
            " > >(cat)",
            " < <(ls x)",
            ">&x",
        ]);
        let body = match redirect {
            " <<'E'" => "body $x `ls` '\nE\n",
            " <<E" => self.choices.pick(&[
                "body\nE\n",
                "$(rm x)\nE\n",
                "a $x ${y:-b}\nE\n",
                "`rm x`\nE\n",
                "a\\$b\nE\n",
            ]),
            " <<-E" => "\tbody\n\tE\n",
            " <<'A' <<\"B\"" => "a $(x)\nA\nb\nB\n",
            _ => {
                self.push(redirect);
                return;
            }
        };
        self.push(redirect);
        self.heredocs.push(body);
    }
}
