//! What a command does in a word or two, for the person who is asked: read, list, search, or something else.

use diagnostics::Source;
use execpolicy::{
    Context, Effect, EffectKind, Entry, Executed, Knowledge, Reading, SegmentVerdict, Syntax, Trait, Value,
    Verdict,
};
use serde::{Deserialize, Serialize};
use shell_parser::WorkingDirectory;

/// One thing that a command does. The names on the wire are those of openai/codex's `commandActions`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum CommandAction {
    /// A file is shown.
    Read {
        /// The part of the command that does it, as it was written.
        command: String,
        /// The file's last name.
        name: String,
        /// The file, seen from where the command starts.
        path: String,
    },
    /// Names are shown, or what is known of files.
    ListFiles {
        /// The part of the command that does it, as it was written.
        command: String,
        /// The directory, seen from where the command starts; `None` is that place itself.
        path: Option<String>,
    },
    /// Something is looked for.
    Search {
        /// The part of the command that does it, as it was written.
        command: String,
        /// What is looked for, where it is known.
        query: Option<String>,
        /// Where, seen from where the command starts; `None` is that place itself, or what is piped to it.
        path: Option<String>,
    },
    /// Anything else, or more than that.
    Unknown {
        /// The whole command.
        command: String,
    },
}

/// What one segment does.
enum Part {
    /// Nothing that a person need be told: it forms a text, or says one.
    Nothing,
    /// These.
    Seen(Vec<CommandAction>),
    /// More than looking.
    More,
}

/// What a command does, in the order of its text, neighbours that are the same once. One part that does more than
/// look, or of which too little is known, makes the whole command [`CommandAction::Unknown`], alone in the list; so
/// does a command that only forms text.
pub(crate) fn actions(
    source: &Source,
    verdict: &Verdict,
    knowledge: &Knowledge,
    context: &Context,
) -> Vec<CommandAction> {
    let unknown = || {
        vec![CommandAction::Unknown {
            command: source.text().to_owned(),
        }]
    };
    if !verdict.gaps().is_empty() {
        return unknown();
    }
    let mut actions: Vec<CommandAction> = Vec::new();
    for judged in verdict.segments() {
        let reading = knowledge.read(&judged.segment, context);
        let look = Look {
            judged,
            reading: &reading,
            command: source.snippet(judged.segment.span).unwrap_or_default(),
        };
        match look.part(knowledge) {
            Part::Nothing => {}
            Part::Seen(seen) => {
                for action in seen {
                    if actions.last() != Some(&action) {
                        actions.push(action);
                    }
                }
            }
            Part::More => return unknown(),
        }
    }
    if actions.is_empty() { unknown() } else { actions }
}

/// One segment, and what is known of it.
#[derive(Clone, Copy)]
struct Look<'a> {
    judged: &'a SegmentVerdict,
    reading: &'a Reading,
    command: &'a str,
}

/// What of a segment's effects a person is shown. A path is `None` where no word names it, or it is not known.
#[derive(Default)]
struct Touched {
    /// Files and directories that are read.
    read: Vec<Option<String>>,
    /// Directories and files whose names or sizes are shown.
    listed: Vec<Option<String>>,
    /// Whether an option names a file that is read as well.
    reads_more: bool,
}

