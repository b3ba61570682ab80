//! The trail of a system from before there were chains is linked, whole and in order.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{fs, path::Path};

use rusqlite::Connection;

const CREDENTIAL: &str = "cred_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Applies the migrations that come before the named one, or from it on.
fn migrate(connection: &Connection, is_before: bool) {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../migrations");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        if (name < "0003_audit_chain.sql") == is_before {
            connection
                .execute_batch(&fs::read_to_string(&file).unwrap())
                .unwrap();
        }
    }
}

fn chains(connection: &Connection) -> Vec<(String, i64, String)> {
    let sql = "SELECT account, seq, id FROM audit ORDER BY account, seq";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn an_older_trail_is_linked_by_account_and_time() {
    let connection = Connection::open_in_memory().unwrap();
    migrate(&connection, true);
    connection
        .execute_batch(&format!(
            "INSERT INTO credentials (id, label, environment, generation, account_number, \
               user_email, sealed_key, created_at, verified_at) \
             VALUES ('{CREDENTIAL}', 'x', 'development', 'accessKey', '1', 'a@b', 'k', 1, 1); \
             INSERT INTO audit (id, at, actor, role, action, subject, outcome) VALUES \
               ('aud_d', 40, 'admin', 'admin', 'credential.verify', '{CREDENTIAL}', 'done'), \
               ('aud_c', 30, 'unknown', NULL, 'access', 'GET /v1/orders', 'refused'), \
               ('aud_b', 20, 'admin', 'admin', 'credential.link', '{CREDENTIAL}', 'done'), \
               ('aud_a', 10, 'admin', 'admin', 'license.set', 'license', 'done');"
        ))
        .unwrap();
    migrate(&connection, false);
    let expected = [
        (CREDENTIAL, 1, "aud_b"),
        (CREDENTIAL, 2, "aud_d"),
        ("system-a", 1, "aud_a"),
        ("system-a", 2, "aud_c"),
    ];
    let expected = expected.map(|(account, seq, id)| (account.to_owned(), seq, id.to_owned()));
    assert_eq!(chains(&connection), expected);
    let delete = connection.execute("DELETE FROM audit WHERE id = 'aud_a'", []);
    assert!(delete.is_err(), "the linked trail is kept");
}

#[test]
fn a_new_system_has_no_trail() {
    let connection = Connection::open_in_memory().unwrap();
    migrate(&connection, true);
    migrate(&connection, false);
    assert_eq!(chains(&connection), []);
}
