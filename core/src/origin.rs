//! The origins of browser extensions that may read replies across origins.
//!
//! None by default: the extension asks for the permission of the Worker's host, with which its pages
//! need no CORS, and the console is served from the Worker's own origin. A deployment names an
//! origin only for an extension that has no such permission.

/// Extensions' origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtensionOrigins(Vec<String>);

/// Not a list of extensions' origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "is a list, with commas in between, of origins such as \
     chrome-extension://abcdefghijklmnopabcdefghijklmnop or \
     moz-extension://01234567-89ab-cdef-0123-456789abcdef"
)]
pub struct InvalidOrigins;

impl ExtensionOrigins {
    /// Reads a list with commas in between. Only extensions are taken: no web page, and no `*`.
    ///
    /// # Errors
    /// [`InvalidOrigins`].
    pub fn parse(text: &str) -> Result<Self, InvalidOrigins> {
        let origins: Vec<String> = text.split(',').map(|one| one.trim().to_owned()).collect();
        if origins.iter().all(|origin| is_extension(origin)) {
            Ok(Self(origins))
        } else {
            Err(InvalidOrigins)
        }
    }

    /// Whether there is any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is one of them, to the letter.
    #[must_use]
    pub fn contain(&self, origin: &str) -> bool {
        self.0.iter().any(|known| known == origin)
    }
}

fn is_extension(origin: &str) -> bool {
    if let Some(id) = origin.strip_prefix("chrome-extension://") {
        return id.len() == 32 && id.bytes().all(|b| (b'a'..=b'p').contains(&b));
    }
    let Some(id) = origin.strip_prefix("moz-extension://") else {
        return false;
    };
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    lengths == [8, 4, 4, 4, 12] && id.bytes().all(|b| b == b'-' || is_digit(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";
    const FIREFOX: &str = "moz-extension://01234567-89ab-cdef-0123-456789abcdef";

    #[test]
    fn extensions_are_taken_and_found_to_the_letter() {
        let origins = ExtensionOrigins::parse(&format!("{CHROME}, {FIREFOX}")).unwrap();
        assert!(origins.contain(CHROME) && origins.contain(FIREFOX));
        for other in [
            "",
            "null",
            "*",
            &CHROME.to_uppercase(),
            &format!("{CHROME}/"),
            &format!("{CHROME}.evil.example"),
        ] {
            assert!(!origins.contain(other), "{other}");
        }
        assert!(!ExtensionOrigins::default().contain(CHROME));
    }

    #[test]
    fn nothing_else_is_an_extension() {
        for text in [
            "",
            "*",
            "null",
            "https://console.example",
            "chrome-extension://*",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnoq",
            "moz-extension://01234567",
            "moz-extension://0123456789ab-cdef-0123-456789abcdef-",
            &format!("{CHROME},"),
            &format!("{CHROME}/"),
            &format!("{CHROME} {FIREFOX}"),
        ] {
            assert_eq!(ExtensionOrigins::parse(text), Err(InvalidOrigins), "{text}");
        }
    }
}