impl Look<'_> {
    fn part(&self, knowledge: &Knowledge) -> Part {
        let Some(touched) = self.touched() else {
            return Part::More;
        };
        let entry = self.reading.entry.as_deref();
        let entry = entry.and_then(|name| knowledge.entry(name));
        // A condition says nothing that is shown.
        if entry.is_some_and(|entry| entry.syntax() == Syntax::Test) {
            return Part::Nothing;
        }
        let command = || self.command.to_owned();
        let Touched {
            read,
            listed,
            reads_more,
        } = touched;
        let searches = entry.is_some_and(Entry::searches);
        let path = || read.iter().chain(&listed).flatten().next().cloned();
        let query = self.reading.sought.first();
        // Which word is looked for is not known where some word may be any.
        let is_uncertain = searches && !self.is_known();
        if query.is_some() || is_uncertain || (searches && reads_more) {
            return Part::Seen(vec![CommandAction::Search {
                command: command(),
                query: query.and_then(Value::exact).map(str::to_owned),
                path: path().filter(|_| !is_uncertain),
            }]);
        }
        // Who searches and is told nothing to look for shows names.
        if !listed.is_empty() || (searches && !read.is_empty()) {
            return Part::Seen(vec![CommandAction::ListFiles {
                command: command(),
                path: path(),
            }]);
        }
        // What a repository holds is more than a file, and so is what a directory configures.
        if entry.is_some_and(|entry| entry.has(Trait::Trusts)) {
            return Part::More;
        }
        if read.is_empty() {
            return Part::Nothing;
        }
        let files: Option<Vec<CommandAction>> = read.into_iter().map(|path| self.read(path)).collect();
        files.map_or(Part::More, Part::Seen)
    }

    fn read(&self, path: Option<String>) -> Option<CommandAction> {
        let path = path?;
        let name = path.rsplit('/').find(|name| !name.is_empty()).unwrap_or(&path);
        Some(CommandAction::Read {
            command: self.command.to_owned(),
            name: name.to_owned(),
            path,
        })
    }

    /// What the segment looks at; `None` where it does more than look.
    fn touched(&self) -> Option<Touched> {
        let mut touched = Touched::default();
        for effect in &self.judged.effects {
            match &effect.kind {
                EffectKind::Execute(Executed::Startup(_)) => {}
                EffectKind::Write(path) if path.exact() == Some("/dev/null") => {}
                EffectKind::List(path) if self.named(effect, path) == Namer::Option => {}
                EffectKind::List(path) => touched.listed.push(self.path(effect, path)),
                EffectKind::Read(path) if self.named(effect, path) == Namer::Option => {
                    touched.reads_more = true;
                }
                EffectKind::Read(path) => touched.read.push(self.path(effect, path)),
                EffectKind::Write(_)
                | EffectKind::Delete(_)
                | EffectKind::DeleteAll(_)
                | EffectKind::Connect(_)
                | EffectKind::Execute(_)
                | EffectKind::Configured(_)
                | EffectKind::Escalate
                | EffectKind::Signal
                | EffectKind::Configure
                | EffectKind::Overwrite
                | EffectKind::Setting { .. }
                | EffectKind::Unknown(_) => return None,
            }
        }
        Some(touched)
    }

    /// Whether every word is known, or a pattern of paths.
    fn is_known(&self) -> bool {
        let mut words = self.judged.segment.argv.iter();
        words.all(|word| matches!(word.value, Value::Exact(_) | Value::Glob(_)))
    }

    /// What names the path of an effect.
    fn named(&self, effect: &Effect, path: &Value) -> Namer {
        let segment = &self.judged.segment;
        if segment
            .redirects
            .iter()
            .any(|redirect| redirect.span == effect.cause)
        {
            return Namer::Operand;
        }
        let mut words = segment.argv.iter().enumerate();
        let Some((place, word)) = words.find(|(_, word)| word.span == effect.cause) else {
            return Namer::Option;
        };
        let is_option = word.value != *path && word.value.exact().is_some_and(|text| text.starts_with('-'));
        match (place, is_option) {
            (0, _) => Namer::Nothing,
            (_, true) if path.exact() == Some(".") => Namer::Nothing,
            (_, true) => Namer::Option,
            (_, false) => Namer::Operand,
        }
    }

    /// The path as it is shown.
    fn path(&self, effect: &Effect, path: &Value) -> Option<String> {
        let directory = match &self.judged.segment.directory {
            WorkingDirectory::Start => "",
            WorkingDirectory::Moved(directory) => directory,
            WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown => return None,
        };
        let path = match path {
            Value::Exact(text) | Value::Glob(text) => text,
            Value::OneOf(_) | Value::One { .. } | Value::Found(_) | Value::Many => return None,
        };
        let is_implied = self.named(effect, &Value::Exact(path.clone())) == Namer::Nothing;
        match (directory, is_implied) {
            ("", true) => None,
            (directory, true) => Some(directory.to_owned()),
            ("", false) => Some(path.to_string()),
            (_, false) if path.starts_with('/') => Some(path.to_string()),
            (directory, false) => Some(format!("{directory}/{path}")),
        }
    }
}

/// What names a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Namer {
    /// A word of its own, or a redirect.
    Operand,
    /// The value of an option.
    Option,
    /// No word: it is where the program runs.
    Nothing,
}

#[cfg(test)]
mod tests {
    use execpolicy::{Dialect, Directory};

    use super::*;
    use crate::{Command, Defaults, Gatekeeper};

