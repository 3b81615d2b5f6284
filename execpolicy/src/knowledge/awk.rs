//! Which programs of awk only compute from what they are given.

/// Words that open files, run programs, or change which files are read.
const REACHING: &[&str] = &[
    "system",
    "getline",
    "ARGV",
    "ARGC",
    "SYMTAB",
    "FUNCTAB",
    "PROCINFO",
    "extension",
];

/// Words after which a `/` begins a regular expression.
const BEFORE_REGEX: &[&str] = &[
    "print", "printf", "return", "in", "case", "if", "while", "for", "do", "else", "exit", "delete", "BEGIN",
    "END",
];

/// Builtins that may stand without parentheses, so that a `/` behind them may be either.
const WITHOUT_PARENTHESES: &[&str] = &["length"];

/// What the last token was, as far as it tells a division from a regular expression.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Last {
    /// An operand: a `/` divides.
    Operand,
    /// An operator, or the beginning: a `/` begins a regular expression.
    Operator,
    /// It cannot be told.
    Either,
}

/// Whether a program, as POSIX awk, gawk 5.2 and mawk 1.3 read it, opens no file but its operands and runs nothing:
/// no `system`, no `getline`, no pipe, no `@`, and no redirect but to `/dev/stderr` and `/dev/stdout`. Where a `/`
/// may begin a regular expression or divide, the answer is no.
pub(crate) fn only_computes(program: &str) -> bool {
    let mut reader = Reader {
        rest: program,
        last: Last::Operator,
        prints: false,
    };
    while !reader.rest.is_empty() {
        if reader.token().is_none() {
            return false;
        }
    }
    true
}

/// A walk over a program.
struct Reader<'a> {
    rest: &'a str,
    last: Last,
    /// Whether the statement prints, so that `>` redirects.
    prints: bool,
}

impl<'a> Reader<'a> {
    /// Takes one token; `None` where it may reach outside, or cannot be read surely.
    fn token(&mut self) -> Option<()> {
        let first = self.rest.chars().next()?;
        match first {
            ' ' | '\t' => self.skip(1),
            '\n' | ';' | '{' | '}' => {
                // Behind a comma or an operator a line goes on.
                self.prints &= first == '\n' && self.last != Last::Operand;
                self.last = Last::Operator;
                self.skip(1)
            }
            '#' => {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.skip(end)
            }
            // A backslash before anything but the end of a line is an error to one awk and not to another.
            '\\' => {
                self.rest = self.rest.strip_prefix("\\\n")?;
                // What waits for more still does, whatever is on the next line; `)` has looked no further.
                if self.last == Last::Operand {
                    self.last = Last::Either;
                }
                Some(())
            }
            '"' => self.quoted().map(drop),
            '/' => match self.last {
                Last::Operator => self.regex(),
                Last::Operand => {
                    self.last = Last::Operator;
                    self.skip(1)
                }
                Last::Either => None,
            },
            '|' => {
                self.rest = self.rest.strip_prefix("||")?;
                self.last = Last::Operator;
                Some(())
            }
            '>' if self.prints => self.redirect(),
            ')' => {
                self.skip(1)?;
                // `if (x) /re/` and `(a) / b` begin alike.
                let behind = self.rest.trim_start_matches([' ', '\t']);
                self.last = if behind.starts_with('/') {
                    Last::Either
                } else {
                    Last::Operand
                };
                Some(())
            }
            ']' => {
                self.last = Last::Operand;
                self.skip(1)
            }
            '+' | '-' if self.rest.starts_with("++") || self.rest.starts_with("--") => {
                self.last = Last::Either;
                self.skip(2)
            }
            '.' | '0'..='9' => self.number(),
            _ if first.is_ascii_alphabetic() || first == '_' => self.word(),
            '(' | '[' | '$' | '+' | '-' | '*' | '%' | '^' | '!' | '<' | '>' | '=' | '~' | '&' | '?' | ':'
            | ',' => {
                self.last = Last::Operator;
                self.skip(1)
            }
            _ => None,
        }
    }

    /// Takes a number. What follows one without a space is a word of its own to every awk (`1system("id")` runs), but
    /// awks disagree on where `0x1f` and `1e` end.
    fn number(&mut self) -> Option<()> {
        let digits = |text: &'a str| text.trim_start_matches(|character: char| character.is_ascii_digit());
        let whole = digits(self.rest);
        let rest = whole.strip_prefix('.').map_or(whole, digits);
        // A point alone is no number.
        let has_digits = self.rest.bytes().take(2).any(|byte| byte.is_ascii_digit());
        let exponent = rest.strip_prefix(['e', 'E']).map(|power| {
            let power = power.strip_prefix(['+', '-']).unwrap_or(power);
            (power, digits(power))
        });
        let rest = match exponent {
            Some((power, behind)) if behind.len() < power.len() => behind,
            Some(_) | None => rest,
        };
        let is_glued =
            rest.starts_with(|next: char| next.is_ascii_alphanumeric() || matches!(next, '_' | '.'));
        if !has_digits || is_glued {
            return None;
        }
        self.rest = rest;
        self.last = Last::Operand;
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let end = self
            .rest
            .find(|character: char| !character.is_ascii_alphanumeric() && character != '_')
            .unwrap_or(self.rest.len());
        let word = self.rest.get(..end)?;
        if REACHING.contains(&word) {
            return None;
        }
        self.prints |= matches!(word, "print" | "printf");
        self.last = if BEFORE_REGEX.contains(&word) {
            Last::Operator
        } else if WITHOUT_PARENTHESES.contains(&word) {
            Last::Either
        } else {
            Last::Operand
        };
        self.skip(end)
    }

