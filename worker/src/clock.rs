//! The clock of tests over the real runtime, which see what happens after days.

/// How many seconds the clock is ahead. A system that is not for development has no such setting, and
/// does not start with one: its tokens, leases and checks go by the time.
///
/// # Errors
/// The rule that the setting breaks.
#[cfg_attr(
    not(any(target_arch = "wasm32", test)),
    allow(dead_code, reason = "only the Workers runtime has the setting")
)]
pub(crate) fn ahead(setting: Option<&str>, is_development: bool) -> Result<i64, &'static str> {
    match (setting, is_development) {
        (None, _) => Ok(0),
        (Some(_), false) => Err("is for development only: remove it"),
        (Some(seconds), true) => seconds.parse().map_err(|_| "must be a number of seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_development_has_another_time() {
        assert_eq!(ahead(None, false), Ok(0));
        assert_eq!(ahead(Some("60"), true), Ok(60));
        for (setting, is_development) in [("0", false), ("60", false), ("x", true)] {
            assert!(ahead(Some(setting), is_development).is_err(), "{setting}");
        }
    }
}
