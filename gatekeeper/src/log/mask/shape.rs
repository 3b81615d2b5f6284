//! Secrets that are known by their shape: tokens with a lead of their issuer, private keys, passwords in addresses.

use std::ops::Range;

use super::text::Text;

/// How a token begins, how many characters follow at least, and which.
struct Token {
    lead: &'static str,
    least: usize,
    of: fn(u8) -> bool,
}

const fn token(lead: &'static str, least: usize, of: fn(u8) -> bool) -> Token {
    Token { lead, least, of }
}

/// Tokens by their leads, as their issuers describe them.
const TOKENS: &[Token] = &[
    token("AGE-SECRET-KEY-1", 40, is_upper),
    token("AIza", 30, is_word),
    token("AKIA", 16, is_upper),
    token("ASIA", 16, is_upper),
    token("ATATT3", 20, is_dotted),
    token("CFPAT-", 20, is_word),
    token("EAACEdEose0cBA", 8, is_alphanumeric),
    token("GOCSPX-", 16, is_word),
    token("LTAI", 16, is_alphanumeric),
    token("NRAK-", 20, is_alphanumeric),
    token("PMAK-", 20, is_word),
    token("SG.", 30, is_dotted),
    token("atlasv1.", 20, is_dotted),
    token("dapi", 32, is_alphanumeric),
    token("dckr_pat_", 16, is_word),
    token("doo_v1_", 20, is_alphanumeric),
    token("dop_v1_", 20, is_alphanumeric),
    token("dp.pt.", 20, is_alphanumeric),
    token("eyJ", 16, is_dotted),
    token("figd_", 20, is_word),
    token("gho_", 16, is_alphanumeric),
    token("ghp_", 16, is_alphanumeric),
    token("ghr_", 16, is_alphanumeric),
    token("ghs_", 16, is_alphanumeric),
    token("ghu_", 16, is_alphanumeric),
    token("github_pat_", 20, is_word),
    token("glc_", 20, is_alphanumeric),
    token("gldt-", 16, is_word),
    token("glpat-", 16, is_dotted),
    token("glsa_", 20, is_word),
    token("gsk_", 30, is_alphanumeric),
    token("hf_", 20, is_alphanumeric),
    token("hvb.", 16, is_dotted),
    token("hvs.", 16, is_dotted),
    token("lin_api_", 20, is_alphanumeric),
    token("npm_", 30, is_alphanumeric),
    token("ntn_", 20, is_alphanumeric),
    token("nvapi-", 20, is_word),
    token("pul-", 40, is_alphanumeric),
    token("pypi-", 30, is_word),
    token("rk_live_", 16, is_alphanumeric),
    token("rubygems_", 20, is_alphanumeric),
    token("sbp_", 20, is_alphanumeric),
    token("shpat_", 20, is_alphanumeric),
    token("shpss_", 20, is_alphanumeric),
    token("sk-", 20, is_word),
    token("sk_live_", 16, is_alphanumeric),
    token("sk_test_", 16, is_alphanumeric),
    token("sntrys_", 20, is_dotted),
    token("sq0atp-", 20, is_word),
    token("sq0csp-", 20, is_word),
    token("tskey-", 16, is_word),
    token("whsec_", 16, is_dotted),
    token("xai-", 40, is_alphanumeric),
    token("xapp-", 10, is_word),
    token("xoxa-", 10, is_word),
    token("xoxb-", 10, is_word),
    token("xoxp-", 10, is_word),
    token("xoxr-", 10, is_word),
    token("xoxs-", 10, is_word),
    token("ya29.", 20, is_dotted),
];

fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_dotted(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'.' | b'=' | b'+' | b'/' | b'~')
}

pub(super) fn find(text: &Text<'_>, found: &mut Vec<Range<usize>>) {
    let mut place = 0;
    while place < text.len() {
        let end = match text.at(place) {
            b'-' if text.starts_with(place, b"-----BEGIN ") => private_key(text, place),
            b':' if text.starts_with(place, b"://") => {
                found.extend(password(text, place.saturating_add(3)));
                None
            }
            byte if byte.is_ascii_alphabetic() && !text.before(place).is_ascii_alphanumeric() => {
                tail_of_token(text, place)
            }
            _ => None,
        };
        if let Some(end) = end {
            found.push(place..end);
        }
        place = end.unwrap_or_else(|| place.saturating_add(1));
    }
}

/// The end of the token that begins here.
fn tail_of_token(text: &Text<'_>, place: usize) -> Option<usize> {
    let first = text.at(place);
    let mut rows = TOKENS.iter().filter(|row| {
        row.lead.as_bytes().first() == Some(&first) && text.starts_with(place, row.lead.as_bytes())
    });
    rows.find_map(|row| {
        let start = place.saturating_add(row.lead.len());
        let tail = text.slice(start..start.saturating_add(row.least));
        let fits = tail.len() == row.least && tail.iter().all(|byte| (row.of)(*byte));
        // Words of a language alone are a name: `sk-learn-contrib-project-template`.
        let is_random = tail
            .iter()
            .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        (fits && is_random).then(|| text.end_of(start, row.of))
    })
}

/// The end of the private key that begins here; of one that is cut off, the end of the text.
fn private_key(text: &Text<'_>, place: usize) -> Option<usize> {
    let line = text.end_of(place, |byte| byte != b'\n');
    let head = text.slice(place..line.min(place.saturating_add(64)));
    if !head.windows(11).any(|window| window == b"PRIVATE KEY") {
        return None;
    }
    let foot = (place.saturating_add(11)..text.len()).find(|at| text.starts_with(*at, b"-----END "));
    Some(foot.map_or(text.len(), |foot| {
        text.end_of(foot, |byte| !matches!(byte, b'\n' | b'"' | b'\''))
    }))
}

/// The password in the authority that begins here: `https://user:password@host`.
fn password(text: &Text<'_>, start: usize) -> Option<Range<usize>> {
    let is_part = |byte: u8| {
        !byte.is_ascii_whitespace()
            && !matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'|' | b';' | 0)
    };
    let end = text.end_of(start, is_part);
    let authority = text.slice(start..end);
    let at = authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority.iter().take(at).position(|byte| *byte == b':');
    let user = authority.get(..colon.unwrap_or(at)).unwrap_or_default();
    let says_token =
        text.slice(start.saturating_add(user.len())..start.saturating_add(at)) == b":x-oauth-basic";
    let is_variable = user.starts_with(b"$");
    if !user.is_empty() && !is_variable && (says_token || colon.is_none() && is_mixed(user)) {
        return Some(start..start.saturating_add(user.len()));
    }
    let colon = colon?;
    let password = start.saturating_add(colon).saturating_add(1)..start.saturating_add(at);
    let is_variable = text.at(password.start) == b'$';
    (!password.is_empty() && !is_variable && !text.is_reference(&password)).then_some(password)
}

/// Whether a user's name is none that a person has: a token that stands alone.
fn is_mixed(user: &[u8]) -> bool {
    let has = |kind: fn(&u8) -> bool| user.iter().any(kind);
    user.len() >= 8 && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}
