//! Calls that leave the Worker over the real runtime: redirects are not followed, and a reply is
//! bounded in size and time, its body included.

#![allow(
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and what it measured by printing"
)]

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use certwright_harness::{Client, Options, System, Workspace};
use serde_json::json;

/// How a look-alike CA answers, by the path prefix of its base.
#[derive(Clone, Copy)]
enum Answer {
    /// With the address of another server.
    Redirect(u16, u16),
    /// With a body that does not end.
    Endless,
    /// With a byte each second, for ever.
    Trickle,
}

/// A server that answers every connection in this way, with its port, the connections it had, and
/// the bytes that it could send.
fn server(answer: Answer) -> Result<(u16, Arc<AtomicU64>, Arc<AtomicU64>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let (asked, sent) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (count, bytes) = (Arc::clone(&asked), Arc::clone(&sent));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::Relaxed);
            let bytes = Arc::clone(&bytes);
            thread::spawn(move || respond(stream, answer, &bytes));
        }
    });
    Ok((port, asked, sent))
}

fn respond(mut stream: TcpStream, answer: Answer, bytes: &AtomicU64) {
    let mut request = [0; 4096];
    let Ok(1..) = stream.read(&mut request) else {
        return;
    };
    let (head, chunk, pause) = match answer {
        Answer::Redirect(status, port) => {
            let head = format!(
                "HTTP/1.1 {status} Found\r\nLocation: http://127.0.0.1:{port}/emSignHub-API/ValidateCredentials\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes());
            return;
        }
        Answer::Endless => ("200 OK", vec![b' '; 64 * 1024], Duration::ZERO),
        Answer::Trickle => ("200 OK", vec![b' '], Duration::from_secs(1)),
    };
    let head =
        format!("HTTP/1.1 {head}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
    if stream.write_all(head.as_bytes()).is_err() {
        return;
    }
    while stream.write_all(&chunk).is_ok() {
        bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        thread::sleep(pause);
    }
}

/// Links an account at the server; how long it took until it was refused, and the problem's detail.
fn link(port: u16) -> Result<(Duration, String)> {
    let base = format!("http://127.0.0.1:{port}/emSignHub-API/");
    let options = Options {
        variables: vec![("DEVELOPMENT_CA_BASE".to_owned(), base)],
        ..Options::default()
    };
    let system = System::start(&Workspace::find()?, options)?;
    let worker = Client::new(system.worker_url(), system.secrets().admin_token());
    let account = json!({
        "label": "x", "environment": "development",
        "accountNumber": "7412005839", "accessKey": "not-a-secret",
    });
    let began = Instant::now();
    let reply = worker.post("/v1/credentials", &account)?;
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (502, &json!("ca-unanswered")),
        "{reply}"
    );
    let listed = worker.get_ok("/v1/credentials")?;
    assert_eq!(listed["items"], json!([]), "{listed:#}");
    Ok((began.elapsed(), reply.body["detail"].to_string()))
}

#[test]
fn redirects_are_not_followed() -> Result<()> {
    for status in [301, 302, 303, 307, 308] {
        let (elsewhere, followed, _) = server(Answer::Endless)?;
        let (port, asked, _) = server(Answer::Redirect(status, elsewhere))?;
        let (_, detail) = link(port)?;
        assert!(detail.contains(&status.to_string()), "{detail}");
        assert_eq!(asked.load(Ordering::Relaxed), 1, "{status}");
        assert_eq!(followed.load(Ordering::Relaxed), 0, "{status}");
    }
    Ok(())
}

#[test]
fn a_reply_without_end_is_cut_off_while_it_arrives() -> Result<()> {
    let (port, _, sent) = server(Answer::Endless)?;
    let (time, detail) = link(port)?;
    assert!(detail.contains("too large"), "{detail}");
    assert!(time < Duration::from_secs(30), "{time:?}");
    // What was on its way when the limit of 4 MiB was met, and no more after it.
    thread::sleep(Duration::from_secs(1));
    let before = sent.load(Ordering::Relaxed);
    println!("{before} bytes were sent");
    assert!(before < 64 * 1024 * 1024, "{before}");
    thread::sleep(Duration::from_secs(2));
    assert_eq!(
        sent.load(Ordering::Relaxed),
        before,
        "the connection was closed"
    );
    Ok(())
}

#[test]
fn a_reply_that_trickles_is_given_up_after_a_minute() -> Result<()> {
    let (port, _, _) = server(Answer::Trickle)?;
    let (time, detail) = link(port)?;
    println!("given up after {time:?}");
    assert!(detail.contains("timed out"), "{detail}");
    assert!((55..90).contains(&time.as_secs()), "{time:?}");
    Ok(())
}
