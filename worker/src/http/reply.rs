//! Replies that are not problems.

use certwright_api::operation::{Answer, Operation, ReplyBody};
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, LINK, LOCATION},
};

use super::handle::Stopped;
use crate::fault::Fault;

/// A reply with its whole body.
pub(super) type Reply = Response<Vec<u8>>;

/// The reply of the endpoint `O`: status, media type, headers and body are those of the table.
pub(super) fn of<O: Operation>(value: &Answer<O>) -> Result<Reply, Stopped> {
    let written = O::Reply::write(value)
        .map_err(|error| Fault::Internal(format!("a reply does not convert: {error}")))?;
    let mut reply = Response::new(written.body);
    *reply.status_mut() = StatusCode::from_u16(O::Reply::STATUS)
        .map_err(|error| Fault::Internal(format!("a status of the table: {error}")))?;
    let headers = reply.headers_mut();
    let media_type = HeaderValue::from_static(O::Reply::MEDIA_TYPE);
    headers.insert(CONTENT_TYPE, media_type);
    let location = written.location.as_deref().map(HeaderValue::from_str);
    if let Some(Ok(location)) = location {
        headers.insert(LOCATION, location);
    }
    let next = written.next.map(|next| format!("<{next}>; rel=\"next\""));
    if let Some(Ok(next)) = next.as_deref().map(HeaderValue::from_str) {
        headers.insert(LINK, next);
    }
    Ok(reply)
}
