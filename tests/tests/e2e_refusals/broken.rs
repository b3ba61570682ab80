//! Connections that break off within a body (RFC 9112 §8): what was announced and did not come is never
//! taken for an empty body, which would mean "everything" to some addresses.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use certwright_tests::live::Live;

/// How the body ends too early.
const BODIES: [(&str, &str); 2] = [
    ("Content-Length: 50", "{}"),
    ("Transfer-Encoding: chunked", "2\r\n{}\r\n"),
];
/// Addresses where an empty body is a request of its own.
const PATHS: [&str; 2] = ["/v1/sync", "/v1/orders/check-due"];

/// Sends half a request to each, closes, and looks whether anything was begun.
pub(super) fn bodies_that_break_off(live: &Live) -> Result<()> {
    let jobs = || {
        live.worker
            .get_ok("/v1/jobs")
            .map(|page| page["items"].clone())
    };
    let before = jobs()?;
    for path in PATHS {
        for (framing, body) in BODIES {
            let reply = half_a_request(live, path, framing, body)?;
            println!(
                "{path}, {framing}: {}",
                reply.lines().next().unwrap_or("closed")
            );
            // The runtime may give up on the connection before the Worker can refuse (400).
            let status = reply.split(' ').nth(1).unwrap_or("400");
            ensure!(!status.starts_with('2'), "{path}, {framing}: {reply}");
        }
    }
    assert_eq!(
        jobs()?,
        before,
        "a body that broke off was taken for an empty one"
    );
    Ok(())
}

fn half_a_request(live: &Live, path: &str, framing: &str, body: &str) -> Result<String> {
    let url = live.system.worker_url();
    let authority = url.trim_start_matches("http://").trim_end_matches('/');
    let token = live.system.secrets().admin_token();
    let mut stream = TcpStream::connect(authority).with_context(|| authority.to_owned())?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\n{framing}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    let mut reply = Vec::new();
    // A reset connection is an end, too.
    let _ = stream.read_to_end(&mut reply);
    Ok(String::from_utf8_lossy(&reply).into_owned())
}
