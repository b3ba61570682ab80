//! Query parameters: each known by name, unknown ones refused.

use std::collections::BTreeMap;

use certwright_core::{
    advice::{Advice, advised},
    time::Timestamp,
};

use super::{body::shown_name, nearest::nearest};
use crate::{fault::Fault, paging::Paging};

/// The parameters of a request.
pub(super) struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads the query of a URI; `known` are the names that the endpoint takes.
    pub(super) fn read(uri: &http::Uri, known: &[&str]) -> Result<Self, Fault> {
        let mut parameters = BTreeMap::new();
        for pair in uri
            .query()
            .unwrap_or("")
            .split('&')
            .filter(|pair| !pair.is_empty())
        {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name), decode(value));
            if !known.contains(&name.as_str()) {
                let remedy = match nearest(&name, known.iter().copied()) {
                    Some(near) => format!("Did you mean {near}? If not, remove it."),
                    None if known.is_empty() => "Remove it: this address takes none.".to_owned(),
                    None => format!("Remove it, or use one of {}.", known.join(", ")),
                };
                let wrong = advised("is not a parameter of this address", remedy);
                let shown = shown_name(&name, "query");
                return Err(Fault::invalid(shown, "unknown-parameter", wrong));
            }
            if parameters.contains_key(&name) {
                let wrong = advised("appears twice", "Remove one.");
                return Err(Fault::invalid(&name, "duplicate-parameter", wrong));
            }
            parameters.insert(name, value);
        }
        Ok(Self(parameters))
    }

    /// A parameter that is given and not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// A time.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, Fault> {
        self.text(name)
            .map(|text| {
                Timestamp::parse_rfc3339(&text)
                    .map_err(|fault| Fault::invalid(name, "malformed-time", fault))
            })
            .transpose()
    }

    /// `true` or `false`; false when absent.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Fault> {
        match self.text(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Fault::invalid(
                name,
                "malformed-flag",
                advised("must be true or false", "Leave it out for false."),
            )),
        }
    }

    /// An id.
    pub(super) fn id<T>(&self, name: &str) -> Result<Option<T>, Fault>
    where
        T: std::str::FromStr,
        T::Err: Advice,
    {
        self.text(name)
            .map(|text| {
                text.parse()
                    .map_err(|fault: T::Err| Fault::invalid(name, "malformed-id", fault))
            })
            .transpose()
    }

    /// `limit` and `cursor`.
    pub(super) fn paging(&self) -> Result<Paging, Fault> {
        Paging::parse(
            self.text("limit").as_deref(),
            self.text("cursor").as_deref(),
        )
    }
}

/// Percent-decoding as in `application/x-www-form-urlencoded` (WHATWG URL §5.1).
fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text)
        .decode_utf8_lossy()
        .into_owned()
}
