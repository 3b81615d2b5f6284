//! Known scripts cut into tokens and glued together, as a fuzzer's mutation would.

use crate::choices::Choices;
use crate::scripts;

/// A text: grown, spliced, or the bytes themselves.
pub fn text(choices: &mut Choices<'_>, bytes: &[u8]) -> String {
    match choices.below(4) {
        0 | 1 => scripts::script(choices),
        2 => spliced(choices),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Up to three runs of tokens, with something between them.
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