    /// The actions in short: `read x`, `list`, `search "q" in x`, `unknown`.
    fn shown(text: &str) -> Vec<String> {
        let gatekeeper = Gatekeeper::of(&[], Defaults::BuiltIn).unwrap();
        let context = Context {
            workspace: Some("/w".into()),
            cwd: Directory::Known("/w".into()),
            home: Some("/home/u".into()),
            ..Context::default()
        };
        let judgement = gatekeeper.judge(Command::of_text(text, Dialect::Bash), &context);
        let place = |path: Option<String>| path.map(|path| format!(" in {path}")).unwrap_or_default();
        let actions = gatekeeper.actions(&judgement, &context).into_iter();
        let shown = actions.map(|action| match action {
            CommandAction::Read { path, name, .. } => {
                assert!(path.ends_with(&name));
                format!("read {path}")
            }
            CommandAction::ListFiles { path, .. } => format!("list{}", place(path)),
            CommandAction::Search { query, path, .. } => {
                format!("search {}{}", query.unwrap_or_default(), place(path))
            }
            CommandAction::Unknown { command } => {
                assert_eq!(command, text);
                "unknown".to_owned()
            }
        });
        shown.collect()
    }

    macro_rules! actions {
        ($($name:ident: $command:literal => [$($action:literal),+];)+) => {
            $(#[test] fn $name() { assert_eq!(shown($command), [$($action),+], "{}", $command); })+
        };
    }

    actions! {
        a_file: "cat -n src/lexer.rs" => ["read src/lexer.rs"];
        several_files: "head -3 a.txt docs/b.txt" => ["read a.txt", "read docs/b.txt"];
        a_redirect: "wc -l < words.txt" => ["read words.txt"];
        a_pattern_of_files: "cat notes/*.md" => ["read notes/*.md"];
        a_file_that_is_not_known: "cat \"$notes\"" => ["unknown"];
        the_same_twice: "cat a; cat a" => ["read a"];
        a_filter_behind: "nl -ba a.txt | sed -n 3,9p | tail -2" => ["read a.txt"];
        text_before: "printf '== %s' a; cat a" => ["read a"];
        text_alone: "echo a" => ["unknown"];
        a_directory_before: "cd docs && cat faq.md" => ["read docs/faq.md"];
        a_directory_before_a_root: "cd docs && cat /etc/hosts" => ["read /etc/hosts"];
        a_directory_that_is_not_known: "cd \"$d\" && cat faq.md" => ["unknown"];
        names: "ls -la" => ["list"];
        names_of_a_directory: "ls -la src" => ["list in src"];
        names_where_it_moved: "cd src && ls" => ["list in src"];
        names_found: "find src -type f" => ["list in src"];
        names_in_the_repository: "git ls-files" => ["list"];
        names_of_a_program_that_searches: "rg --files src" => ["list in src"];
        names_of_a_program_that_searches_here: "rg --files -g '*.md'" => ["list"];
        a_search: "grep -n fn src/lexer.rs" => ["search fn in src/lexer.rs"];
        a_search_in_a_directory: "rg -i 'a|b' src" => ["search a|b in src"];
        a_search_here: "rg fn" => ["search fn"];
        a_search_below_here: "grep -R fn" => ["search fn"];
        a_search_by_option: "grep -e fn -e struct src/a.rs" => ["search fn in src/a.rs"];
        a_search_for_lines_of_a_file: "grep -f words.txt a.txt" => ["search  in a.txt"];
        a_search_in_what_is_piped: "cat a.txt | grep fn" => ["read a.txt", "search fn"];
        a_search_by_name: "find docs -name '*.md' -newer x" => ["search *.md in docs"];
        a_search_in_the_repository: "git grep -n fn src" => ["search fn in src"];
        a_search_in_what_is_found: "find src -name '*.rs' | xargs grep -l fn" => ["search *.rs in src", "search "];
        what_a_shell_runs: "bash -c 'cd docs && cat faq.md'" => ["read docs/faq.md"];
        a_write: "cat a > b" => ["unknown"];
        nothing_kept: "ls src 2>/dev/null" => ["list in src"];
        a_variable: "LD_PRELOAD=x cat a" => ["unknown"];
        more_than_a_look: "cat a && rm a" => ["unknown"];
        more_than_a_look_inside: "find . -name a -exec rm {} +" => ["unknown"];
        a_program_that_is_not_known: "rg --files | frobnicate" => ["unknown"];
        a_repository: "git status | wc -l" => ["unknown"];
        a_file_of_a_repository: "git show HEAD:a" => ["unknown"];
        a_gap: "cat a &&" => ["unknown"];
        code: "python3 -c 'print(1)'" => ["unknown"];
        a_condition: "[ -f a ] && cat a" => ["read a"];
    }
}
