//! The grammar's kinds of node as a closed set, so that a grammar upgrade cannot add one unseen.

use std::sync::OnceLock;

use tree_sitter::Language;

macro_rules! kinds {
    ($( $variant:ident $form:ident $name:literal )+) => {
        /// What a node is. Tokens are the ones whose text is fixed by their kind.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Kind { $( $variant, )+ Error }

        /// Name, kind and form of each, sorted by the bytes of the name.
        const NAMES: &[(&str, Kind, Form)] = &[ $( ($name, Kind::$variant, Form::$form), )+ ];

        impl Kind {
            /// The text that a token of this kind must have; `None` for named nodes.
            pub(crate) fn token(self) -> Option<&'static str> {
                match self { $( Self::$variant => Form::$form.text($name), )+ Self::Error => None }
            }
        }
    };
}

/// Whether a kind names a construct or is a fixed text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    Named,
    Token,
}

impl Form {
    fn text(self, name: &'static str) -> Option<&'static str> {
        match self {
            Self::Named => None,
            Self::Token => Some(name),
        }
    }
}

impl Kind {
    /// The kind of the grammar's symbol with this number; a number that the grammar does not know is an error node.
    pub(crate) fn of_symbol(symbol: u16) -> Self {
        static BY_SYMBOL: OnceLock<Vec<Kind>> = OnceLock::new();
        let table = BY_SYMBOL.get_or_init(|| {
            let language = Language::from(tree_sitter_bash::LANGUAGE);
            let count = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
            (0..count)
                .map(|symbol| {
                    language
                        .node_kind_for_id(symbol)
                        .map_or(Self::Error, Self::of_name)
                })
                .collect()
        });
        table.get(usize::from(symbol)).copied().unwrap_or(Self::Error)
    }

