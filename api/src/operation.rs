//! What an endpoint takes and gives, as types: the Worker, the extension and the tests read the same
//! list (`endpoint.rs`), so that none of them can take a reply for something that it is not.
//!
//! [`op`](crate::endpoint::op) has a type per endpoint. Its [`Operation`] names the id in the path, the
//! kind of body, and the kind of reply; each kind says what its value is in Rust, and how that is
//! written and read.

use std::marker::PhantomData;

use certwright_core::ids::{CertificateId, CredentialId, CsrId, JobId, OrderId, TokenId, WorkId};
use serde::{Serialize, de::DeserializeOwned};

use crate::endpoint::Endpoint;

/// An endpoint with the types of what it takes and gives.
pub trait Operation: Copy + 'static {
    /// The line of the table.
    const ENDPOINT: Endpoint;
    /// The id in the path; `()` where there is none.
    type Id;
    /// The body of a request.
    type Request: RequestBody;
    /// The reply when all went well. Whatever went wrong is a [`Problem`](crate::problem::Problem).
    type Reply: ReplyBody;
}

/// What a successful call brings.
pub type Answer<O> = <<O as Operation>::Reply as ReplyBody>::Value;

/// What is sent with a call.
pub type Sent<O> = <<O as Operation>::Request as RequestBody>::Value;

/// A kind of request body.
pub trait RequestBody {
    /// What is sent.
    type Value;
    /// The media type; none where no body is read.
    const MEDIA_TYPE: Option<&'static str>;
    /// Whether a request without a body is taken.
    const IS_OPTIONAL: bool;
    /// Whether a request carries an `Idempotency-Key`: sent again with the same key, it is not
    /// carried out again.
    const IS_ONCE: bool = false;

    /// The body's bytes.
    ///
    /// # Errors
    /// When a value does not convert to JSON; none of the table's types does that.
    fn write(value: &Self::Value) -> Result<Vec<u8>, serde_json::Error>;
}

/// A kind of request that may come without a body.
pub trait Bodiless: RequestBody {}

/// A kind of reply.
pub trait ReplyBody {
    /// What is given.
    type Value;
    /// The HTTP status.
    const STATUS: u16;
    /// The media type.
    const MEDIA_TYPE: &'static str;

    /// The body and the headers that belong to it.
    ///
    /// # Errors
    /// When a value does not convert to JSON; none of the table's types does that.
    fn write(value: &Self::Value) -> Result<Written, serde_json::Error>;

    /// Reads what [`write`](Self::write) has written; `link` is the `Link` header.
    ///
    /// # Errors
    /// When the text is not of this kind.
    fn read(text: &str, link: Option<&str>) -> Result<Self::Value, serde_json::Error>;
}

/// A reply as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The body.
    pub body: Vec<u8>,
    /// The address of what came into being, for the header `Location` (RFC 9110 §10.2.2).
    pub location: Option<String>,
    /// The address of the page that follows, for the header `Link` (RFC 8288).
    pub next: Option<String>,
}

impl Written {
    fn of(body: Vec<u8>) -> Self {
        Self {
            body,
            location: None,
            next: None,
        }
    }
}

/// No body is read.
#[derive(Clone, Copy, Debug)]
pub struct NoBody;

/// JSON: of a request, or of a reply with status 200.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(PhantomData<T>);

/// A request's JSON, which may be left out where its defaults do.
#[derive(Clone, Copy, Debug)]
pub struct OptionalJson<T>(PhantomData<T>);

/// A request's JSON, carried out once per `Idempotency-Key`.
#[derive(Clone, Copy, Debug)]
pub struct Once<T>(PhantomData<T>);

/// JSON with status 201 and the address of what came into being.
#[derive(Clone, Copy, Debug)]
pub struct Created<T>(PhantomData<T>);

/// JSON with status 202: the work goes on after the reply.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<T>(PhantomData<T>);

/// A text that is whole.
#[derive(Clone, Copy, Debug)]
pub struct Text<M>(PhantomData<M>);

/// A text that comes a page at a time: the pages, put together, are the text.
#[derive(Clone, Copy, Debug)]
pub struct TextPages<M>(PhantomData<M>);

/// A media type.
pub trait MediaType {
    /// As in the header `Content-Type`.
    const NAME: &'static str;
}

/// Certificates in PEM (RFC 7468).
#[derive(Clone, Copy, Debug)]
pub struct Pem;

/// CSV (RFC 4180).
#[derive(Clone, Copy, Debug)]
pub struct Csv;

/// A JSON text a line.
#[derive(Clone, Copy, Debug)]
pub struct JsonLines;

impl MediaType for Pem {
    const NAME: &'static str = "application/x-pem-file";
}

impl MediaType for Csv {
    const NAME: &'static str = "text/csv; charset=utf-8";
}

impl MediaType for JsonLines {
    const NAME: &'static str = "application/jsonl";
}

const JSON: &str = "application/json";

/// What has an address of its own as soon as it exists.
pub trait Located {
    /// The path of its address.
    fn location(&self) -> String;
}

/// A page of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPage {
    /// The page's text.
    pub text: String,
    /// The address of the next page: path and query. None on the last.
    pub next: Option<String>,
}

impl TextPage {
    /// The cursor of the next page.
    #[must_use]
    pub fn next_cursor(&self) -> Option<&str> {
        let (_, query) = self.next.as_deref()?.split_once('?')?;
        let mut pairs = query.split('&');
        pairs.find_map(|pair| pair.strip_prefix("cursor="))
    }
}

