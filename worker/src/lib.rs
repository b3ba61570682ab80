//! The Worker's entry points: HTTP, queue and schedule.

use worker::{
    Body, Context, Env, HttpRequest, MessageBatch, Result, ScheduleContext, ScheduledEvent, event,
};

/// Answers a request over HTTP.
#[event(fetch)]
async fn fetch(request: HttpRequest, _env: Env, _context: Context) -> Result<http::Response<Body>> {
    let (status, body) = match request.uri().path() {
        "/healthz" => (200, "{\"status\":\"ok\"}"),
        _ => (404, "{\"status\":404}"),
    };
    let mut response = http::Response::new(Body::from_stream(futures_util::stream::iter([Ok::<
        _,
        worker::Error,
    >(
        body.as_bytes().to_vec(),
    )]))?);
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert("content-type", http::HeaderValue::from_static("application/json"));
    Ok(response)
}

/// Takes a batch of messages from a queue.
#[event(queue)]
async fn queue(_batch: MessageBatch<serde_json::Value>, _env: Env, _context: Context) -> Result<()> {
    Ok(())
}

/// Runs on the schedule.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, _env: Env, _context: ScheduleContext) {}
