//! The words of `find`: each an option of its own, some with a command behind them.

use diagnostics::Span;
use shell_parser::{Argument, Found as Below, FoundLinks, Value, WorkingDirectory};

use super::Arguments;
use super::rest::{common_beginning, filled};
use crate::knowledge::declaration::Syntax;
use crate::knowledge::does::Does;
use crate::knowledge::spelling::Takes;
use crate::knowledge::unknown_word::may_be;
use crate::{Effect, EffectKind, UnknownEffect};

/// A command that is run for what is found.
pub(super) struct Found {
    words: Vec<Argument>,
    /// Whether it runs where the path is.
    elsewhere: bool,
    /// Whether it gets several paths at once.
    many: bool,
}

impl<'a> Arguments<'a, '_, '_> {
    /// A word of `find`.
    pub(super) fn find_word(&mut self, word: &'a Argument) {
        let Some(text) = word.value.exact() else {
            if self.meets_an_option(&word.value) {
                self.effects.unknown(UnknownEffect::Word, word.span);
            }
            self.operands.push(word);
            return;
        };
        if matches!(text, "(" | ")" | "!" | ",") {
            return;
        }
        if !text.starts_with('-') {
            self.operands.push(word);
            return;
        }
        let Some(option) = self.entry.option(text) else {
            self.effects.unknown(UnknownEffect::Option, word.span);
            return;
        };
        match (option.does, option.takes) {
            (Does::Executes | Does::ExecutesElsewhere, _) => self.command(option.does, word.span),
            (does, Takes::Nothing | Takes::Optional) => self.flag(does, word.span),
            (_, Takes::One) => self.separate(option, 1, word.span),
            (_, Takes::Two) => self.separate(option, 2, word.span),
        }
    }

    /// The command of `-exec`: up to `;`, or to `+` behind `{}`.
    fn command(&mut self, does: Does, span: Span) {
        let mut found = Found {
            words: Vec::new(),
            elsewhere: does == Does::ExecutesElsewhere,
            many: false,
        };
        while let Some(word) = self.words.get(self.next) {
            self.next = self.next.saturating_add(1);
            let after_braces = found.words.last().and_then(|word| word.value.exact()) == Some("{}");
            match word.value.exact() {
                Some(";") => break,
                Some("+") if after_braces => {
                    found.many = true;
                    break;
                }
                None if may_be(&word.value, ";") || may_be(&word.value, "+") => {
                    // The command may end here.
                    self.effects.unknown(UnknownEffect::Word, word.span);
                    found.words.push(word.clone());
                }
                Some(_) | None => found.words.push(word.clone()),
            }
        }
        if found.words.is_empty() {
            self.effects.unknown(UnknownEffect::Operand, span);
        }
        self.commands.push(found);
    }

    /// Hands the commands on, each with the paths that are found in the place of `{}`.
    pub(super) fn run_found(&mut self) {
        if self.entry.syntax != Syntax::Find {
            return;
        }
        let below = self.below();
        let known = self.known_beginning();
        if self.ends_names_with_nul() {
            self.effects.names.clone_from(&below);
        }
        for found in std::mem::take(&mut self.commands) {
            let (path, directory) = match &below {
                _ if found.elsewhere => {
                    let path = if found.many { Value::Many } else { beginning("./") };
                    (path, WorkingDirectory::Unknown)
                }
                Some(below) => (Value::Found(below.clone()), self.effects.directory()),
                None if found.many => (Value::Many, self.effects.directory()),
                None => (beginning(&known), self.effects.directory()),
            };
            let argv = found.words.into_iter().map(|word| Argument {
                value: filled(&word.value, "{}", &path),
                span: word.span,
            });
            self.effects.command(argv.collect(), Vec::new(), directory);
        }
    }

    /// What is found, where all words are known and none leads elsewhere than below the directories that are named.
    fn below(&self) -> Option<Box<Below>> {
        let words: Option<Vec<&str>> = self.words.iter().map(|word| word.value.exact()).collect();
        let words = words?;
        let is_unknown = |effect: &Effect| matches!(effect.kind, EffectKind::Unknown(_));
        if words.iter().any(|word| ELSEWHERE.contains(word)) || self.effects.found.iter().any(is_unknown) {
            return None;
        }
        Some(Box::new(Below {
            roots: self.roots()?.into(),
            named: named(&words)?.into(),
            links: if finds_no_links(&words) {
                FoundLinks::None
            } else {
                FoundLinks::Handed
            },
        }))
    }

