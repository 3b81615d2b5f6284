//! What the words of an option say of how long it holds.

/// The words of a yes, or of half of one: what has none of them is no answer.
const SAYING_YES: [&str; 20] = [
    "accept",
    "accepted",
    "allow",
    "allowed",
    "approve",
    "approved",
    "confirm",
    "confirmed",
    "continue",
    "execute",
    "grant",
    "granted",
    "ok",
    "okay",
    "once",
    "permit",
    "permitted",
    "proceed",
    "run",
    "yes",
];

/// What may stand beside them in a yes for once. What is neither may be a word for longer, in whatever language.
const BESIDE: [&str; 16] = [
    "action",
    "call",
    "command",
    "it",
    "just",
    "one",
    "only",
    "operation",
    "option",
    "permission",
    "request",
    "the",
    "this",
    "time",
    "tool",
    "y",
];

/// What may stand between the words. Other signs may say something, as `*` does.
const BETWEEN: &str = " ,.:;!?()[]'\"`_-\u{2705}\u{2713}\u{2714}\u{fe0f}";

/// What an id may begin with before it counts, where it names nothing.
const COUNTED: [&str; 5] = ["call", "choice", "opt", "option", "request"];

/// What a no says that holds for longer than once.
const LASTING: [&str; 12] = [
    "always",
    "session",
    "forever",
    "remember",
    "again",
    "never",
    "permanent",
    "every",
    "future",
    "conversation",
    "project",
    "workspace",
];

/// The same, where it stands as a word: it is part of others.
const LASTING_WORDS: [&str; 9] = [
    "all", "any", "chat", "thread", "hour", "hours", "day", "today", "until",
];

/// Whether an option that allows does so for once, by its id and the name that a person is shown.
pub(super) fn is_for_once(id: &str, name: &str) -> bool {
    let said = words(name);
    is_of_words(&said)
        && said.iter().any(|word| says_yes(word))
        && [id, name].into_iter().flat_map(str::chars).all(is_plain)
        && (is_of_words(&words(id)) || says_nothing(id))
}

/// Whether an option that rejects says that it holds for longer. People may be given a way to say more in a no, so what
/// its other words are does not matter.
pub(super) fn lasts(id: &str, name: &str) -> bool {
    let said = format!("{id} {name}");
    let lower = said.to_lowercase();
    LASTING.iter().any(|word| lower.contains(word))
        || words(&said)
            .iter()
            .any(|word| LASTING_WORDS.contains(&word.as_str()))
}

fn is_plain(sign: char) -> bool {
    sign.is_alphanumeric() || BETWEEN.contains(sign)
}

fn says_yes(word: &str) -> bool {
    SAYING_YES.contains(&word)
}

/// Whether there are words, and all of them are of a yes for once.
fn is_of_words(words: &[String]) -> bool {
    let is_known = |word: &String| says_yes(word) || BESIDE.contains(&word.as_str());
    !words.is_empty() && words.iter().all(is_known)
}

/// Whether an id only tells options apart: a letter, a number, a UUID, digits and letters that no unit follows.
fn says_nothing(id: &str) -> bool {
    let is_uuid = id.len() == 36
        && id.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && id.chars().all(|sign| sign == '-' || sign.is_ascii_hexdigit());
    let tells_apart = |part: &str| {
        let is_number = part.chars().all(|sign| sign.is_ascii_digit());
        let is_hex = part.len() >= 4 && part.chars().all(|sign| sign.is_ascii_hexdigit());
        let is_mixed = part
            .trim_start_matches(|sign: char| sign.is_ascii_digit())
            .contains(|sign: char| sign.is_ascii_digit());
        is_number
            || part.len() == 1 && part.chars().all(|sign| sign.is_ascii_alphabetic())
            || is_hex && is_mixed
    };
    let mut parts = id
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .peekable();
    is_uuid
        || parts.peek().is_some()
            && parts.all(|part| tells_apart(part) || COUNTED.contains(&part.to_ascii_lowercase().as_str()))
}

/// The words of a text in lower case: they end at whatever is no letter or digit, and where `camelCase` has a border.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut signs = text.chars().peekable();
    let mut before = None;
    while let Some(sign) = signs.next() {
        let is_border = sign.is_uppercase()
            && (before.is_some_and(|before: char| !before.is_uppercase())
                || signs.peek().is_some_and(|next| next.is_lowercase()));
        if is_border || !sign.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| sign.is_alphanumeric()) {
            word.extend(sign.to_lowercase());
        }
        before = Some(sign);
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_is_for_once_where_its_words_say_nothing_else() {
        for (id, name) in [
            ("allow", "Allow"),
            ("allow_once", "Allow once"),
            ("allow-once", "Allow Once"),
            ("allowOnce", "Allow once (y)"),
            ("proceed_once", "Allow"),
            ("ProceedOnce", "Yes, allow once"),
            ("approved", "Yes"),
            ("approved", "Yes, proceed"),
            ("approve", "Approve once"),
            ("once", "✅ Run this command"),
            ("yes", "Yes, run this command"),
            ("accept", "Accept, just this one time"),
            ("y", "Allow"),
            ("1", "Allow"),
            ("opt-1", "Allow"),
            ("option_b", "Allow"),
            ("a1b2", "Allow"),
            ("0F8FAD5B-d9cb-469f-A165-70867728950e", "Allow"),
        ] {
            assert!(is_for_once(id, name), "{id}: {name}");
        }
        for (id, name) in [
            ("allowAll", "Allow"),
            ("allowALL", "Allow"),
            ("ALLOWAll", "Allow"),
            ("allowall", "Allow"),
            ("allow_always", "Allow"),
            ("allow-1d", "Allow"),
            ("allow-60", "Allow"),
            ("365d", "Allow"),
            ("allow:*", "Allow"),
            ("session-a1b2", "Allow"),
            ("y", "allowAll"),
            ("y", "Allow for 1 hour"),
            ("y", "Allow 60"),
            ("y", "Allow for this conversation"),
            ("y", "Allow this chat"),
            ("y", "Allow for thread"),
            ("y", "Allow in this project"),
            ("y", "Trust this workspace"),
            ("y", "Allow until restart"),
            ("y", "Allow today"),
            ("y", "Allow any command"),
            ("y", "Allow `git *` commands"),
            ("y", "Allow *"),
            ("y", "Allow /"),
            ("y", "Allow ∞"),
            ("y", "Yes to similar commands"),
            ("y", "Yes, auto-accept edits"),
            ("y", "Yes, and accept edits"),
            ("y", "Yes, bypass permissions"),
            ("y", "Yes, and switch to full access mode"),
            ("y", "Yes, and don't ask me"),
            ("y", "No"),
            ("y", "Alle erlauben"),
            ("y", "Toujours"),
            ("allow_once", ""),
            ("allow_once", "()"),
            ("allow_once", "y"),
            ("", "Allow"),
        ] {
            assert!(!is_for_once(id, name), "{id}: {name}");
        }
    }

    #[test]
    fn a_no_that_lasts_is_seen() {
        for (id, name) in [
            ("cancel", "No"),
            ("reject_once", "Reject this call"),
            ("abort", "No, and tell Codex what to do differently (esc)"),
        ] {
            assert!(!lasts(id, name), "{id}: {name}");
        }
        for (id, name) in [
            ("rejectAll", "Reject"),
            ("n", "Reject in this project"),
            ("n", "No, for this conversation"),
            ("n", "No, for 1 hour"),
            ("n", "No, not any command"),
        ] {
            assert!(lasts(id, name), "{id}: {name}");
        }
    }
}
