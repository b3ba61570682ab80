//! How strong a passphrase is.
//!
//! The estimate is our own: dictionaries such as zxcvbn's are larger than the whole extension may
//! be. It errs on the low side, since nothing but the passphrase protects a key file that was copied.

use std::fmt;

/// How long a passphrase withstands somebody who has the file and guesses without pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Guessed within days.
    Weak,
    /// Withstands one person's machines.
    Fair,
    /// Withstands whoever can pay for many machines.
    Strong,
}

impl Strength {
    /// The strength of a passphrase. With 300,000 rounds for each guess, 2^45 guesses are some
    /// months of a hundred graphics cards, and 2^64 are out of anybody's reach for years.
    #[must_use]
    pub fn of(passphrase: &str) -> Self {
        match bits(passphrase) {
            bits if bits < 45.0 => Self::Weak,
            bits if bits < 64.0 => Self::Fair,
            _ => Self::Strong,
        }
    }

    /// Its name, for the key of its text.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Fair => "fair",
            Self::Strong => "strong",
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What common passwords are put together from. Each counts as one choice out of 2,048, however
/// long it is.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "passphrase",
    "correct",
    "horse",
    "battery",
    "staple",
    "letmein",
    "welcome",
    "admin",
    "administrator",
    "secret",
    "qwerty",
    "qwertz",
    "azerty",
    "asdfgh",
    "zxcvbn",
    "yxcvbn",
    "1q2w3e4r",
    "iloveyou",
    "monkey",
    "dragon",
    "football",
    "baseball",
    "superman",
    "batman",
    "master",
    "shadow",
    "sunshine",
    "princess",
    "flower",
    "summer",
    "winter",
    "autumn",
    "spring",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "hello",
    "world",
    "changeit",
    "changeme",
    "default",
    "server",
    "service",
    "system",
    "security",
    "secure",
    "certificate",
    "private",
    "public",
    "openssl",
    "windows",
    "linux",
    "microsoft",
    "google",
    "company",
    "example",
    "domain",
    "internet",
    "website",
    "login",
    "access",
    "computer",
    "trustno1",
    "starwars",
    "whatever",
    "freedom",
    "michael",
    "jennifer",
    "jordan",
    "thomas",
    "charlie",
    "daniel",
    "george",
    "india",
    "mumbai",
    "delhi",
    "bangalore",
    "bengaluru",
    "london",
    "berlin",
    "paris",
    "newyork",
    "test",
    "user",
    "root",
    "temp",
    "pass",
    "word",
    "the",
    "and",
    "you",
    "this",
    "that",
    "love",
    "abcd",
    "long",
    "some",
    "length",
    "key",
    "file",
    "emsign",
    "certwright",
];

/// The letters of a keyboard in their order, and the alphabet: whoever follows a row chooses nothing.
const ROWS: [&str; 9] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "!\"#$%&'()*+,-./",
];

/// An estimate of the guesses that a passphrase withstands, as a power of two.
#[must_use]
pub fn bits(passphrase: &str) -> f64 {
    let letters: Vec<char> = passphrase.chars().collect();
    let letters = without_repetition(&letters);
    let plain: Vec<char> = letters.iter().map(|letter| plain(*letter)).collect();
    let per_letter = f64::from(pool(passphrase)).log2();
    let mut bits = 0.0;
    let mut at = 0;
    while let Some(rest) = plain.get(at..).filter(|rest| !rest.is_empty()) {
        let word = COMMON
            .iter()
            .filter(|word| starts_with(rest, word))
            .map(|word| word.chars().count())
            .max();
        let original = letters.get(at..).unwrap_or_default();
        if let Some(length) = word {
            // Capitals and digits for letters, where the word has them, are one choice more.
            let disguised = original.iter().zip(rest).take(length).any(|(a, b)| a != b);
            bits += if disguised { 13.0 } else { 11.0 };
            at += length;
        } else if let Some(length) = year(original) {
            bits += 7.0;
            at += length;
        } else {
            // The second and later letters of a run are as good as given.
            bits += if at > 0 && follows(&plain, at) {
                1.0
            } else {
                per_letter
            };
            at += 1;
        }
    }
    bits
}

/// A letter that is written in place of another, as that one.
fn plain(letter: char) -> char {
    match letter.to_lowercase().next().unwrap_or(letter) {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

fn starts_with(letters: &[char], word: &str) -> bool {
    // The words are disguised the same way, so that "trustno1" is found too.
    let mut word = word.chars().map(plain);
    let mut letters = letters.iter();
    word.all(|letter| letters.next() == Some(&letter))
}

/// The length of a year of our time at the front.
fn year(letters: &[char]) -> Option<usize> {
    let four: String = letters.get(..4)?.iter().collect();
    let is_year = ["19", "20"].iter().any(|century| four.starts_with(century))
        && four.chars().all(|letter| letter.is_ascii_digit());
    is_year.then_some(4)
}

/// Whether a letter is the one before it again, or its neighbour in a row.
fn follows(letters: &[char], at: usize) -> bool {
    let (Some(before), Some(letter)) = (letters.get(at - 1), letters.get(at)) else {
        return false;
    };
    before == letter
        || ROWS.iter().any(|row| {
            let row: Vec<char> = row.chars().map(plain).collect();
            row.windows(2)
                .any(|pair| pair == [*before, *letter] || pair == [*letter, *before])
        })
}

/// What repeats itself from its beginning to its end, once.
fn without_repetition(letters: &[char]) -> Vec<char> {
    let period = (1..letters.len()).find(|period| {
        letters.len() >= period * 2
            && letters
                .iter()
                .zip(letters.iter().skip(*period))
                .all(|(one, other)| one == other)
    });
    let kept = period.unwrap_or(letters.len());
    letters.get(..kept).unwrap_or(letters).to_vec()
}

/// From how many characters each was chosen, as far as the kinds that occur tell.
fn pool(passphrase: &str) -> u32 {
    let has = |is: fn(&char) -> bool| passphrase.chars().any(|letter| is(&letter));
    let kinds = [
        (has(char::is_ascii_lowercase), 26),
        (has(char::is_ascii_uppercase), 26),
        (has(char::is_ascii_digit), 10),
        (
            has(|letter| letter.is_ascii_punctuation() || *letter == ' '),
            20,
        ),
        (has(|letter| !letter.is_ascii()), 40),
    ];
    let sum: u32 = kinds
        .into_iter()
        .filter_map(|(is_there, size)| is_there.then_some(size))
        .sum();
    sum.max(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_thinks_of_is_weak() {
        for weak in [
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "123456789012",
            "password1234",
            "passwordpassword",
            "P@ssw0rd2026!",
            "qwertyuiopasdfghjkl",
            "Summer2026!!",
            "Welcome12345",
            "abcabcabcabcabcabcabc",
            "1q2w3e4r1q2w3e4r",
            "changeitchangeit",
            "abcdefghijklmnop",
            "correcthorse",
            "Administrator1",
            "zyxwvutsrqponmlk",
        ] {
            assert_eq!(Strength::of(weak), Strength::Weak, "{weak} {}", bits(weak));
        }
    }

    #[test]
    fn what_nobody_guesses_is_strong() {
        for strong in [
            "tr0ub4dor&3-Xk9!vQ",
            "kettle orbit plywood yonder",
            "hW7#pL2x!qZ9v@",
            "9f8a2c71e04bd6530a",
        ] {
            assert_eq!(
                Strength::of(strong),
                Strength::Strong,
                "{strong} {}",
                bits(strong)
            );
        }
    }
}
