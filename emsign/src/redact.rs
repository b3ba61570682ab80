//! What of a reply may be kept and shown: the CA's own words, shortened, and without anything that
//! could be replayed. Request digests and organizations' pre-vetting tokens count as credentials;
//! both are long runs of hexadecimal digits.

/// The longest text of the CA that is kept, in characters.
pub(crate) const MAX_WORDS: usize = 400;

/// Digests have 64 digits, pre-vetting tokens 32.
const SECRET_DIGITS: usize = 32;

/// The CA's words on one line, shortened, with long runs of hexadecimal digits taken out.
pub(crate) fn words(text: &str) -> String {
    let mut kept = String::new();
    let mut run = String::new();
    for c in text.trim().chars().take(MAX_WORDS) {
        if c.is_ascii_hexdigit() {
            run.push(c);
            continue;
        }
        settle(&mut run, &mut kept);
        kept.push(if c.is_control() { ' ' } else { c });
    }
    settle(&mut run, &mut kept);
    kept
}

fn settle(run: &mut String, kept: &mut String) {
    kept.push_str(if run.len() >= SECRET_DIGITS {
        "…"
    } else {
        run
    });
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_and_what_could_be_replayed_goes() {
        assert_eq!(words(" Invalid Account Number "), "Invalid Account Number");
        assert_eq!(
            words("order 5580931746\nunknown"),
            "order 5580931746 unknown"
        );
        assert_eq!(
            words(&format!("key {} wrong", "ab".repeat(32))),
            "key … wrong"
        );
        assert_eq!(words("token 7C0E51B2D9A84F30A1B66E0D94C27F15"), "token …");
        assert!(words(&"ü ".repeat(9_000)).chars().count() <= MAX_WORDS);
    }

    #[test]
    fn a_digest_at_the_cut_does_not_slip_through() {
        let text = format!("{}{}", "x".repeat(MAX_WORDS - 40), "ab".repeat(32));
        assert!(words(&text).ends_with("x…"));
    }
}
