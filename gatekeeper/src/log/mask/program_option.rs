//! Secrets behind an option whose name says nothing: `curl -u me:x`, `mysql -px`.

use std::ops::Range;

use super::text::Text;

/// A program, an option of it that takes a secret, and how.
struct Row(&'static str, &'static str, Taken);

/// Where the secret stands.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Taken {
    /// In the option's word.
    Attached,
    /// In the option's word or in the next.
    Either,
    /// As `Either`, behind the sub-command `login`; elsewhere the option is another one.
    Login,
}

const ROWS: &[Row] = &[
    Row("7z", "-p", Taken::Attached),
    Row("7za", "-p", Taken::Attached),
    Row("az", "-p", Taken::Login),
    Row("buildah", "-p", Taken::Login),
    Row("curl", "--proxy-user", Taken::Either),
    Row("curl", "--user", Taken::Either),
    Row("curl", "-U", Taken::Either),
    Row("curl", "-b", Taken::Either),
    Row("curl", "-u", Taken::Either),
    Row("docker", "-p", Taken::Login),
    Row("helm", "-p", Taken::Login),
    Row("http", "-a", Taken::Either),
    Row("https", "-a", Taken::Either),
    Row("ldapadd", "-w", Taken::Either),
    Row("ldapmodify", "-w", Taken::Either),
    Row("ldapsearch", "-w", Taken::Either),
    Row("mariadb", "-p", Taken::Attached),
    Row("mongo", "-p", Taken::Either),
    Row("mongosh", "-p", Taken::Either),
    Row("mysql", "-p", Taken::Attached),
    Row("mysqladmin", "-p", Taken::Attached),
    Row("mysqldump", "-p", Taken::Attached),
    Row("oc", "-p", Taken::Login),
    Row("podman", "-p", Taken::Login),
    Row("redis-cli", "-a", Taken::Either),
    Row("skopeo", "-p", Taken::Login),
    Row("smbclient", "-U", Taken::Either),
    Row("sqlcmd", "-P", Taken::Either),
    Row("sshpass", "-p", Taken::Either),
    Row("twine", "-p", Taken::Either),
    Row("unzip", "-P", Taken::Either),
    Row("xh", "-a", Taken::Either),
    Row("zip", "-P", Taken::Either),
];

/// Options of curl without a value, which may stand in one word with one that has a secret: `-su me:x`.
const FLAGS_OF_CURL: &[u8] = b"#0123469BGIJLNORSZafgijklnpqsv";

/// What stands in front of a password where openssl is told one.
const OPENSSL: &[u8] = b"pass:";

pub(super) fn find(text: &Text<'_>, found: &mut Vec<Range<usize>>) {
    let mut program: Option<&[u8]> = None;
    let mut logs_in = false;
    let mut place = 0;
    while place < text.len() {
        if matches!(text.at(place), b';' | b'|' | b'&' | b'\n') {
            program = None;
            logs_in = false;
        }
        let end = text.end_of(place, is_part);
        if end == place {
            place = place.saturating_add(1);
            continue;
        }
        let word = text.slice(place..end);
        if word.starts_with(OPENSSL) && word.len() > OPENSSL.len() {
            found.push(place.saturating_add(OPENSSL.len())..text.value(place, false).end);
        }
        let name = word.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let is_known = |name: &[u8]| ROWS.iter().any(|row| row.0.as_bytes() == name);
        match program {
            Some(program) => {
                logs_in |= word == b"login";
                found.extend(secret(text, program, logs_in, place..end));
            }
            None if is_known(name) => program = Some(name),
            None => {}
        }
        place = end;
    }
}

/// Everything that a word is made of, quotes and operators apart.
fn is_part(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b';' | b'|' | b'&' | b'(' | b')' | b'`')
}

/// The secret that an option of this program holds, or the word behind it.
fn secret(text: &Text<'_>, program: &[u8], logs_in: bool, word: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.slice(word.clone());
    let flags = if program == b"curl" {
        flags_of_curl(bytes)
    } else {
        0
    };
    let mut rows = ROWS.iter().filter(|row| row.0.as_bytes() == program);
    let row = rows.find(|row| {
        let option = row.1.as_bytes();
        match bytes.get(flags.saturating_add(1)..) {
            Some(rest) if flags > 0 => option.len() == 2 && rest.first() == option.get(1),
            Some(_) | None => bytes.starts_with(option),
        }
    })?;
    if row.2 == Taken::Login && !logs_in {
        return None;
    }
    let length = row.1.len().saturating_add(flags);
    let behind = word.start.saturating_add(length);
    let value = if bytes.len() > length {
        // A long option has its value behind `=`, and may be the beginning of another one.
        match (row.1.starts_with("--"), text.at(behind)) {
            (true, b'=') => text.value(behind.saturating_add(1), false),
            (true, _) => return None,
            (false, _) => text.value(behind, false),
        }
    } else if row.2 != Taken::Attached {
        let start = text.end_of(word.end, |byte| byte.is_ascii_whitespace());
        text.value(start, false)
    } else if matches!(text.at(word.end), b'"' | b'\'') {
        text.value(word.end, false)
    } else {
        return None;
    };
    (!value.is_empty() && !text.is_reference(&value)).then_some(value)
}

/// How many of those stand in front of the last option of a word.
fn flags_of_curl(word: &[u8]) -> usize {
    match word {
        [b'-', letters @ ..] if !letters.starts_with(b"-") => {
            let flags = letters.iter().take_while(|letter| FLAGS_OF_CURL.contains(letter));
            flags.count()
        }
        _ => 0,
    }
}
