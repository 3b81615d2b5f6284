//! Here-documents taken out of a text, so that the grammar reads what is left.
//!
//! The grammar knows one document a line, no comment, `;` or `&` behind it, and only plain delimiters. Where it fails,
//! a reader of lines finds the documents as bash does (manual, 3.6.6), and the grammar reads the text with each
//! `<<A` written as `< A` and each body as blanks. It must then see a redirect at each of these places, or the
//! text stays a gap. What is not read by lines with certainty, such as a substitution, is not taken out at all.

use diagnostics::Span;

/// A text without the bodies of its documents, of the same length.
#[derive(Debug)]
pub(crate) struct Lifted {
    /// What the grammar reads.
    pub(crate) text: String,
    /// In the order of the text.
    pub(crate) documents: Vec<Document>,
}

/// One here-document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Document {
    /// Its `<<`.
    pub(crate) operator: Span,
    /// The delimiter as it is written.
    pub(crate) word: Span,
    /// Whether a quote in the delimiter keeps everything in the body as it stands.
    pub(crate) is_quoted: bool,
    /// Whether leading tabs are taken off: `<<-`.
    pub(crate) strips_tabs: bool,
    /// Its lines without the closing one.
    pub(crate) body: Span,
}

/// Takes the documents out; `None` where there is none, or where they are not certain.
pub(crate) fn lift(text: &str) -> Option<Lifted> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        begins_word: true,
        pending: Vec::new(),
        documents: Vec::new(),
    };
    while reader.at < text.len() {
        reader.step()?;
    }
    if !reader.pending.is_empty() || reader.documents.is_empty() {
        return None;
    }
    let mut lifted = text.as_bytes().to_vec();
    for document in &reader.documents {
        let Document {
            operator, word, body, ..
        } = document;
        blank(&mut lifted, operator.start().saturating_add(1), word.start());
        // The closing line goes with the body.
        let close = text
            .get(body.end()..)?
            .find('\n')
            .map_or(text.len(), |length| body.end().saturating_add(length));
        blank(&mut lifted, body.start(), close);
    }
    Some(Lifted {
        text: String::from_utf8(lifted).ok()?,
        documents: reader.documents,
    })
}

/// Makes blanks of a stretch; its lines stay lines.
fn blank(bytes: &mut [u8], start: usize, end: usize) {
    for byte in bytes.get_mut(start..end).unwrap_or_default() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// A reading from left to right that knows quotes, comments and lines, and gives up on everything that nests.
struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    begins_word: bool,
    /// Documents whose body begins at the next line, with their delimiters.
    pending: Vec<(Document, String)>,
    documents: Vec<Document>,
}

