//! Which scripts of sed only edit the text that passes through.

use std::iter::Peekable;
use std::str::Chars;

/// Whether the script, as GNU sed 4.9 reads it, only edits: addresses of lines, `$` and `/regex/`, the commands
/// `d D g G h H l n N p P q Q x z =`, `{ }`, `y`, and `s` with the flags `g i I m M p` and a number.
///
/// Everything else is not: `e` and the flag `e` run programs, `w W` write and `r R` read files, and what takes text
/// to the end of a line (`a i c`, labels, comments) is left out.
pub(crate) fn only_edits(script: &str) -> bool {
    let mut rest = script.chars().peekable();
    loop {
        skip(&mut rest, |character| {
            matches!(character, ' ' | '\t' | '\n' | ';' | '}')
        });
        if rest.peek().is_none() {
            return true;
        }
        if !address(&mut rest) {
            return false;
        }
        match rest.next() {
            Some('{') => continue,
            Some('d' | 'D' | 'g' | 'G' | 'h' | 'H' | 'n' | 'N' | 'p' | 'P' | 'x' | 'z' | '=') => {}
            Some('q' | 'Q' | 'l') => {
                skip(&mut rest, |character| character == ' ');
                skip(&mut rest, |character| character.is_ascii_digit());
            }
            Some('s') => {
                let Some(delimiter) = delimiter(&mut rest) else {
                    return false;
                };
                if !until(&mut rest, delimiter) || !until(&mut rest, delimiter) {
                    return false;
                }
                skip(&mut rest, |character| {
                    character.is_ascii_digit() || matches!(character, 'g' | 'i' | 'I' | 'm' | 'M' | 'p')
                });
            }
            Some('y') => {
                let Some(delimiter) = delimiter(&mut rest) else {
                    return false;
                };
                if !until(&mut rest, delimiter) || !until(&mut rest, delimiter) {
                    return false;
                }
            }
            Some(_) | None => return false,
        }
        skip(&mut rest, |character| matches!(character, ' ' | '\t'));
        if !matches!(rest.peek(), None | Some('\n' | ';' | '}')) {
            return false;
        }
    }
}

/// Takes an address, a range, and `!`; none is one too.
fn address(rest: &mut Peekable<Chars<'_>>) -> bool {
    if !line(rest) {
        return false;
    }
    skip(rest, |character| character == ' ');
    if rest.next_if_eq(&',').is_some() {
        skip(rest, |character| character == ' ');
        let _ = rest.next_if(|character| matches!(character, '+' | '~'));
        if !line(rest) {
            return false;
        }
    }
    skip(rest, |character| matches!(character, ' ' | '!'));
    true
}

/// Takes `5`, `0~3`, `$`, `/regex/I`, or nothing.
fn line(rest: &mut Peekable<Chars<'_>>) -> bool {
    if rest.next_if_eq(&'/').is_some() {
        if !until(rest, '/') {
            return false;
        }
        skip(rest, |character| matches!(character, 'I' | 'M'));
    } else if rest.next_if_eq(&'$').is_none() {
        skip(rest, |character| character.is_ascii_digit() || character == '~');
    }
    true
}

/// Takes the character that parts the pieces of `s` and `y`.
fn delimiter(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    rest.next()
        .filter(|delimiter| delimiter.is_ascii_graphic() && *delimiter != '\\')
}

/// Takes a piece up to its delimiter. A delimiter in brackets ends it for GNU sed and not for others, so that is no.
fn until(rest: &mut Peekable<Chars<'_>>, delimiter: char) -> bool {
    let mut in_brackets = false;
    while let Some(character) = rest.next() {
        match character {
            _ if character == delimiter => return !in_brackets,
            // A backslash takes the next character with it; at the end of the text there is none.
            '\\' if rest.next().is_some() => {}
            '\\' | '\n' => return false,
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            _ => {}
        }
    }
    false
}

fn skip(rest: &mut Peekable<Chars<'_>>, is: impl Fn(char) -> bool) {
    while rest.next_if(|character| is(*character)).is_some() {}
}

#[cfg(test)]
mod tests {
    use super::only_edits;

    #[test]
    fn scripts_that_only_edit() {
        for script in [
            "",
            "1,5p",
            "10p;20p",
            "$p",
            "/foo/p",
            "/a\\/b/,/c/p",
            "1,+3p",
            "0~4d",
            "5q",
            "1!G;h;$!d",
            "s/a/b/",
            "s/a/b/g;s|c|d|2p",
            "s,/usr,/opt,",
            "/x/{n;p}",
            "y/abc/xyz/",
            "=",
            "s/^[ \\t]*//",
            " 1 , 5 p ",
            "s/\\(a\\)/\\1\\n/gI",
        ] {
            assert!(only_edits(script), "{script}");
        }
    }

    #[test]
    fn scripts_that_may_do_more() {
        for script in [
            "e",
            "1e id",
            "s/a/id/e",
            "s/a/b/w out",
            "w out",
            "1w out",
            "W out",
            "r /etc/shadow",
            "R x",
            "s/a/b/gew x",
            "p;w x",
            "{p;w x}",
            "s/[/]/x/e",
            "s/a/b",
            "s/a",
            "s",
            "y/a/b/w",
            "a text",
            "i\\\ntext",
            "b",
            ":x",
            "# e",
            "\\,x,w out",
            "1,5pw x",
            "s\\a\\b\\e",
            "s/a/b\\",
            "s/a\nb/c/",
            "F",
            "v",
            "/x/Iw f",
            "se",
            "5,w x",
            "5 e",
        ] {
            assert!(!only_edits(script), "{script}");
        }
    }
}