    /// Where it begins; `None` where that is not known.
    fn roots(&self) -> Option<Vec<Box<str>>> {
        if self.operands.is_empty() {
            return Some(vec![".".into()]);
        }
        let roots = self
            .operands
            .iter()
            .map(|root| root.value.exact().map(Into::into));
        roots.collect()
    }

    /// What each path begins with that is found; nothing where another option names where it begins.
    fn known_beginning(&self) -> String {
        let is_listed = |word: &Argument| word.value.exact() == Some("-files0-from");
        if self.words.iter().any(is_listed) {
            return String::new();
        }
        self.roots()
            .map_or_else(String::new, |roots| common_beginning(&roots).to_owned())
    }

    /// Whether it writes the paths that it finds, each with a NUL behind it, and nothing else.
    fn ends_names_with_nul(&self) -> bool {
        let words = || self.words.iter().filter_map(|word| word.value.exact());
        words().any(|word| word == "-print0") && !words().any(|word| WRITES.contains(&word))
    }

    /// Whether a word that is not known may be one of the options, as a whole.
    pub(super) fn meets_an_option(&self, value: &Value) -> bool {
        self.entry.options.iter().any(|(name, _)| may_be(value, name))
    }
}

/// One word of which the beginning is known.
fn beginning(text: &str) -> Value {
    Value::One {
        prefix: text.into(),
        suffix: "".into(),
    }
}

/// Whether what is found before anything is done with it surely is none: where `-type` says so of all. A word that may be
/// the argument of the one before it proves nothing.
fn finds_no_links(words: &[&str]) -> bool {
    let mut depth = 0_usize;
    let mut is_no_link = false;
    let mut before = "";
    for (place, word) in words.iter().enumerate() {
        let is_denied = matches!(before, "!" | "-not");
        let may_be_argument = before.starts_with('-') && !ALONE.contains(&before);
        match *word {
            "-fprintf" => return false,
            "(" | ")" if may_be_argument => return false,
            "(" => depth = depth.saturating_add(1),
            ")" => depth = depth.saturating_sub(1),
            "-o" | "-or" | "," if depth == 0 => return false,
            "-type" if depth == 0 && !is_denied && !may_be_argument => {
                let kinds = words.get(place.saturating_add(1));
                is_no_link |= kinds.is_some_and(|kinds| kinds.chars().all(|kind| NO_LINKS.contains(kind)));
            }
            _ if ACTS.contains(word) => return is_no_link && !may_be_argument,
            _ => {}
        }
        before = word;
    }
    false
}

/// The patterns of names that the words ask for, each a name or several with `/` between them; `None` where one is an
/// expression that cannot be compared with a name.
fn named(words: &[&str]) -> Option<Vec<Box<str>>> {
    let mut named = Vec::new();
    let mut is_denied = false;
    for pair in words.windows(2) {
        let &[test, pattern] = pair else { continue };
        let denies = matches!(test, "!" | "-not");
        match test {
            _ if denies || is_denied => {}
            "-regex" | "-iregex" => return None,
            "-name" => named.push(plain_sets(pattern)?.into()),
            "-iname" => named.push(plain_sets(pattern)?.to_lowercase().into()),
            // There, a star stands for slashes too.
            "-path" | "-wholename" => named.push(plain_sets(pattern)?.replace('*', "*/*").into()),
            "-ipath" | "-iwholename" => {
                named.push(plain_sets(pattern)?.to_lowercase().replace('*', "*/*").into());
            }
            _ => {}
        }
        is_denied = denies && !is_denied;
    }
    Some(named)
}

