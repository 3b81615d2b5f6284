//! The numbers of the findings that are made here.

use diagnostics::Code;

/// A command is forbidden.
pub const FORBIDDEN: Code = Code(3001);
/// A command needs a person's yes.
pub const PROMPT: Code = Code(3002);
/// A command is allowed.
pub const ALLOWED: Code = Code(3003);
/// A command needs a person's yes, and nobody can be asked.
pub const WOULD_ASK: Code = Code(3004);
/// A policy file does not load, so that nothing is allowed.
pub const BROKEN_POLICY: Code = Code(3005);
/// A project's policy is not trusted, so that what it loosens has no effect.
pub const UNTRUSTED: Code = Code(3006);
/// A request is not JSON, or not UTF-8.
pub const NOT_JSON: Code = Code(4002);
/// A request is JSON of another shape.
pub const WRONG_REQUEST: Code = Code(4003);
/// A request is longer than is read.
pub const LONG_REQUEST: Code = Code(4004);
/// A directory that a request names cannot be one.
pub const WRONG_SURROUNDINGS: Code = Code(4005);
/// An argument of the command line is not UTF-8.
pub const NOT_TEXT: Code = Code(4006);
/// The program failed in itself.
pub const INTERNAL: Code = Code(4007);
/// A command could not be confined or started, or not wholly.
pub const NOT_CONFINED: Code = Code(4008);
/// A confined command was kept from something.
pub const DENIED: Code = Code(4009);
/// Something that a command was judged by has changed before it was started.
pub const CHANGED: Code = Code(4010);
/// A policy file was not changed.
pub const NOT_AMENDED: Code = Code(4014);
/// An agent's settings were not changed, or the hook in them does not answer.
pub const NO_HOOK: Code = Code(4015);
/// A decision could not be logged.
pub const NOT_LOGGED: Code = Code(4020);
/// A log cannot be read.
pub const NO_LOG: Code = Code(4021);

/// Every one of them, sorted.
pub const ALL: &[Code] = &[
    FORBIDDEN,
    PROMPT,
    ALLOWED,
    WOULD_ASK,
    BROKEN_POLICY,
    UNTRUSTED,
    NOT_JSON,
    WRONG_REQUEST,
    LONG_REQUEST,
    WRONG_SURROUNDINGS,
    NOT_TEXT,
    INTERNAL,
    NOT_CONFINED,
    DENIED,
    CHANGED,
    NOT_AMENDED,
    NO_HOOK,
    NOT_LOGGED,
    NO_LOG,
];
