//! The manifest for Firefox: Chromium's with a patch.

use anyhow::Result;
use serde_json::Value;

/// Applies a JSON merge patch (RFC 7396) to a manifest.
///
/// # Errors
///
/// When either is no JSON.
pub fn patched(manifest: &str, patch: &str) -> Result<String> {
    let mut merged: Value = serde_json::from_str(manifest)?;
    merge(&mut merged, &serde_json::from_str(patch)?);
    Ok(serde_json::to_string_pretty(&merged)? + "\n")
}

/// The procedure of RFC 7396 §2.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::patched;

    #[test]
    fn a_patch_adds_replaces_and_removes() {
        let merged = patched(
            r#"{ "a": 1, "b": { "c": 2, "d": 3 }, "e": [1] }"#,
            r#"{ "a": null, "b": { "c": 4, "f": 5 }, "e": [2, 3] }"#,
        );
        let merged: serde_json::Value = serde_json::from_str(&merged.unwrap()).unwrap();
        let expected = serde_json::json!({ "b": { "c": 4, "d": 3, "f": 5 }, "e": [2, 3] });
        assert_eq!(merged, expected);
    }
}
