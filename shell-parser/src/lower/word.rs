//! Words: unquoted text, quotes and expansions side by side.

use diagnostics::Span;

use super::brace::{self, Braces};
use super::{Lowering, quote};
use crate::cst::{Kind, Node};
use crate::{Body, GapReason, Part, Quoting, Spread, Word};

/// What one word has shown so far.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Whether anything, an empty quote included, stands before.
    pub(super) begun: bool,
    /// The last unquoted character, where the last piece was unquoted.
    pub(super) last: Option<char>,
    /// How far a brace list has come.
    pub(super) brace: Brace,
    /// Where the braces stand.
    pub(super) braces: Braces,
    /// Whether the word ends with this piece.
    pub(super) ends: bool,
}

/// How far unquoted text has come on the way to a brace expansion.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Brace {
    /// No `{` yet.
    #[default]
    Outside,
    /// `{` was seen.
    Open,
    /// `{` and a `,` or `..`.
    Separated,
    /// `{`, a separator and `}`: bash expands it.
    Expands,
}

impl<'c> Lowering<'c> {
    /// One word, where bash makes one field of it or expands its braces in no certain way.
    pub(super) fn word(&mut self, node: Node<'c>) -> Word {
        let (mut word, scan) = self.scan(node);
        if scan.brace == Brace::Expands {
            word.parts = unknown_list(node, word.parts);
        }
        join_literals(&mut word.parts);
        word
    }

    /// The words of a list that bash makes of one written word: several where braces expand, none for `{,}`.
    pub(super) fn words(&mut self, node: Node<'c>) -> Vec<Word> {
        let (mut word, scan) = self.scan(node);
        let mut words = match scan.brace {
            Brace::Expands => brace::expand(&word, &scan.braces).unwrap_or_else(|| {
                word.parts = unknown_list(node, std::mem::take(&mut word.parts));
                vec![word]
            }),
            Brace::Outside | Brace::Open | Brace::Separated => vec![word],
        };
        for word in &mut words {
            join_literals(&mut word.parts);
        }
        words
    }

    fn scan(&mut self, node: Node<'c>) -> (Word, Scan) {
        let mut word = Word {
            parts: Vec::new(),
            span: node.span(),
        };
        let mut scan = Scan::default();
        self.nested(node.span(), |lowering| lowering.piece(node, &mut word, &mut scan));
        (word, scan)
    }

