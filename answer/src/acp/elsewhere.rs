//! Whether a command may lead the shell that reads it into another directory.

/// Words that do, or that hide what does.
const LEADING: [&str; 16] = [
    ".", "..", "-", "~", "cd", "chdir", "pushd", "popd", "eval", "source", "alias", "trap", "z", "zi", "j",
    "autojump",
];

/// Whether it may. A shell of an agent's may live on, and the next command starts where this one has left it. What is
/// only known at run time counts as a yes; a function of the user's own by another name is not seen, nor a directory that
/// is named without a `/`.
pub(super) fn may_lead_elsewhere(text: &str) -> bool {
    let bare = bare(text);
    leads_by_its_words(&bare) || names_a_directory(&bare)
}

/// The same of a command that is told in words, each of which may be a script.
pub(super) fn may_words_lead_elsewhere(words: &[&str]) -> bool {
    let is_script = |before: &str| before.starts_with('-') && before.ends_with('c');
    let mut before = None;
    words.iter().any(|word| {
        let bare = bare(word);
        let is_script = before.replace(*word).map_or(words.len() == 1, is_script);
        leads_by_its_words(&bare) || is_script && names_a_directory(&bare)
    })
}

/// A text without what quotes.
fn bare(text: &str) -> String {
    let joined = text.replace("\\\n", "");
    joined.chars().filter(|sign| !"'\"\\".contains(*sign)).collect()
}

fn leads_by_its_words(bare: &str) -> bool {
    let hides = ['$', '`'].iter().any(|sign| bare.contains(*sign))
        || bare.contains('{') && (bare.contains(',') || bare.split('{').skip(1).any(is_range));
    let ends = |sign: char| sign.is_whitespace() || ";&|(){}<>=!".contains(sign);
    let mut commands = bare.split(|sign| ";&|(){}!\n".contains(sign));
    hides || bare.split(ends).any(|word| LEADING.contains(&word)) || commands.any(has_pattern_for_name)
}

/// Whether a command in it may be the name of a directory.
fn names_a_directory(bare: &str) -> bool {
    bare.split(|sign| ";&|()!\n".contains(sign))
        .any(may_be_a_directory)
}

/// Whether what follows a `{` begins with a range of letters, which can spell any name; numbers are none.
fn is_range(after: &str) -> bool {
    let inner = after
        .split(|sign: char| sign == '}' || sign.is_whitespace())
        .next();
    let is_number = |sign: char| sign.is_ascii_digit() || ".-".contains(sign);
    inner.is_some_and(|inner| inner.contains("..") && !inner.chars().all(is_number))
}

/// Whether a command is one path and nothing else: shells may be told to go to a directory that is named so.
fn may_be_a_directory(command: &str) -> bool {
    let mut words = Vec::new();
    let mut is_target = false;
    for word in command.split_whitespace() {
        let (before, is_redirected) = match word.split_once(['<', '>']) {
            Some((before, _)) => (
                before.trim_start_matches(|sign: char| sign.is_ascii_digit()),
                true,
            ),
            None => (word, false),
        };
        let is_assigned = words.is_empty() && before.contains('=');
        let is_name = !is_assigned && !BEFORE.contains(&before) && !["", "{", "}"].contains(&before);
        if is_name && !is_target {
            words.push(before);
        }
        is_target = is_redirected && word.ends_with(['<', '>']);
    }
    matches!(words.as_slice(), [path] if path.contains('/') || path.starts_with('~'))
}

/// Words that a command may begin with and that are not its name.
const BEFORE: [&str; 11] = [
    "if", "then", "elif", "else", "while", "until", "do", "time", "command", "builtin", "exec",
];

/// Whether a command's name is a pattern: a file that it matches gives it another one.
fn has_pattern_for_name(command: &str) -> bool {
    let mut words = command.split_whitespace();
    let name = words.find(|word| !word.contains('=') && !BEFORE.contains(word));
    name.is_some_and(|name| !["[", "[["].contains(&name) && name.contains(['*', '?', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_may_change_the_directory_counts() {
        for text in [
            "cd x",
            "ls && cd ..",
            "(cd x)",
            "c''d x",
            "\"cd\" x",
            "c\\d x",
            "c\\\nd x",
            "builtin cd x",
            "x=cd; $x y",
            "${x}",
            "`x`",
            "{c,x}d",
            "pushd x",
            "eval 'c' d",
            ". ./x",
            "source x",
            "alias x=cd",
            "f() { cd x; }",
            "..",
            "!cd x",
            "if cd x; then ls; fi",
            "c? x",
            "[c]d x",
            "ls && * x",
            "x=1 command c[d] x",
            "{c..c}d /etc",
            "x{a,b{c..c}d /etc",
            "echo {\"c\"..'c'}",
            "/etc",
            "ls; ../..",
            "~root",
            "src/ && ls",
            "x=1 /etc >x 2> y",
            "> x /etc",
            "{ /etc; }",
        ] {
            assert!(may_lead_elsewhere(text), "{text}");
        }
        assert!(may_words_lead_elsewhere(&["/etc"]));
        assert!(may_words_lead_elsewhere(&["bash", "-lc", "ls\n/etc"]));
        assert!(may_words_lead_elsewhere(&["bash", "-lc", "c'd' x"]));
        assert!(!may_words_lead_elsewhere(&["/bin/cat", "/etc/x", "y"]));
        for text in [
            "ls -la",
            "git status --short",
            "grep -rn 'x y' src | head -5",
            "cargo test -p abcd > out.txt",
            "cat ./x ../y",
            "ls *",
            "[ -f x ] && [[ x == y* ]] && rm -f *.o",
            "for f in *.c; do wc -l a?.c; done",
            "for i in {1..5} {01..-9..2}; do echo x; done",
            "find x -name y -exec grep -l w {} ../w ;",
            "/bin/ls x",
            "ls 2>/dev/null > /tmp/x",
            "ls",
        ] {
            assert!(!may_lead_elsewhere(text), "{text}");
        }
    }
}