/// The address in a `Link` header whose relation is `next`.
fn next_address(link: &str) -> Option<String> {
    let (address, relation) = link.strip_prefix('<')?.split_once('>')?;
    relation
        .contains("rel=\"next\"")
        .then(|| address.to_owned())
}

impl RequestBody for NoBody {
    type Value = ();
    const MEDIA_TYPE: Option<&'static str> = None;
    const IS_OPTIONAL: bool = true;

    fn write((): &()) -> Result<Vec<u8>, serde_json::Error> {
        Ok(Vec::new())
    }
}

impl<T: Serialize> RequestBody for Json<T> {
    type Value = T;
    const MEDIA_TYPE: Option<&'static str> = Some(JSON);
    const IS_OPTIONAL: bool = false;

    fn write(value: &T) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(value)
    }
}

impl<T: Serialize> RequestBody for OptionalJson<T> {
    type Value = T;
    const MEDIA_TYPE: Option<&'static str> = Some(JSON);
    const IS_OPTIONAL: bool = true;

    fn write(value: &T) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(value)
    }
}

impl<T: Serialize> RequestBody for Once<T> {
    type Value = T;
    const MEDIA_TYPE: Option<&'static str> = Some(JSON);
    const IS_OPTIONAL: bool = false;
    const IS_ONCE: bool = true;

    fn write(value: &T) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(value)
    }
}

impl RequestBody for JsonLines {
    type Value = String;
    const MEDIA_TYPE: Option<&'static str> = Some(Self::NAME);
    const IS_OPTIONAL: bool = false;

    fn write(value: &String) -> Result<Vec<u8>, serde_json::Error> {
        Ok(value.clone().into_bytes())
    }
}

impl Bodiless for NoBody {}

impl<T: Serialize> Bodiless for OptionalJson<T> {}

impl<T: Serialize + DeserializeOwned> ReplyBody for Json<T> {
    type Value = T;
    const STATUS: u16 = 200;
    const MEDIA_TYPE: &'static str = JSON;

    fn write(value: &T) -> Result<Written, serde_json::Error> {
        serde_json::to_vec(value).map(Written::of)
    }

    fn read(text: &str, _link: Option<&str>) -> Result<T, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl<T: Serialize + DeserializeOwned + Located> ReplyBody for Created<T> {
    type Value = T;
    const STATUS: u16 = 201;
    const MEDIA_TYPE: &'static str = JSON;

    fn write(value: &T) -> Result<Written, serde_json::Error> {
        Ok(Written {
            location: Some(value.location()),
            ..Written::of(serde_json::to_vec(value)?)
        })
    }

    fn read(text: &str, _link: Option<&str>) -> Result<T, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl<T: Serialize + DeserializeOwned> ReplyBody for Accepted<T> {
    type Value = T;
    const STATUS: u16 = 202;
    const MEDIA_TYPE: &'static str = JSON;

    fn write(value: &T) -> Result<Written, serde_json::Error> {
        serde_json::to_vec(value).map(Written::of)
    }

    fn read(text: &str, _link: Option<&str>) -> Result<T, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl<M: MediaType> ReplyBody for Text<M> {
    type Value = String;
    const STATUS: u16 = 200;
    const MEDIA_TYPE: &'static str = M::NAME;

    fn write(value: &String) -> Result<Written, serde_json::Error> {
        Ok(Written::of(value.clone().into_bytes()))
    }

    fn read(text: &str, _link: Option<&str>) -> Result<String, serde_json::Error> {
        Ok(text.to_owned())
    }
}

impl<M: MediaType> ReplyBody for TextPages<M> {
    type Value = TextPage;
    const STATUS: u16 = 200;
    const MEDIA_TYPE: &'static str = M::NAME;

    fn write(value: &TextPage) -> Result<Written, serde_json::Error> {
        Ok(Written {
            next: value.next.clone(),
            ..Written::of(value.text.clone().into_bytes())
        })
    }

    fn read(text: &str, link: Option<&str>) -> Result<TextPage, serde_json::Error> {
        Ok(TextPage {
            text: text.to_owned(),
            next: link.and_then(next_address),
        })
    }
}

/// The id in a path, by what the endpoint reaches.
pub(crate) mod path_id {
    pub(crate) type Nothing = ();
    pub(crate) type System = ();
    pub(crate) type Listed = ();
    pub(crate) type Body = ();
    pub(crate) type Credential = super::CredentialId;
    pub(crate) type Order = super::OrderId;
    pub(crate) type Certificate = super::CertificateId;
    pub(crate) type Csr = super::CsrId;
    pub(crate) type Job = super::JobId;
    pub(crate) type DeadLetter = super::WorkId;
    pub(crate) type Token = super::TokenId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_text_names_its_next_page_in_the_link_header() {
        let page = TextPage {
            text: "a\r\n".to_owned(),
            next: Some("/v1/orders.csv?state=held&cursor=ab_-3".to_owned()),
        };
        assert_eq!(page.next_cursor(), Some("ab_-3"));
        let written = TextPages::<Csv>::write(&page).unwrap();
        let link = format!("<{}>; rel=\"next\"", written.next.unwrap());
        assert_eq!(TextPages::<Csv>::read("a\r\n", Some(&link)).unwrap(), page);
        let last = TextPages::<Csv>::read("a\r\n", None).unwrap();
        assert_eq!(last.next_cursor(), None);
    }
}