    fn piece(&mut self, node: Node<'c>, word: &mut Word, scan: &mut Scan) {
        match node.kind() {
            Kind::Concatenation => {
                let mut end = node.span().start();
                let mut children = node.children().peekable();
                while let Some(child) = children.next() {
                    if child.span().start() != end {
                        self.gap(node.span(), GapReason::Adjacency);
                    }
                    end = child.span().end();
                    if !is_bare(child) {
                        self.piece(child, word, scan);
                        continue;
                    }
                    // The grammar cuts bare text at brackets and braces; what they mean shows in the whole.
                    while let Some(next) =
                        children.next_if(|next| is_bare(*next) && next.span().start() == end)
                    {
                        end = next.span().end();
                    }
                    self.bare(Span::of(child.span().start(), end), word, scan);
                }
                return;
            }
            _ if is_bare(node) => return self.bare(node.span(), word, scan),
            Kind::String => self.string(node, word),
            Kind::RawString => match quote::raw(node.text()) {
                Some(text) => word.parts.push(Part::Literal(text.into())),
                None => self.opaque(node, GapReason::Adjacency, Spread::Many, word),
            },
            Kind::AnsiCString => match quote::ansi_c(node.text()) {
                Some(text) => word.parts.push(Part::Literal(text.into())),
                None => self.opaque(node, GapReason::Expansion, Spread::Many, word),
            },
            Kind::SimpleExpansion
            | Kind::Expansion
            | Kind::CommandSubstitution
            | Kind::ArithmeticExpansion => {
                self.expansion(node, Quoting::Unquoted, word);
            }
            Kind::ProcessSubstitution => self.process_substitution(node, word),
            Kind::BraceExpression => {
                let plain =
                    |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'{' | b'}' | b'.' | b'-');
                if node.text().bytes().all(plain) {
                    scan.brace = Brace::Expands;
                    quote::sequence(node.text(), word, scan);
                } else {
                    self.opaque(node, GapReason::Expansion, Spread::Many, word);
                }
            }
            Kind::Dollar => match self.byte_after(node.span()) {
                None
                | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')' | b'/' | b'.' | b',' | b':' | b'=') =>
                {
                    scan.braces.uncertain = true;
                    word.parts.push(Part::Literal("$".into()));
                }
                Some(_) => self.opaque(node, GapReason::Expansion, Spread::Many, word),
            },
            // Tokens of other grammars that stand as arguments: `=`, `==`, `!`, `=~`.
            Kind::Equal | Kind::EqualEqual | Kind::BangEqual | Kind::EqualTilde | Kind::Bang => {
                word.parts.push(Part::Literal(node.text().into()));
            }
            _ => self.opaque(node, GapReason::Expansion, Spread::Many, word),
        }
        scan.begun = true;
        scan.last = None;
    }

    /// Text without quotes.
    fn bare(&mut self, text: Span, word: &mut Word, scan: &mut Scan) {
        scan.ends = self.ends_word(text);
        if let Err(reason) = quote::unquoted(self.before_translation(text), word, scan) {
            self.gap(text, reason);
            word.parts.push(Part::Opaque {
                text: "".into(),
                body: Body::default(),
                spread: Spread::Many,
            });
        }
        scan.begun = true;
    }

    /// A double-quoted string: expansions, and between them text that is read from its bytes.
    fn string(&mut self, node: Node<'c>, word: &mut Word) {
        let quotes: Vec<Node<'c>> = node
            .children()
            .filter(|child| child.kind() == Kind::DoubleQuote)
            .collect();
        let [open, close] = quotes.as_slice() else {
            return self.opaque(node, GapReason::Adjacency, Spread::Many, word);
        };
        let mut from = open.span().end();
        if close.span().end() != node.span().end() || open.span().start() != node.span().start() {
            self.gap(node.span(), GapReason::Adjacency);
        }
        let before = word.parts.len();
        let mut after = quote::After::Text;
        for child in node.children() {
            if matches!(
                child.kind(),
                Kind::DoubleQuote | Kind::StringContent | Kind::Dollar
            ) {
                continue;
            }
            self.string_text(Span::of(from, child.span().start()), after, word);
            self.expansion(child, Quoting::Quoted, word);
            from = child.span().end();
            after = quote::After::Expansion;
        }
        self.string_text(Span::of(from, close.span().start()), after, word);
        if word.parts.len() == before {
            // An empty string is an argument too.
            word.parts.push(Part::Literal("".into()));
        }
    }

    fn string_text(&mut self, span: Span, after: quote::After, word: &mut Word) {
        if span.is_empty() {
            return;
        }
        let raw = span.text(self.text).unwrap_or_default();
        if let Some(text) = quote::double(raw, after, self.byte_after(span)) {
            word.parts.push(Part::Literal(text.into()));
        } else {
            self.gap(span, GapReason::Adjacency);
            word.parts.push(Part::Opaque {
                text: "".into(),
                body: Body::default(),
                spread: Spread::Many,
            });
        }
    }

    /// A piece that is not followed: a gap with what runs inside.
    pub(super) fn opaque(&mut self, node: Node<'c>, reason: GapReason, spread: Spread, word: &mut Word) {
        let body = self.unknown(node, reason);
        word.parts.push(Part::Opaque {
            text: "".into(),
            body,
            spread,
        });
    }

    /// The text of a leaf without the `$` of `$"…"`, which stands for the string itself: where a catalogue of
    /// translations could say otherwise, its setting is a gap.
    fn before_translation(&self, span: Span) -> &'c str {
        let text = span.text(self.text).unwrap_or_default();
        match text.strip_suffix('$') {
            Some(before) if self.byte_after(span) == Some(b'"') && !before.ends_with(['$', '\\']) => before,
            _ => text,
        }
    }

    /// Whether what follows a piece ends its word.
    fn ends_word(&self, span: Span) -> bool {
        matches!(
            self.byte_after(span),
            None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')')
        )
    }

    /// The byte after a stretch of text.
    pub(super) fn byte_after(&self, span: Span) -> Option<u8> {
        self.text.as_bytes().get(span.end()).copied()
    }
}

/// Whether a node is a run of bare text.
fn is_bare(node: Node<'_>) -> bool {
    let is_text = matches!(
        node.kind(),
        Kind::Word | Kind::Number | Kind::VariableName | Kind::TestOperator
    );
    is_text && node.is_leaf()
}

/// A brace list that is not followed. Its text is kept as a whole, for a quote in it decides what the list is.
fn unknown_list(node: Node<'_>, parts: Vec<Part>) -> Vec<Part> {
    vec![Part::Opaque {
        text: node.text().into(),
        body: bodies(parts),
        spread: Spread::Many,
    }]
}

/// Everything that runs in some parts.
fn bodies(parts: Vec<Part>) -> Body {
    let mut all = Body::default();
    for part in parts {
        let body = match part {
            Part::Literal(_) | Part::Pattern(_) | Part::Parameter { .. } => continue,
            Part::Derived { operand, .. } => bodies(operand),
            Part::Array(elements) => bodies(elements.into_iter().flat_map(|word| word.parts).collect()),
            Part::Substitution { body, .. } | Part::Process { body, .. } | Part::Opaque { body, .. } => body,
        };
        all.statements.extend(body.statements);
    }
    all
}

/// Makes one piece of texts that stand side by side, however each was quoted, and one of patterns. An empty one stays where it stands
/// between expansions, for it may make a field; a word that is nothing else has no parts.
pub(super) fn join_literals(parts: &mut Vec<Part>) {
    parts.dedup_by(|after, before| match (before, after) {
        // A list of braces may bring two patterns together.
        (Part::Literal(before), Part::Literal(after)) | (Part::Pattern(before), Part::Pattern(after)) => {
            *before = format!("{before}{after}").into();
            true
        }
        _ => false,
    });
    if matches!(parts.as_slice(), [Part::Literal(text)] if text.is_empty()) {
        parts.clear();
    }
}
