//! Who is told to have done something, as people know them.

/// The name by which people know an actor of the audit trail: a token's label, an e-mail address.
/// What is neither stays as it is (`admin`, `system`, `unknown`).
#[must_use]
pub fn person(actor: &str) -> &str {
    if let Some(address) = actor.strip_prefix("access:") {
        return address;
    }
    let label = actor.split_once(" (").filter(|_| actor.starts_with("tok_"));
    match label.and_then(|(_, rest)| rest.strip_suffix(')')) {
        Some(label) if !label.is_empty() => label,
        _ => actor,
    }
}

#[cfg(test)]
mod tests {
    use super::person;

    #[test]
    fn tokens_are_known_by_their_label_and_people_by_their_address() {
        assert_eq!(person("tok_abc (Web team (EU))"), "Web team (EU)");
        assert_eq!(
            person("access:anna@whitlock.example"),
            "anna@whitlock.example"
        );
        for other in ["admin", "system", "unknown", "tok_abc", "tok_abc ()"] {
            assert_eq!(person(other), other);
        }
    }
}
