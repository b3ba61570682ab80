//! Calls of the Worker's API, typed by the table of endpoints.

use certwright_api::endpoint::Endpoint;
use certwright_api::problem::{PROBLEM_JSON, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Request, RequestInit, Response};

use crate::connection::Connection;
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
}

impl Trouble {
    /// Whether the token is not valid (any more).
    pub(crate) fn is_sign_in(&self) -> bool {
        matches!(self, Self::Refused(problem) if problem.status == 401)
    }

    /// Whether the person's rights don't do.
    pub(crate) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused(problem) if problem.status == 403)
    }
}

/// What was answered.
struct Answer {
    status: u16,
    text: String,
    next: Option<String>,
}

/// A connection that calls are made over.
#[derive(Clone)]
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
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        endpoint: Endpoint,
        id: &str,
        filter: &Filter,
    ) -> Result<T, Trouble> {
        parse(&self.ask(endpoint, id, filter, None, None).await?)
    }

    /// Reads a text, such as PEM or CSV.
    pub(crate) async fn text(
        &self,
        endpoint: Endpoint,
        id: &str,
        filter: &Filter,
    ) -> Result<String, Trouble> {
        Ok(self.ask(endpoint, id, filter, None, None).await?.text)
    }

    /// Reads a page of a text list, and the cursor of the next (RFC 8288, `rel="next"`).
    pub(crate) async fn page_of_text(
        &self,
        endpoint: Endpoint,
        filter: &Filter,
    ) -> Result<(String, Option<String>), Trouble> {
        let answer = self.ask(endpoint, "", filter, None, None).await?;
        let next = answer
            .next
            .as_deref()
            .and_then(|link| link.split_once("cursor="));
        let cursor = next.map(|(_, rest)| rest.split(['&', '>']).next().unwrap_or("").to_owned());
        Ok((answer.text, cursor))
    }

    /// Asks for something to be done.
    pub(crate) async fn send<B: Serialize, T: DeserializeOwned>(
        &self,
        endpoint: Endpoint,
        id: &str,
        body: &B,
    ) -> Result<T, Trouble> {
        parse(
            &self
                .ask(endpoint, id, &Filter::default(), Some(json(body)?), None)
                .await?,
        )
    }

    /// The same without a body.
    pub(crate) async fn act<T: DeserializeOwned>(
        &self,
        endpoint: Endpoint,
        id: &str,
    ) -> Result<T, Trouble> {
        parse(
            &self
                .ask(endpoint, id, &Filter::default(), None, None)
                .await?,
        )
    }

    /// Asks for something that may be asked for again with the same key without being done twice.
    pub(crate) async fn send_once<B: Serialize, T: DeserializeOwned>(
        &self,
        endpoint: Endpoint,
        body: &B,
        idempotency_key: &str,
    ) -> Result<T, Trouble> {
        let body = Some(json(body)?);
        parse(
            &self
                .ask(
                    endpoint,
                    "",
                    &Filter::default(),
                    body,
                    Some(idempotency_key),
                )
                .await?,
        )
    }

    async fn ask(
        &self,
        endpoint: Endpoint,
        id: &str,
        filter: &Filter,
        body: Option<String>,
        idempotency_key: Option<&str>,
    ) -> Result<Answer, Trouble> {
        let mark = if filter.is_empty() { "" } else { "?" };
        let url = format!(
            "{}{}{mark}{}",
            self.connection.address,
            endpoint.path(id),
            filter.to_query()
        );
        let response = self
            .fetch(&url, endpoint, body, idempotency_key)
            .await
            .map_err(|_| Trouble::NoAnswer)?;
        let status = response.status();
        let text = read(&response).await.map_err(|_| Trouble::NoAnswer)?;
        if response.ok() {
            let next = response.headers().get("Link").ok().flatten();
            return Ok(Answer { status, text, next });
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

    async fn fetch(
        &self,
        url: &str,
        endpoint: Endpoint,
        body: Option<String>,
        idempotency_key: Option<&str>,
    ) -> Result<Response, JsValue> {
        let options = RequestInit::new();
        options.set_method(endpoint.method().as_str());
        options.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
        if let Some(body) = &body {
            options.set_body(&JsValue::from_str(body));
        }
        let request = Request::new_with_str_and_init(url, &options)?;
        let headers = request.headers();
        // Without a token it is Cloudflare Access that says who this is.
        if !self.connection.token.is_empty() {
            let bearer = format!("Bearer {}", self.connection.token);
            headers.set("Authorization", &bearer)?;
        }
        if body.is_some() {
            headers.set("Content-Type", "application/json")?;
        }
        if let Some(key) = idempotency_key {
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

fn json<B: Serialize>(body: &B) -> Result<String, Trouble> {
    // Serializing our own types can't fail; were it to, nothing has been sent.
    serde_json::to_string(body).map_err(|_| Trouble::NotUnderstood(0))
}

fn parse<T: DeserializeOwned>(answer: &Answer) -> Result<T, Trouble> {
    let text = if answer.text.is_empty() {
        "null"
    } else {
        &answer.text
    };
    serde_json::from_str(text).map_err(|_| Trouble::NotUnderstood(answer.status))
}
