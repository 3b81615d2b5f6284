//! The rooms of the house: who may lean on whom, and what stands where.

/// Which of our crates each may depend on.
pub(crate) const EDGES: &[(&str, &[&str])] = &[
    ("diagnostics", &[]),
    ("shell-parser", &["diagnostics"]),
    ("execpolicy", &["diagnostics", "shell-parser"]),
    ("sandbox", &[]),
    (
        "gatekeeper",
        &["diagnostics", "shell-parser", "execpolicy", "sandbox"],
    ),
    ("server", &["diagnostics", "execpolicy", "gatekeeper"]),
    ("answer", &["gatekeeper"]),
    ("mcp", &["diagnostics", "gatekeeper", "server"]),
    ("cli", &["diagnostics", "gatekeeper", "server", "answer", "mcp"]),
    (
        "tests",
        &[
            "diagnostics",
            "shell-parser",
            "execpolicy",
            "sandbox",
            "gatekeeper",
            "server",
            "answer",
        ],
    ),
    ("fuzz", &["support"]),
];

/// Names that may stand only in these places.
pub(crate) const CONFINED: &[(&str, &[&str])] = &[
    (
        "tree_sitter",
        &[
            "shell-parser/src/cst",
            "shell-parser/benches",
            "gatekeeper/benches",
        ],
    ),
    (
        "tree_sitter_bash",
        &[
            "shell-parser/src/cst",
            "shell-parser/benches",
            "gatekeeper/benches",
        ],
    ),
    ("starlark", &["execpolicy/src/language"]),
    ("starlark_syntax", &["execpolicy/src/language"]),
    ("brush_parser", &["tests/oracle"]),
    ("clap", &["cli/src", "cli/build"]),
    ("landlock", &["sandbox/src"]),
    ("seccompiler", &["sandbox/src"]),
    ("libc", &["sandbox/src"]),
    ("httparse", &["sandbox/src/proxy"]),
    ("jsonc_parser", &["gatekeeper/src/hook"]),
    ("similar", &["cli/src/commands/hook", "server/src"]),
    ("base64", &["server/src"]),
    ("ignore", &["server/src"]),
    ("signal_hook", &["server/src/signals"]),
    ("rmcp", &["mcp/src"]),
    ("tokio", &["mcp/src"]),
    ("tokio_util", &["mcp/src"]),
];

/// The rooms that may print: all others are libraries.
pub(crate) const PRINTING: &[&str] = &["cli", "tests", "fuzz"];
