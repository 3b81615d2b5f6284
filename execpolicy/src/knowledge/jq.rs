//! Which filters of jq only compute from what they are given.

/// Whether a filter, as jq 1.6 and 1.7 read it, opens no file: `import` and `include` read modules and data from
/// directories that the filter itself may name. Both are keywords; a text that merely holds the word counts too.
pub(crate) fn only_computes(filter: &str) -> bool {
    !["import", "include", "modulemeta", "get_search_list"]
        .iter()
        .any(|word| filter.contains(word))
}
