//! A small HTTP client for a running system: the Worker's API, and the sandbox's control API.

#![allow(
    clippy::indexing_slicing,
    reason = "indexing JSON by a name gives null for what is missing"
)]

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::http::{HeaderMap, Request};

/// The largest reply that is read, in bytes: the sandbox's books of 10,000 orders fit.
const LARGEST_REPLY: u64 = 256 * 1024 * 1024;
/// How long a single call may take.
const CALL_LIMIT: Duration = Duration::from_secs(120);

/// Calls one address, with a bearer token where there is one.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: Option<String>,
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The request's method and path, for messages.
    pub asked: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body: as JSON, or as a JSON string when it is something else.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

/// What a reply has cost the database, by its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Rows that were read.
    pub rows_read: u64,
    /// Rows that were written.
    pub rows_written: u64,
    /// Statements that were run.
    pub queries: u64,
}

impl Reply {
    /// The address of the page that follows, from the `Link` header (RFC 8288).
    #[must_use]
    pub fn next_page(&self) -> Option<String> {
        let link = self.headers.get("link")?.to_str().ok()?;
        let (address, relation) = link.strip_prefix('<')?.split_once('>')?;
        relation.contains("next").then(|| address.to_owned())
    }
}

impl Client {
    /// A client that signs in with a token.
    #[must_use]
    pub fn new(base: &str, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..Self::anonymous(base)
        }
    }

    /// A client that says nothing about who it is.
    #[must_use]
    pub fn anonymous(base: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(CALL_LIMIT))
            .build()
            .into();
        Self {
            agent,
            base: base.trim_end_matches('/').to_owned(),
            token: None,
        }
    }

    /// Sends a request; every status is a reply.
    ///
    /// # Errors
    ///
    /// When there is no reply at all.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Reply> {
        let asked = format!("{method} {path}");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body)?),
            None => self.agent.run(request.body(())?),
        };
        let mut answer = answer.with_context(|| format!("{asked} at {} failed", self.base))?;
        let text = answer
            .body_mut()
            .with_config()
            .limit(LARGEST_REPLY)
            .read_to_string()
            .with_context(|| format!("the reply to {asked} could not be read"))?;
        Ok(Reply {
            asked,
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.clone())),
            text,
        })
    }

    /// Sends JSON with further headers.
    ///
    /// # Errors
    ///
    /// When there is no reply at all.
    pub fn json(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Reply> {
        let mut all = vec![("Content-Type", "application/json")];
        all.extend_from_slice(headers);
        self.send(method, path, &all, Some(serde_json::to_vec(body)?))
    }

    /// Reads.
    ///
    /// # Errors
    ///
    /// When there is no reply at all.
    pub fn get(&self, path: &str) -> Result<Reply> {
        self.send("GET", path, &[], None)
    }

    /// Posts JSON.
    ///
    /// # Errors
    ///
    /// When there is no reply at all.
    pub fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        self.json("POST", path, &[], body)
    }

    /// Puts JSON.
    ///
    /// # Errors
    ///
    /// When there is no reply at all.
    pub fn put(&self, path: &str, body: &Value) -> Result<Reply> {
        self.json("PUT", path, &[], body)
    }

    /// Deletes.
    ///
    /// # Errors
    ///
    /// When there is no reply at all.
    pub fn delete(&self, path: &str) -> Result<Reply> {
        self.send("DELETE", path, &[], None)
    }

    /// Reads; anything but success is an error.
    ///
    /// # Errors
    ///
    /// With the problem's own sentence.
    pub fn get_ok(&self, path: &str) -> Result<Value> {
        self.get(path)?.ok()
    }

    /// Posts JSON; anything but success is an error.
    ///
    /// # Errors
    ///
    /// With the problem's own sentence.
    pub fn post_ok(&self, path: &str, body: &Value) -> Result<Value> {
        self.post(path, body)?.ok()
    }

    /// Puts JSON; anything but success is an error.
    ///
    /// # Errors
    ///
    /// With the problem's own sentence.
    pub fn put_ok(&self, path: &str, body: &Value) -> Result<Value> {
        self.put(path, body)?.ok()
    }

    /// Deletes; anything but success is an error.
    ///
    /// # Errors
    ///
    /// With the problem's own sentence.
    pub fn delete_ok(&self, path: &str) -> Result<Value> {
        self.delete(path)?.ok()
    }

    /// Waits until a job has ended, showing each state to `progress`; gives the job.
    ///
    /// # Errors
    ///
    /// When it fails, or still runs after `limit`.
    pub fn wait_for_job(
        &self,
        id: &str,
        limit: Duration,
        mut progress: impl FnMut(&Value),
    ) -> Result<Value> {
        let path = format!("/v1/jobs/{id}");
        let mut last = Value::Null;
        wait_until(limit, || {
            last = self.get_ok(&path)?;
            progress(&last);
            Ok(last["state"] != "running")
        })
        .with_context(|| format!("job {id} has not ended: {last:#}"))?;
        if last["state"] != "done" {
            let problem = last["problem"].as_str().unwrap_or("it does not say why");
            bail!("job {id} failed: {problem}");
        }
        Ok(last)
    }
}

/// Asks again and again until the answer is yes.
///
/// # Errors
///
/// Those of asking, or that the time is over.
pub fn wait_until(limit: Duration, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    const PAUSE: Duration = Duration::from_millis(150);
    let began = Instant::now();
    while !is_so()? {
        if began.elapsed() > limit {
            bail!("waited {} s in vain", limit.as_secs());
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

impl Reply {
    /// The body of a success.
    ///
    /// # Errors
    ///
    /// For any other status, with the problem's own sentence.
    pub fn ok(self) -> Result<Value> {
        if (200..300).contains(&self.status) {
            Ok(self.body)
        } else {
            bail!("{self}")
        }
    }

    /// The media type, without parameters.
    #[must_use]
    pub fn content_type(&self) -> &str {
        let value = self.headers.get("content-type");
        let value = value.and_then(|value| value.to_str().ok()).unwrap_or("");
        value.split(';').next().unwrap_or("").trim()
    }

    /// What the reply has cost the database; a development deployment says so.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        let text = self.headers.get("server-timing")?.to_str().ok()?;
        let number = |name: &str| -> Option<u64> {
            let (_, rest) = text.split_once(&format!("{name}="))?;
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
            digits.parse().ok()
        };
        Some(Cost {
            rows_read: number("rows_read")?,
            rows_written: number("rows_written")?,
            queries: number("queries")?,
        })
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was answered with {}", self.asked, self.status)?;
        match (self.body["detail"].as_str(), self.body["remedy"].as_str()) {
            (Some(detail), Some(remedy)) => write!(f, ": {detail}; {remedy}"),
            (Some(detail), None) => write!(f, ": {detail}"),
            (None, _) => write!(f, ": {}", self.body),
        }
    }
}
