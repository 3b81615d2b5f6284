//! The published JSON Schema is the one of the report's types.

use std::path::PathBuf;

use gatekeeper::report::schema;

#[test]
fn the_published_schema_is_that_of_the_types() {
    let current = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/schema/check.v1.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &current).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == current,
        "docs/schema/check.v1.json is not current: run again with UPDATE_SCHEMA=1"
    );
}
