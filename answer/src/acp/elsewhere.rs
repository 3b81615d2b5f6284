//! Whether a command may lead the shell that reads it into another directory.

/// Words that do, or that hide what does.
const LEADING: [&str; 16] = [
    ".", "..", "-", "~", "cd", "chdir", "pushd", "popd", "eval", "source", "alias", "trap", "z", "zi", "j",
    "autojump",
];

/// Whether it may. A shell of an agent's may live on, and the next command starts where this one has left it. What is
/// only known at run time counts as a yes; a function of the user's own by another name is not seen.
pub(super) fn may_lead_elsewhere(text: &str) -> bool {
    let joined = text.replace("\\\n", "");
    let bare: String = joined.chars().filter(|sign| !"'\"\\".contains(*sign)).collect();
    let hides =
        ['$', '`'].iter().any(|sign| bare.contains(*sign)) || bare.contains('{') && bare.contains(',');
    let ends = |sign: char| sign.is_whitespace() || ";&|(){}<>=!".contains(sign);
    let commands = bare.split(|sign| ";&|(){}!\n".contains(sign));
    hides
        || bare.split(ends).any(|word| LEADING.contains(&word))
        || commands.into_iter().any(has_pattern_for_name)
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
        ] {
            assert!(may_lead_elsewhere(text), "{text}");
        }
        for text in [
            "ls -la",
            "git status --short",
            "grep -rn 'x y' src | head -5",
            "cargo test -p abcd > out.txt",
            "cat ./x ../y",
            "ls *",
            "[ -f x ] && [[ x == y* ]] && rm -f *.o",
            "for f in *.c; do wc -l a?.c; done",
        ] {
            assert!(!may_lead_elsewhere(text), "{text}");
        }
    }
}