    fn of_name(name: &str) -> Self {
        NAMES
            .binary_search_by(|(known, _, _)| known.as_bytes().cmp(name.as_bytes()))
            .ok()
            .and_then(|index| NAMES.get(index))
            .map_or(Self::Error, |(_, kind, _)| *kind)
    }
}

kinds! {
    Bang Token "!"
    BangEqual Token "!="
    DoubleQuote Token "\""
    Hash Token "#"
    HashHash Token "##"
    Dollar Token "$"
    DollarParen Token "$("
    DollarDoubleParen Token "$(("
    DollarBracket Token "$["
    DollarBacktick Token "$`"
    DollarBrace Token "${"
    Percent Token "%"
    PercentPercent Token "%%"
    PercentEqual Token "%="
    Ampersand Token "&"
    AndAnd Token "&&"
    AmpersandEqual Token "&="
    AmpersandGreater Token "&>"
    AmpersandGreaterGreater Token "&>>"
    OpenParen Token "("
    DoubleOpenParen Token "(("
    CloseParen Token ")"
    DoubleCloseParen Token "))"
    Star Token "*"
    StarStar Token "**"
    StarStarEqual Token "**="
    StarEqual Token "*="
    Plus Token "+"
    PlusPlus Token "++"
    PlusEqual Token "+="
    Comma Token ","
    CommaComma Token ",,"
    Minus Token "-"
    MinusMinus Token "--"
    MinusEqual Token "-="
    MinusA Token "-a"
    MinusO Token "-o"
    DotDot Token ".."
    Slash Token "/"
    SlashHash Token "/#"
    SlashPercent Token "/%"
    SlashSlash Token "//"
    SlashEqual Token "/="
    Colon Token ":"
    ColonPlus Token ":+"
    ColonMinus Token ":-"
    ColonEqual Token ":="
    ColonQuestion Token ":?"
    Semicolon Token ";"
    SemicolonAmpersand Token ";&"
    DoubleSemicolon Token ";;"
    DoubleSemicolonAmpersand Token ";;&"
    Less Token "<"
    LessAmpersand Token "<&"
    LessAmpersandMinus Token "<&-"
    LessParen Token "<("
    LessLess Token "<<"
    LessLessMinus Token "<<-"
    LessLessLess Token "<<<"
    LessLessEqual Token "<<="
    LessEqual Token "<="
    Equal Token "="
    EqualEqual Token "=="
    EqualTilde Token "=~"
    Greater Token ">"
    GreaterAmpersand Token ">&"
    GreaterAmpersandMinus Token ">&-"
    GreaterParen Token ">("
    GreaterEqual Token ">="
    GreaterGreater Token ">>"
    GreaterGreaterEqual Token ">>="
    GreaterPipe Token ">|"
    Question Token "?"
    At Token "@"
    TransformUpperA Token "A"
    TransformUpperE Token "E"
    TransformUpperK Token "K"
    TransformUpperL Token "L"
    TransformUpperP Token "P"
    TransformUpperQ Token "Q"
    TransformUpperU Token "U"
    OpenBracket Token "["
    DoubleOpenBracket Token "[["
    CloseBracket Token "]"
    DoubleCloseBracket Token "]]"
    Caret Token "^"
    CaretEqual Token "^="
    CaretCaret Token "^^"
    Backtick Token "`"
    DoubleBacktick Token "``"
    TransformLowerA Token "a"
    AnsiCString Named "ansi_c_string"
    ArithmeticExpansion Named "arithmetic_expansion"
    Array Named "array"
    BinaryExpression Named "binary_expression"
    BraceExpression Named "brace_expression"
    CStyleForStatement Named "c_style_for_statement"
    KeywordCase Token "case"
    CaseItem Named "case_item"
    CaseStatement Named "case_statement"
    Command Named "command"
    CommandName Named "command_name"
    CommandSubstitution Named "command_substitution"
    Comment Named "comment"
    CompoundStatement Named "compound_statement"
    Concatenation Named "concatenation"
    DeclarationCommand Named "declaration_command"
    KeywordDeclare Token "declare"
    KeywordDo Token "do"
    DoGroup Named "do_group"
    KeywordDone Token "done"
    KeywordElif Token "elif"
    ElifClause Named "elif_clause"
    KeywordElse Token "else"
    ElseClause Named "else_clause"
    KeywordEsac Token "esac"
    Expansion Named "expansion"
    KeywordExport Token "export"
    ExtglobPattern Named "extglob_pattern"
    KeywordFi Token "fi"
    FileDescriptor Named "file_descriptor"
    FileRedirect Named "file_redirect"
    KeywordFor Token "for"
    ForStatement Named "for_statement"
    KeywordFunction Token "function"
    FunctionDefinition Named "function_definition"
    HeredocBody Named "heredoc_body"
    HeredocContent Named "heredoc_content"
    HeredocEnd Named "heredoc_end"
    HeredocRedirect Named "heredoc_redirect"
    HeredocStart Named "heredoc_start"
    HerestringRedirect Named "herestring_redirect"
    KeywordIf Token "if"
    IfStatement Named "if_statement"
    KeywordIn Token "in"
    TransformLowerK Token "k"
    List Named "list"
    KeywordLocal Token "local"
    NegatedCommand Named "negated_command"
    Number Named "number"
    ParenthesizedExpression Named "parenthesized_expression"
    Pipeline Named "pipeline"
    PostfixExpression Named "postfix_expression"
    ProcessSubstitution Named "process_substitution"
    Program Named "program"
    RawString Named "raw_string"
    KeywordReadonly Token "readonly"
    RedirectedStatement Named "redirected_statement"
    Regex Named "regex"
    KeywordSelect Token "select"
    SimpleExpansion Named "simple_expansion"
    SpecialVariableName Named "special_variable_name"
    String Named "string"
    StringContent Named "string_content"
    Subscript Named "subscript"
    Subshell Named "subshell"
    TernaryExpression Named "ternary_expression"
    TestCommand Named "test_command"
    TestOperator Named "test_operator"
    KeywordThen Token "then"
    TranslatedString Named "translated_string"
    KeywordTypeset Token "typeset"
    TransformLowerU Token "u"
    UnaryExpression Named "unary_expression"
    KeywordUnset Token "unset"
    UnsetCommand Named "unset_command"
    KeywordUnsetenv Token "unsetenv"
    KeywordUntil Token "until"
    VariableAssignment Named "variable_assignment"
    VariableAssignments Named "variable_assignments"
    VariableName Named "variable_name"
    KeywordWhile Token "while"
    WhileStatement Named "while_statement"
    Word Named "word"
    OpenBrace Token "{"
    Pipe Token "|"
    PipeAmpersand Token "|&"
    PipeEqual Token "|="
    OrOr Token "||"
    CloseBrace Token "}"
    Tilde Token "~"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_are_the_grammars() {
        let language = Language::from(tree_sitter_bash::LANGUAGE);
        let count = u16::try_from(language.node_kind_count()).unwrap();
        let mut grammar: Vec<(&str, bool)> = (0..count)
            .filter(|symbol| language.node_kind_is_visible(*symbol))
            .map(|symbol| {
                (
                    language.node_kind_for_id(symbol).unwrap(),
                    language.node_kind_is_named(symbol),
                )
            })
            .filter(|(name, _)| *name != "ERROR")
            .collect();
        grammar.sort_by(|left, right| left.0.as_bytes().cmp(right.0.as_bytes()));
        grammar.dedup();
        let ours: Vec<(&str, bool)> = NAMES
            .iter()
            .map(|(name, _, form)| (*name, *form == Form::Named))
            .collect();
        assert_eq!(ours, grammar);
    }
}