impl Reader<'_> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at.saturating_add(ahead)).copied()
    }

    fn skip(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    /// Reads one character, quoted text, comment or document.
    fn step(&mut self) -> Option<()> {
        let begins_word = std::mem::replace(&mut self.begins_word, false);
        let next = self.byte(1);
        let sum = self.sum().filter(|_| begins_word || self.byte(0) == Some(b'$'));
        if let Some(length) = self.braced_name().or(sum) {
            self.skip(length);
            return Some(());
        }
        if self.nests(next) {
            return None;
        }
        match (self.byte(0)?, next) {
            (b'\\', Some(b'\n')) if self.pending.is_empty() => {
                self.begins_word = begins_word;
                self.skip(2);
            }
            (b'\\', Some(b'\n')) => return None,
            (b'(' | b'[', next) if begins_word && next == self.byte(0) => return None,
            (b'\\', _) => self.skip(2),
            (b'\'', _) => self.quoted(b'\'')?,
            (b'"', _) => self.quoted(b'"')?,
            (b'#', _) if begins_word => {
                let rest = self.text.get(self.at..)?;
                self.skip(rest.find('\n').unwrap_or(rest.len()));
            }
            (b'<', Some(b'<')) if self.byte(2) == Some(b'<') => self.skip(3),
            (b'<', Some(b'<')) => self.document()?,
            (b'\n', _) => {
                self.skip(1);
                self.bodies()?;
                self.begins_word = true;
            }
            (byte, _) => {
                self.begins_word = matches!(
                    byte,
                    b' ' | b'\t' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>'
                );
                self.skip(1);
            }
        }
        Some(())
    }

    /// The length of a `${name}` that stands here.
    fn braced_name(&self) -> Option<usize> {
        let (name, _) = self.text.get(self.at..)?.strip_prefix("${")?.split_once('}')?;
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (plain && !name.is_empty()).then(|| name.len().saturating_add(3))
    }

    /// The length of a `((…))` or `$((…))` that stands here, with nothing but numbers, names and operators in it.
    fn sum(&self) -> Option<usize> {
        let rest = self.text.get(self.at..)?;
        let inner = rest.strip_prefix("$((").or_else(|| rest.strip_prefix("(("))?;
        let (inner, after) = inner.split_once("))")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_ \t+-*/%<>=!&|^~?:,;".contains(&byte);
        let is_plain = inner.bytes().all(plain) && !inner.contains("<<");
        is_plain.then(|| rest.len().saturating_sub(after.len()))
    }

    /// Whether something begins here in which other rules hold.
    fn nests(&self, next: Option<u8>) -> bool {
        matches!(
            (self.byte(0), next),
            (Some(b'`'), _)
                | (Some(b'<' | b'>'), Some(b'('))
                | (Some(b'$'), Some(b'(' | b'{' | b'[' | b'\''))
        )
    }

    /// Text in quotes, in which nothing runs.
    fn quoted(&mut self, quote: u8) -> Option<()> {
        self.skip(1);
        loop {
            if let Some(length) = self.braced_name().filter(|_| quote == b'"') {
                self.skip(length);
            }
            match (self.byte(0)?, self.byte(1)) {
                (byte, _) if byte == quote => break,
                (b'\n', _) if !self.pending.is_empty() => return None,
                (b'`', _) | (b'$', Some(b'(' | b'{' | b'[')) if quote == b'"' => return None,
                (b'\\', Some(b'\n')) if quote == b'"' && !self.pending.is_empty() => return None,
                (b'\\', _) if quote == b'"' => self.skip(2),
                _ => self.skip(1),
            }
        }
        self.skip(1);
        Some(())
    }

    /// `<<word` or `<<-word`.
    fn document(&mut self) -> Option<()> {
        let start = self.at;
        self.skip(2);
        let strips_tabs = self.byte(0) == Some(b'-');
        self.skip(usize::from(strips_tabs));
        let operator = Span::of(start, self.at);
        while matches!(self.byte(0), Some(b' ' | b'\t')) {
            self.skip(1);
        }
        let word_start = self.at;
        let (delimiter, is_quoted) = self.delimiter()?;
        self.pending.push((
            Document {
                operator,
                word: Span::of(word_start, self.at),
                is_quoted,
                strips_tabs,
                body: Span::default(),
            },
            delimiter,
        ));
        Some(())
    }

    /// The delimiter without its quotes, and whether there were any.
    fn delimiter(&mut self) -> Option<(String, bool)> {
        let mut delimiter = String::new();
        let mut is_quoted = false;
        loop {
            match self.byte(0) {
                None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')' | b'<' | b'>') => break,
                Some(quote @ (b'\'' | b'"')) => {
                    is_quoted = true;
                    self.skip(1);
                    let rest = self.text.get(self.at..)?;
                    let (inner, _) = rest.split_once(char::from(quote))?;
                    let acts = quote == b'"' && inner.contains(['\\', '$', '`']);
                    if acts || inner.contains('\n') {
                        return None;
                    }
                    delimiter.push_str(inner);
                    self.skip(inner.len().saturating_add(1));
                }
                Some(b'\\') => {
                    is_quoted = true;
                    let escaped = self.byte(1).filter(u8::is_ascii_alphanumeric)?;
                    delimiter.push(char::from(escaped));
                    self.skip(2);
                }
                Some(byte) if byte.is_ascii_alphanumeric() || b"_-.%@+,:/".contains(&byte) => {
                    delimiter.push(char::from(byte));
                    self.skip(1);
                }
                Some(_) => return None,
            }
        }
        (is_quoted || !delimiter.is_empty()).then_some((delimiter, is_quoted))
    }

    /// The bodies of the documents that began on the line before, one after the other.
    fn bodies(&mut self) -> Option<()> {
        for (mut document, delimiter) in std::mem::take(&mut self.pending) {
            let (end, line_end) = closing_line(self.text, self.at, &delimiter, document.strips_tabs)?;
            document.body = Span::of(self.at, end);
            // bash takes a line continuation out of such a body before it looks for the closing line.
            let body = document.body.text(self.text)?;
            if !document.is_quoted && body.contains("\\\n") {
                return None;
            }
            self.documents.push(document);
            self.at = line_end.saturating_add(1).min(self.text.len());
        }
        Some(())
    }
}

/// Where the body ends and where the closing line ends.
pub(crate) fn closing_line(
    text: &str,
    body_start: usize,
    word: &str,
    strips_tabs: bool,
) -> Option<(usize, usize)> {
    let mut line_start = body_start;
    for line in text.get(body_start..)?.split('\n') {
        let line_end = line_start.saturating_add(line.len());
        let bare = if strips_tabs {
            line.trim_start_matches('\t')
        } else {
            line
        };
        if bare == word {
            return Some((line_start, line_end));
        }
        line_start = line_end.saturating_add(1);
    }
    None
}
