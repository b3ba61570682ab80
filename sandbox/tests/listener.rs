//! The program behind a real socket: what it prints, overlapping calls, dropped connections, the
//! state file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

struct Program {
    child: Child,
    address: String,
    key: String,
    account: String,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_emsign-sandbox"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let mut after = |label: &str| -> String {
            let line = lines.next().unwrap();
            line.strip_prefix(label)
                .unwrap_or_else(|| panic!("{line}"))
                .to_owned()
        };
        let account = after("account number: ");
        let key = after("access key: ");
        after("seed: ");
        let address = after("emsign-sandbox listening on http://");
        Self {
            child,
            address,
            key,
            account,
        }
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("{error}"),
        }
        answer
    }

    fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        json_of(&self.request(method, &format!("/control/{path}"), &body))
    }

    fn call(&self, operation: &str, txn: u64) -> Vec<u8> {
        let (ts, txn) = ("2026-10-01T05:30:00+05:30", format!("listener{txn:08}"));
        let key = Sha256::digest(format!("{}{ts}{txn}", self.key));
        let body = json!({ "meta": {
            "ver": "1.0", "ts": ts, "txn": txn, "accountNumber": self.account,
            "authKey": data_encoding::HEXLOWER.encode(&key),
        }});
        self.request(
            "POST",
            &format!("/emSignHub-API/{operation}"),
            &body.to_string(),
        )
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn json_of(answer: &[u8]) -> Value {
    let text = String::from_utf8_lossy(answer);
    let (_, body) = text.split_once("\r\n\r\n").expect("no answer");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn calls_with_latency_overlap() {
    let program = Program::start(&["--orders", "0", "--latency-ms", "400"]);
    let start = Instant::now();
    thread::scope(|scope| {
        for txn in 0..8 {
            let program = &program;
            scope.spawn(move || {
                let answer = json_of(&program.call("ValidateCredentials", txn));
                assert_eq!(answer["meta"]["status"], "1");
            });
        }
    });
    let taken = start.elapsed();
    assert!(taken >= Duration::from_millis(400), "{taken:?}");
    assert!(taken < Duration::from_millis(1600), "{taken:?}");
    let calls = program.control("GET", "calls", Value::Null);
    assert_eq!(calls["calls"]["ValidateCredentials"], 8);
    assert_eq!(calls["maxInFlight"], 8);
}

#[test]
fn a_dropped_connection_has_no_byte_of_an_answer() {
    let program = Program::start(&["--orders", "0"]);
    let fault = json!({ "operation": "*", "kind": "reply-lost-after", "count": 1 });
    program.control("POST", "faults", fault);
    assert_eq!(program.call("ValidateCredentials", 1), b"");
    assert_eq!(
        json_of(&program.call("ValidateCredentials", 2))["meta"]["status"],
        "1"
    );
    let calls = program.control("GET", "calls", Value::Null);
    assert_eq!(calls["calls"]["ValidateCredentials"], 2);
}

#[test]
fn a_trickle_takes_its_time_and_arrives_whole() {
    let program = Program::start(&["--orders", "0"]);
    let fault = json!({ "operation": "*", "kind": "trickle", "count": 1, "seconds": 1 });
    program.control("POST", "faults", fault);
    let start = Instant::now();
    let answer = String::from_utf8(program.call("GetGroupDetails", 1)).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(900));
    assert!(answer.contains("Whitlock Foods Ltd") && answer.contains("errorMessage"));
}

#[test]
fn a_body_that_is_too_large() {
    let program = Program::start(&["--orders", "0"]);
    let body = " ".repeat((1 << 20) + 1);
    let mut stream = TcpStream::connect(&program.address).unwrap();
    write!(
        stream,
        "POST /emSignHub-API/TrackOrder HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .unwrap();
    let _ = stream.write_all(body.as_bytes());
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 413");
}

#[test]
fn the_state_file_carries_the_books_over() {
    let path: PathBuf =
        std::env::temp_dir().join(format!("emsign-sandbox-state-{}.json", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let state = path.to_str().unwrap().to_owned();
    let before = {
        let program = Program::start(&["--orders", "12", "--seed", "7", "--state", &state]);
        program.control("POST", "orders/issue-many", json!({ "count": 3 }));
        let before = program.control("GET", "books", Value::Null);
        // Killed, not asked to stop: what was done is on disk soon after.
        thread::sleep(Duration::from_millis(700));
        before
    };
    assert_eq!(before["orders"].as_array().unwrap().len(), 15);
    let program = Program::start(&["--orders", "99", "--state", &state]);
    let after = program.control("GET", "books", Value::Null);
    assert_eq!(after["orders"], before["orders"]);
    drop(program);
    std::fs::remove_file(&path).unwrap();
}

#[cfg(unix)]
#[test]
fn asked_to_stop_it_saves_first() {
    let path: PathBuf =
        std::env::temp_dir().join(format!("emsign-sandbox-stop-{}.json", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let state = path.to_str().unwrap().to_owned();
    let mut program = Program::start(&["--orders", "0", "--state", &state]);
    program.control("POST", "orders/issue-many", json!({ "count": 3 }));
    let id = program.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert!(program.child.wait().unwrap().success());
    let program = Program::start(&["--state", &state]);
    let books = program.control("GET", "books", Value::Null);
    assert_eq!(books["orders"].as_array().unwrap().len(), 3);
    drop(program);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn ten_thousand_orders_are_there_at_once() {
    let start = Instant::now();
    let program = Program::start(&["--orders", "10000", "--seed", "1"]);
    let ready = start.elapsed();
    assert!(ready < Duration::from_secs(10), "{ready:?}");
    let report = json_of(&program.call("GetOrderReport", 1));
    assert_eq!(report["orderDetails"]["totalNoOfResults"], 10_000);
}

#[test]
fn only_loopback_addresses() {
    let output = Command::new(env!("CARGO_BIN_EXE_emsign-sandbox"))
        .args(["--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("loopback"));
}