    /// Takes a string; gives what stands between its quotes.
    fn quoted(&mut self) -> Option<&'a str> {
        let text = self.rest.strip_prefix('"')?;
        let end = end_of(text, '"')?;
        self.rest = text.get(end.saturating_add(1)..)?;
        self.last = Last::Operand;
        text.get(..end)
    }

    /// Takes a regular expression. Awks disagree on which bracket ends a list and on a slash in one, so lists hold
    /// plain characters, classes and escaped slashes.
    fn regex(&mut self) -> Option<()> {
        let mut rest = self.rest.strip_prefix('/')?.chars();
        let mut in_list = false;
        loop {
            match rest.next()? {
                '\n' => return None,
                '\\' => match rest.next()? {
                    '\n' => return None,
                    '[' | ']' if in_list => return None,
                    _ => {}
                },
                '/' if in_list => return None,
                '/' => break,
                '[' if !in_list => {
                    in_list = true;
                    let text = rest.as_str();
                    let text = text.strip_prefix('^').unwrap_or(text);
                    if text.starts_with(']') {
                        return None;
                    }
                    rest = text.chars();
                }
                '[' => {
                    let (name, text) = rest.as_str().strip_prefix(':')?.split_once(":]")?;
                    if !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                        return None;
                    }
                    rest = text.chars();
                }
                ']' => in_list = false,
                _ => {}
            }
        }
        self.rest = rest.as_str();
        self.last = Last::Operand;
        Some(())
    }

    /// Takes `> "/dev/stderr"` where nothing is joined to the name.
    fn redirect(&mut self) -> Option<()> {
        self.rest = self.rest.trim_start_matches('>').trim_start_matches([' ', '\t']);
        let name = self.quoted()?;
        let behind = self.rest.trim_start_matches([' ', '\t']);
        let is_ended = behind.is_empty() || behind.starts_with(['\n', ';', '}']);
        (is_ended && matches!(name, "/dev/stderr" | "/dev/stdout")).then_some(())
    }

    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.rest = self.rest.get(bytes..)?;
        Some(())
    }
}

/// Where an unescaped `end` stands, on the same line.
fn end_of(text: &str, end: char) -> Option<usize> {
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\n' => return None,
            '\\' => {
                let (_, escaped) = characters.next()?;
                if escaped == '\n' {
                    return None;
                }
            }
            _ if character == end => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::only_computes;

    #[test]
    fn programs_that_only_compute() {
        for program in [
            "{print $1}",
            "{sum += $1} END {print \"Lines: \" sum}",
            "NR==1 || /foo|bar/",
            "$3 > 5 {print $1, $2}",
            "BEGIN {FS=\":\"} {printf \"%s\\n\", $1}",
            "{ if ($1 > 3) print \"a > b | c\" }",
            "/a[|]b/ {n++} END {print n}",
            "/^[[:space:]]*[^[:alnum:]_-]/ {print}",
            "{gsub(/[\\/ ]/, \"_\"); print}",
            "{print $1 / 2}",
            "{print > \"/dev/stderr\"}",
            "length($0) > 80",
            "NR>=10 && NR<=20 {print NR\": \"$0}",
            "# system\n{print}",
            "!seen[$0]++",
            "{a[$1]=$2; for (k in a) print k, a[k]}",
            "{print \"\\\"\" $1}",
            "$1 > 1.5e-3 && $2 < .5 {print $1*2, 10}",
            "{x = 1.; y = 2 \\\n + 3; print x y}",
        ] {
            assert!(only_computes(program), "{program}");
        }
    }

    #[test]
    fn programs_that_may_do_more() {
        for program in [
            "BEGIN{system(\"id\")}",
            "{print | \"sh\"}",
            "{print |& \"sh\"}",
            "BEGIN{\"id\" | getline x}",
            "{getline < \"/etc/shadow\"; print}",
            "{print > \"out\"}",
            "{print >> \"out\"}",
            "{print $1 > $2}",
            "{print > \"/dev/stderr\" \"x\"}",
            "{printf \"x\" > \"/dev/stdout/../x\"}",
            "BEGIN{f=\"sys\" \"tem\"; @f(\"id\")}",
            "@include \"x\"",
            "BEGIN{ARGV[1]=\"/etc/shadow\"; ARGC=2}",
            "{if (x) /\"/ ; system(\"id\") #\"/}",
            "{a++ /\"/ system(\"id\") \"/\"}",
            "/[/]\"/ {system(\"id\")} #\"",
            "{print length /\"/ system(\"id\")}",
            "\"unended",
            "/unended",
            "{print \"a\\\n\" | \"sh\"}",
            "`id`",
            "BEGIN{for(i=0;i<1;i++) print \"x\" > \"f\"}",
            "/a]b[/\"]/ {system(\"id\")} #\"",
            "/[]/\"]/ {system(\"id\")} #\"",
            "/[[:alpha:]/\"]/ {system(\"id\")} #\"",
            "{print $1,\n$2 > \"f\"}",
            "{if (x)\\\n/\"/ ; system(\"id\") #\"/}",
            "BEGIN{for(;print \"x\" > \"f\";);}",
            "BEGIN{1system(\"id\")}",
            "BEGIN{x=0x1system(\"id\")}",
            "BEGIN{x=1e1system(\"id\")}",
            "BEGIN{x=1esystem(\"id\")}",
            "BEGIN{x=.1system(\"id\")}",
            "BEGIN{x=1.system(\"id\")}",
            "BEGIN{while((1getline<\"f\")>0)print}",
            "BEGIN{print 1, \\\n\n2 > \"f\"}",
            "BEGIN{print 1 && \\\n\n2 > \"f\"}",
            "BEGIN{print 1, \\\n # x\n\n2 > \"f\"}",
        ] {
            assert!(!only_computes(program), "{program}");
        }
    }
}
