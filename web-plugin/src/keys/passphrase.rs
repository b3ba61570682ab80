//! What a passphrase must be, how strong it is, and a good one to start with.

mod strength;

pub use strength::{Strength, bits};

/// The least length, in characters.
pub const LEAST: usize = 12;
/// The greatest length, in characters: as much as anybody types, far below what readers take.
pub const MOST: usize = 256;
/// How many random bytes [`suggestion`] wants.
pub const SUGGESTION_BYTES: usize = 20;

/// Why a passphrase can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseFault {
    /// Too short to protect anything.
    #[error("The passphrase is too short. It must have at least {LEAST} characters.")]
    Short,
    /// Longer than what is read.
    #[error("The passphrase is too long. It must have at most {MOST} characters.")]
    Long,
    /// A character that UTF-16 writes as two units, which the BMPString of PKCS#12 (RFC 7292
    /// appendix B.1) can't hold.
    #[error(
        "The passphrase contains {0}, which a PKCS#12 file can't store. \
         Use letters, digits and punctuation."
    )]
    BeyondBmp(char),
    /// A line break, a tab or another character that can't be seen.
    #[error(
        "The passphrase contains a line break or another invisible character. \
         Remove it, or copy the passphrase again."
    )]
    Invisible,
}

/// Whether a passphrase can protect a key file and a PKCS#12 file.
///
/// # Errors
/// [`PassphraseFault`].
pub fn check(passphrase: &str) -> Result<(), PassphraseFault> {
    if let Some(letter) = passphrase.chars().find(|one| u32::from(*one) > 0xffff) {
        return Err(PassphraseFault::BeyondBmp(letter));
    }
    if passphrase.chars().any(is_invisible) {
        return Err(PassphraseFault::Invisible);
    }
    match passphrase.chars().count() {
        length if length < LEAST => Err(PassphraseFault::Short),
        length if length > MOST => Err(PassphraseFault::Long),
        _ => Ok(()),
    }
}

/// Control characters, and those of Unicode's category Cf that are pasted without being noticed.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// What makes a good passphrase open a file in one program and not in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caution {
    /// Not ASCII. Java's PBE keys take U+0020 to U+007E only ("Password is not ASCII"), and Windows
    /// programs hand `openssl` the bytes of their code page where the file was made with UTF-8.
    NotAscii,
    /// A blank at an end, which is lost when the passphrase is copied.
    BlankAtEnd,
}

/// What to warn of, if anything.
#[must_use]
pub fn caution(passphrase: &str) -> Option<Caution> {
    if !passphrase.is_ascii() {
        return Some(Caution::NotAscii);
    }
    (passphrase.trim() != passphrase).then_some(Caution::BlankAtEnd)
}

/// A passphrase of 100 bits, in groups that can be read out, from random bytes.
#[must_use]
pub fn suggestion(random: [u8; SUGGESTION_BYTES]) -> String {
    // Without letters and digits that look alike.
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters: Vec<char> = random
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect();
    let groups: Vec<String> = letters
        .chunks(5)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_cannot_open_is_refused() {
        assert_eq!(check("a long passphrase"), Ok(()));
        assert_eq!(check("Schlüssel für Köln"), Ok(()));
        assert_eq!(check("日本語の鍵を守る長い合言葉"), Ok(()));
        assert_eq!(check("elevenchars"), Err(PassphraseFault::Short));
        assert_eq!(check(&"a".repeat(257)), Err(PassphraseFault::Long));
        assert_eq!(
            check("a long passphrase 🔑"),
            Err(PassphraseFault::BeyondBmp('🔑'))
        );
        assert_eq!(
            check("𝓪 long passphrase"),
            Err(PassphraseFault::BeyondBmp('𝓪'))
        );
        for invisible in [
            "a long\npassphrase",
            "a long\tpassphrase",
            "a long pass\u{200b}phrase",
        ] {
            assert_eq!(check(invisible), Err(PassphraseFault::Invisible));
        }
    }

    #[test]
    fn what_some_readers_refuse_is_warned_of() {
        assert_eq!(caution("a long passphrase"), None);
        assert_eq!(caution("Schlüssel für Köln"), Some(Caution::NotAscii));
        assert_eq!(caution("a long passphrase "), Some(Caution::BlankAtEnd));
    }

    #[test]
    fn what_is_suggested_is_strong_and_can_be_used() {
        let random = std::array::from_fn(|at| u8::try_from(at * 89 % 256).unwrap_or_default());
        let suggested = suggestion(random);
        assert_eq!(suggested.len(), 23);
        assert_eq!(Strength::of(&suggested), Strength::Strong);
        assert_eq!(check(&suggested), Ok(()));
        assert_eq!(caution(&suggested), None);
    }
}
