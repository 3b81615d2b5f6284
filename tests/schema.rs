//! The published JSON Schemas are those of the types.

use std::path::PathBuf;

/// Each schema by its file.
fn published() -> [(&'static str, serde_json::Value); 3] {
    [
        ("check.v1.json", gatekeeper::report::schema()),
        ("log.v1.json", gatekeeper::log::schema()),
        ("serve.v1.json", server::protocol::schema()),
    ]
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    for (name, schema) in published() {
        let current = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../docs/schema")
            .join(name);
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &current).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            published == current,
            "docs/schema/{name} is not current: run again with UPDATE_SCHEMA=1"
        );
    }
}
