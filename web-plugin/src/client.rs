//! Calls of the Worker's API. What is sent and what comes back are of the types that the table of
//! endpoints names; no caller chooses one.

use certwright_api::endpoint::Endpoint;
use certwright_api::operation::{
    Answer, Bodiless, NoBody, Once, Operation, ReplyBody, RequestBody, Sent,
};
use certwright_api::problem::{PROBLEM_JSON, Problem};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Request, RequestInit, Response};

use crate::connection::Connection;
use crate::guard;
use crate::route::Filter;

/// How long an answer may take before the person is told. Placing an order waits for the CA.
const PATIENCE_MS: u32 = 60_000;

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No answer came: no network, a wrong address, or it took too long.
    NoAnswer,
    /// The Worker refused, and says why.
    Refused(Box<Problem>),
    /// An answer that is none of the API's; its HTTP status.
    NotUnderstood(u16),
    /// Nothing was sent, since it would have given a secret away: what it is, and what to do.
    Withheld(String),
}

impl Trouble {
    /// Whether the token is not valid (any more).
    pub(crate) fn is_sign_in(&self) -> bool {
        matches!(self, Self::Refused(problem) if problem.status == 401)
    }

    /// Whether the next call would end the same, whatever it asks for.
    pub(crate) fn is_of_all(&self) -> bool {
        self.is_sign_in() || !matches!(self, Self::Refused(_) | Self::Withheld(_))
    }
}

/// What was answered.
struct Received {
    status: u16,
    text: String,
    /// The header that names the next page of a text.
    link: Option<String>,
}

/// What is sent besides the address.
#[derive(Default)]
struct Body {
    text: Option<String>,
    media_type: Option<&'static str>,
    idempotency_key: Option<String>,
}

impl Body {
    fn of<O: Operation>(value: &Sent<O>) -> Result<Self, Trouble> {
        // Writing our own types can't fail; were it to, nothing has been sent.
        let bytes = O::Request::write(value).map_err(|_| Trouble::NotUnderstood(0))?;
        let text = String::from_utf8(bytes).map_err(|_| Trouble::NotUnderstood(0))?;
        Ok(Self {
            text: Some(text),
            media_type: O::Request::MEDIA_TYPE,
            idempotency_key: None,
        })
    }
}

/// A connection that calls are made over.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Client {
    connection: Connection,
}

impl Client {
    /// A client for this connection.
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// The address of the Worker.
    pub(crate) fn address(&self) -> &str {
        &self.connection.address
    }

    /// Whether the token is remembered on the disk.
    pub(crate) fn is_kept(&self) -> bool {
        self.connection.is_kept
    }

    /// Reads something; `id` fills the place in the endpoint's path that varies.
    pub(crate) async fn get<O>(&self, _: O, id: &str, filter: &Filter) -> Result<Answer<O>, Trouble>
    where
        O: Operation<Request = NoBody>,
    {
        let body = Body::default();
        parse::<O>(&self.ask(O::ENDPOINT, id, filter, &body).await?)
    }

    /// Asks for something to be done.
    pub(crate) async fn send<O: Operation>(
        &self,
        _: O,
        id: &str,
        body: &Sent<O>,
    ) -> Result<Answer<O>, Trouble> {
        let body = Body::of::<O>(body)?;
        let none = Filter::default();
        parse::<O>(&self.ask(O::ENDPOINT, id, &none, &body).await?)
    }

    /// The same without a body.
    pub(crate) async fn act<O>(&self, _: O, id: &str) -> Result<Answer<O>, Trouble>
    where
        O: Operation,
        O::Request: Bodiless,
    {
        let (body, none) = (Body::default(), Filter::default());
        parse::<O>(&self.ask(O::ENDPOINT, id, &none, &body).await?)
    }

    /// Asks for something that may be asked for again with the same key without being done twice.
    pub(crate) async fn send_once<O, T>(
        &self,
        _: O,
        body: &T,
        idempotency_key: &str,
    ) -> Result<Answer<O>, Trouble>
    where
        O: Operation<Request = Once<T>>,
        T: Serialize,
    {
        let body = Body {
            idempotency_key: Some(idempotency_key.to_owned()),
            ..Body::of::<O>(body)?
        };
        let none = Filter::default();
        parse::<O>(&self.ask(O::ENDPOINT, "", &none, &body).await?)
    }

    async fn ask(
        &self,
        endpoint: Endpoint,
        id: &str,
        filter: &Filter,
        body: &Body,
    ) -> Result<Received, Trouble> {
        let text = body.text.as_deref();
        if let Some(why) = guard::of_call(endpoint, id, &filter.to_query(), text) {
            return Err(Trouble::Withheld(why));
        }
        let mark = if filter.is_empty() { "" } else { "?" };
        let url = format!(
            "{}{}{mark}{}",
            self.connection.address,
            endpoint.path(id),
            filter.to_query()
        );
        let response = self
            .fetch(&url, endpoint, body)
            .await
            .map_err(|_| Trouble::NoAnswer)?;
        let status = response.status();
        let text = read(&response).await.map_err(|_| Trouble::NoAnswer)?;
        if response.ok() {
            let link = response.headers().get("Link").ok().flatten();
            return Ok(Received { status, text, link });
        }
        let kind = response
            .headers()
            .get("Content-Type")
            .ok()
            .flatten()
            .unwrap_or_default();
        if !kind.starts_with(PROBLEM_JSON) {
            return Err(Trouble::NotUnderstood(status));
        }
        serde_json::from_str(&text).map_or(Err(Trouble::NotUnderstood(status)), |problem| {
            Err(Trouble::Refused(Box::new(problem)))
        })
    }

    async fn fetch(&self, url: &str, endpoint: Endpoint, body: &Body) -> Result<Response, JsValue> {
        let options = RequestInit::new();
        options.set_method(endpoint.method().as_str());
        options.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
        if let Some(text) = &body.text {
            options.set_body(&JsValue::from_str(text));
        }
        let request = Request::new_with_str_and_init(url, &options)?;
        let headers = request.headers();
        // Without a token it is Cloudflare Access that says who this is.
        if !self.connection.token.is_empty() {
            let bearer = format!("Bearer {}", self.connection.token);
            headers.set("Authorization", &bearer)?;
        }
        if let Some(media_type) = body.media_type {
            headers.set("Content-Type", media_type)?;
        }
        if let Some(key) = &body.idempotency_key {
            headers.set("Idempotency-Key", key)?;
        }
        let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
        JsFuture::from(window.fetch_with_request(&request))
            .await?
            .dyn_into()
    }
}

async fn read(response: &Response) -> Result<String, JsValue> {
    let text = JsFuture::from(response.text()?).await?;
    text.as_string().ok_or(text)
}

fn parse<O: Operation>(received: &Received) -> Result<Answer<O>, Trouble> {
    O::Reply::read(&received.text, received.link.as_deref())
        .map_err(|_| Trouble::NotUnderstood(received.status))
}
