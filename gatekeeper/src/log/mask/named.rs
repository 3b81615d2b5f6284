//! Secrets by the name in front of them: `PASSWORD=x`, `--token x`, `Authorization: Bearer x`, `"secret": "x"`.

use std::ops::Range;

use super::text::Text;

/// Parts of a name that say so wherever they stand in it.
const ANYWHERE: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "apikey",
    "authtoken",
    "accesstoken",
    "accesskey",
    "privatekey",
    "clientsecret",
    "secretkey",
    "credential",
    "authorization",
    "keypass",
    "storepass",
];

/// Words of a name that say so.
const WORDS: &[&str] = &[
    "auth",
    "bearer",
    "cookie",
    "jwt",
    "pass",
    "pat",
    "secret",
    "sig",
    "signature",
    "token",
];

/// Two words of a name that say so together.
const PAIRS: &[(&str, &str)] = &[
    ("access", "key"),
    ("account", "key"),
    ("api", "key"),
    ("encryption", "key"),
    ("license", "key"),
    ("master", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("session", "key"),
    ("shared", "key"),
    ("signing", "key"),
    ("storage", "key"),
];

/// The last word of a name that is about a secret, and holds none.
const ABOUT: &[&str] = &[
    "age",
    "algorithm",
    "command",
    "count",
    "dir",
    "directory",
    "env",
    "expiry",
    "field",
    "file",
    "format",
    "header",
    "helper",
    "id",
    "interactive",
    "len",
    "length",
    "limit",
    "manager",
    "max",
    "method",
    "min",
    "mode",
    "name",
    "only",
    "path",
    "policy",
    "prompt",
    "provider",
    "scheme",
    "size",
    "source",
    "stdin",
    "store",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "version",
];

/// Words of a name that say that there is none, or that somebody is asked for one.
const WITHOUT: &[&str] = &["ask", "disable", "disabled", "no", "nopasswd", "skip", "without"];

pub(super) fn find(text: &Text<'_>, found: &mut Vec<Range<usize>>) {
    let mut place = 0;
    let mut last = 0..0;
    while place < text.len() {
        let end = text.end_of(place, is_part);
        if end == place {
            place = place.saturating_add(1);
            continue;
        }
        let name = text.slice(place..end);
        if let Some(value) = value_of(text, name, end, &last)
            && !value.is_empty()
            && !text.is_reference(&value)
        {
            // All of it is masked, so nothing is looked for in it.
            place = end.max(value.end);
            last = place..place;
            found.push(value);
            continue;
        }
        last = place..end;
        place = end;
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The value that stands behind a name of a secret.
fn value_of(text: &Text<'_>, name: &[u8], end: usize, last: &Range<usize>) -> Option<Range<usize>> {
    let name = std::str::from_utf8(name).ok()?;
    let is_bearer = ["Bearer", "bearer"].contains(&name);
    if !is_secret(name) {
        return None;
    }
    // The quote around a name, as in JSON.
    let quote = match text.inner_quote(end) {
        0 if matches!(text.at(end), b'"' | b'\'') => 1,
        length => length,
    };
    let behind = end.saturating_add(quote);
    let blank = |from: usize| text.end_of(from, |byte| matches!(byte, b' ' | b'\t'));
    match text.at(blank(behind)) {
        // `NAME+=x`, and what bash reads as `--name=x`.
        b'+' | b'\\' if text.starts_with(behind.saturating_add(1), b"=") => {
            Some(text.value(behind.saturating_add(2), false))
        }
        b'=' if blank(behind) == behind || quote > 0 => {
            let start = text.end_of(behind, |byte| matches!(byte, b' ' | b'=' | b'>'));
            Some(text.value(start, false))
        }
        b':' if blank(behind) == behind || quote > 0 => {
            let colon = blank(behind);
            let start = text.end_of(colon, |byte| matches!(byte, b' ' | b'\t' | b':' | b'='));
            Some(text.value(start, start > colon.saturating_add(1)))
        }
        _ if is_bearer && text.at(end) == b' ' => {
            let value = text.value(blank(end), false);
            (value.len() >= 8).then_some(value)
        }
        _ => {
            let is_option = name.starts_with('-');
            // `npm config set //host/:_authToken x`.
            let is_of_host = name.starts_with('_') && text.before(end.saturating_sub(name.len())) == b':';
            let is_set = is_of_host || text.slice(last.clone()) == b"set";
            let start = text.end_of(end, |byte| byte.is_ascii_whitespace());
            let is_word = start > end && (is_option || is_set);
            (is_word && text.at(start) != b'-').then(|| text.value(start, false))
        }
    }
}

/// Whether what is called so is a secret.
fn is_secret(name: &str) -> bool {
    let words = words(name);
    let glued: String = words.concat();
    let (Some(last), false) = (words.last(), glued.is_empty()) else {
        return false;
    };
    let turns_off = words.iter().any(|word| WITHOUT.contains(&word.as_str()));
    if turns_off || ABOUT.contains(&last.as_str()) {
        return false;
    }
    let neighbours = words.iter().zip(words.iter().skip(1));
    ANYWHERE.iter().any(|part| glued.contains(part))
        || words.iter().any(|word| WORDS.contains(&word.as_str()))
        // Alone it is the working directory, but for an option.
        || (words.len() > 1 || name.starts_with('-')) && ["pw", "pwd"].contains(&last.as_str())
        || neighbours
            .into_iter()
            .any(|(one, other)| PAIRS.contains(&(one.as_str(), other.as_str())))
}

/// The words of a name: `DB_PASS`, `x-api-key`, `authToken`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for letter in name.chars() {
        let begins = letter.is_ascii_uppercase() && was_lower;
        if begins || !letter.is_ascii_alphanumeric() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
        }
        was_lower = letter.is_ascii_lowercase();
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