/// The pattern with `?` for each set that is of other characters than it lists; `None` where that is not
/// clear.
pub(crate) fn plain_sets(pattern: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('[') {
        // A bracket that closes at once is one of the set.
        let inside = behind.trim_start_matches(['!', '^']);
        let skipped = usize::from(inside.starts_with(']'));
        let after = inside.get(skipped..).and_then(|inside| inside.split_once(']'));
        let (set, after) = after?;
        if before.ends_with('\\') || set.contains(['/', '*', '?', '\\', '[']) {
            return None;
        }
        text.push_str(before);
        if inside.len() < behind.len() || skipped > 0 {
            text.push('?');
        } else {
            text.extend(["[", set, "]"]);
        }
        rest = after;
    }
    Some(text + rest)
}

/// Options by which other paths are found than those below the directories that are named, links among them that are
/// followed to the end.
const ELSEWHERE: &[&str] = &["-L", "-H", "-follow", "-files0-from"];

/// What `-type` may be told that is no link.
const NO_LINKS: &str = "bcdpfs,";

/// Words that have no argument, and stand before others often.
const ALONE: &[&str] = &[
    "-a", "-and", "-o", "-or", "-not", "-prune", "-print", "-depth", "-xdev", "-empty",
];

/// Options that hand over what is found.
const ACTS: &[&str] = &["-exec", "-ok", "-execdir", "-okdir", "-print0"];

/// Options that write something beside the paths, or that have something written.
const WRITES: &[&str] = &[
    "-print",
    "-printf",
    "-ls",
    "-exec",
    "-ok",
    "-execdir",
    "-okdir",
    "-fls",
    "-fprint",
    "-fprint0",
    "-fprintf",
    "-help",
    "--help",
    "-version",
    "--version",
    "-D",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_no_link_where_a_type_says_so_of_all() {
        let cases = [
            ("-type f -exec cat {} +", true),
            ("-name x -type f,d -print0", true),
            ("( -name x -o -name y ) -type f -exec cat {} ;", true),
            ("! -name x -type f -exec cat {} ;", true),
            ("-exec cat {} ;", false),
            ("-type l -exec cat {} ;", false),
            ("-type f,l -exec cat {} ;", false),
            ("! -type f -exec cat {} ;", false),
            ("! ( -type f ) -exec cat {} ;", false),
            ("-type f -o -name x -exec cat {} ;", false),
            ("-name x , -type f -exec cat {} ;", false),
            ("-exec cat {} ; -type f", false),
            ("-print0 -type f", false),
            ("-name -type -name x -exec cat {} ;", false),
            ("-exec cat -type f ;", false),
            ("-type f -print -exec cat {} +", true),
            ("( -name x -prune ) -o -type f -exec cat {} ;", false),
            // What stands behind an option may be its argument.
            ("! ( -name ) -type f ) -exec cat {} ;", false),
            ("-type f -name -exec -o -name x -exec cat {} ;", false),
            ("-fprintf -type d -exec cat {} ;", false),
            ("-name ! -type f -exec cat {} ;", false),
        ];
        for (words, expected) in cases {
            let words: Vec<&str> = words.split(' ').collect();
            assert_eq!(finds_no_links(&words), expected, "{words:?}");
        }
    }

    #[test]
    fn what_is_looked_for_is_named() {
        for (words, names) in [
            ("-name x", Some("x")),
            ("-name *.[ch] -type f", Some("*.[ch]")),
            ("-name .[!e]nv", Some(".?nv")),
            ("-name []]x", Some("?x")),
            ("-iname X[A-Z]", Some("x[a-z]")),
            ("-path ./a*b", Some("./a*/*b")),
            ("! -name x", Some("")),
            ("-not -path */x/*", Some("")),
            ("! ! -name x", Some("x")),
            ("! -not ! -name x", Some("")),
            ("-not ( -name x )", Some("x")),
            ("! -name x -name y", Some("y")),
            ("-name a -o -name b", Some("a b")),
            ("-regex .*x", None),
            ("-name [[:alpha:]]x", None),
            ("-name x[", None),
            ("-name \\[x]", None),
        ] {
            let words: Vec<&str> = words.split(' ').collect();
            let found = named(&words).map(|names| names.join(" "));
            assert_eq!(found.as_deref(), names, "{words:?}");
        }
    }
}
