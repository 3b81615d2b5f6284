//! Passwords inside of values: addresses of package indexes and proxies have them in front of the host (RFC 3986, 3.2.1).

use std::ffi::OsStr;

/// What ends before the name of a user begins.
const BEFORE: &[char] = &[
    '/', ',', ';', '|', '=', '"', '\'', '<', '>', '(', ')', '[', ']', '{', '}',
];

/// Whether a value has a password or a token in it: `me:password@host`, `https://token@host`. A user's name alone, as in
/// `ssh://git@host`, is none.
pub(super) fn holds_one(value: &OsStr) -> bool {
    let value = value.to_string_lossy();
    let mut before: Vec<&str> = value.split('@').collect();
    before.pop();
    before.into_iter().any(|text| {
        let ends = |next: char| next.is_whitespace() || BEFORE.contains(&next);
        let user = text.rsplit(ends).next().unwrap_or(text);
        let scheme = text.strip_suffix(user).unwrap_or(text);
        let is_web = scheme.ends_with("http://") || scheme.ends_with("https://");
        let has_password = user.split_once(':').is_some_and(|(_, word)| !word.is_empty());
        has_password || (is_web && !user.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_seen_in_front_of_a_host() {
        for (value, expected) in [
            ("https://me:pw@host/simple", true),
            ("https://:pw@host/simple", true),
            ("https://token@host/simple", true),
            ("me:pw@host:3128", true),
            ("https://a/simple https://me:pw@b/simple", true),
            ("name=https://me:pw@b/simple", true),
            ("https://a,https://me:pw@b|direct", true),
            ("https://host/simple", false),
            ("https://host:8080/@scope/package", false),
            ("ssh://git@host:22/x", false),
            ("git@host:x.git", false),
            ("A <n@example.org>", false),
            ("n@example.org", false),
            ("-I/opt/openssl@3/include", false),
            ("@", false),
            ("", false),
        ] {
            assert_eq!(holds_one(OsStr::new(value)), expected, "{value}");
        }
    }
}
