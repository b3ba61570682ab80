//! What a dump reads and a restore writes: for each kind of record one statement to page through
//! it, in the order of its key, and one to insert it again. The shapes are those of
//! [`certwright_core::dump`].

use certwright_core::dump::Kind;
use serde::Deserialize;

use crate::database::{Database, DatabaseFault, Statement, decode};

/// A record as a dump's line, with the key after which the next page begins.
#[derive(Deserialize)]
pub struct LineRow {
    /// The line.
    pub line: String,
    /// The key, a JSON array.
    pub position: String,
    /// The tag of a checkpoint.
    #[serde(default)]
    pub bound: Option<String>,
}

/// The position before the first record of every kind.
pub const START: &str = "[\"\"]";

/// Records of a kind after a position.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn page(
    database: &impl Database,
    kind: Kind,
    after: &str,
    limit: u32,
) -> Result<Vec<LineRow>, DatabaseFault> {
    let statement = Statement::new(select(kind)).bind(after).bind(limit);
    decode(database.query(statement).await?)
}

fn select(kind: Kind) -> &'static str {
    match kind {
        Kind::License => {
            "SELECT json_object('license', json_object('token', token, 'setAt', set_at)) AS line, \
               json_array('1') AS position FROM license WHERE ?1 ->> 0 < '1' LIMIT ?2"
        }
        Kind::Credential => {
            "SELECT json_object('credential', json_object('id', id, 'label', label, \
               'environment', environment, 'generation', generation, \
               'accountNumber', account_number, 'userEmail', user_email, \
               'createdAt', created_at, 'verifiedAt', verified_at, \
               'approval', iif(approves_revocations, 'everyoneAndRevocations', approval), \
               'newDomains', new_domains)) AS line, \
               json_array(id) AS position \
             FROM credentials WHERE id > ?1 ->> 0 ORDER BY id LIMIT ?2"
        }
        Kind::Directory => {
            "SELECT json_object('directory', json_object('credentialId', credential_id, \
               'part', part, 'key', key, 'name', name, 'entry', json(entry), \
               'firstSeenAt', first_seen_at, 'changedAt', changed_at)) AS line, \
               json_array(credential_id, part, key) AS position \
             FROM directory WHERE (credential_id, part, key) > (?1 ->> 0, ?1 ->> 1, ?1 ->> 2) \
             ORDER BY credential_id, part, key LIMIT ?2"
        }
        Kind::Csr => {
            "SELECT json_object('csr', json_object('id', id, 'label', label, \
               'fingerprint', fingerprint, 'keyFingerprint', key_fingerprint, \
               'facts', json(facts), 'createdAt', created_at)) AS line, \
               json_array(id) AS position \
             FROM csrs WHERE id > ?1 ->> 0 ORDER BY id LIMIT ?2"
        }
        Kind::Order => {
            "SELECT json_object('order', json(record)) AS line, json_array(id) AS position \
             FROM orders WHERE id > ?1 ->> 0 ORDER BY id LIMIT ?2"
        }
        Kind::Idempotency => {
            "SELECT json_object('idempotency', json_object('actor', actor, 'key', key, \
               'bodyHash', body_hash, 'orderId', order_id, 'createdAt', created_at)) AS line, \
               json_array(actor, key) AS position \
             FROM idempotency WHERE (actor, key) > (?1 ->> 0, ?1 ->> 1) \
             ORDER BY actor, key LIMIT ?2"
        }
        Kind::Chain => {
            "SELECT json_object('chain', json_object('id', id, 'pem', pem, 'rootPem', root_pem)) \
               AS line, json_array(id) AS position \
             FROM chains WHERE id > ?1 ->> 0 ORDER BY id LIMIT ?2"
        }
        Kind::Certificate => {
            "SELECT json_object('certificate', json_object('id', c.id, 'orderId', c.order_id, \
               'credentialId', c.credential_id, 'names', json(c.names), 'subject', c.subject, \
               'issuer', c.issuer, 'serial', c.serial, 'notBefore', c.not_before, \
               'notAfter', c.not_after, 'key', c.key, 'keyFingerprint', c.key_fingerprint, \
               'fingerprint', c.fingerprint, 'revokedAt', c.revoked_at, \
               'differences', json(c.differences), 'storedAt', c.stored_at, 'seat', c.seat, \
               'leafPem', b.leaf_pem, 'chainId', b.chain_id)) AS line, \
               json_array(c.id) AS position \
             FROM certificates AS c JOIN certificate_bodies AS b ON b.certificate_id = c.id \
             WHERE c.id > ?1 ->> 0 ORDER BY c.id LIMIT ?2"
        }
        // The report of a sync can be as long as the directory; it is told short then.
        Kind::Job => {
            "SELECT json_object('job', json_object('id', id, 'kind', kind, \
               'credentialId', credential_id, \
               'report', json(CASE WHEN length(report) < 60000 THEN report ELSE '{}' END), \
               'problem', problem, 'done', done, 'total', total, 'stored', stored, \
               'held', held, 'failed', failed, 'createdAt', created_at, \
               'updatedAt', updated_at)) AS line, json_array(id) AS position \
             FROM jobs WHERE id > ?1 ->> 0 ORDER BY id LIMIT ?2"
        }
        Kind::AuditCheckpoint => {
            "SELECT json_object('auditCheckpoint', json_object('account', account, 'seq', seq, \
               'hash', hash, 'at', pruned_at, 'by', pruned_by)) AS line, \
               json_array(account) AS position, bound \
             FROM audit_checkpoints WHERE account > ?1 ->> 0 ORDER BY account LIMIT ?2"
        }
        // Sealed entries only: the others were written after the dump was begun.
        Kind::Audit => {
            "SELECT json_object('audit', json_object('entry', json_object('account', account, \
               'seq', seq, 'id', id, 'at', at, 'actor', actor, 'role', role, 'action', action, \
               'subject', subject, 'outcome', outcome, 'detail', detail, 'address', address), \
               'hash', hash)) AS line, json_array(account, CAST(seq AS TEXT)) AS position \
             FROM audit JOIN audit_seals USING (account, seq) \
             WHERE (account, seq) > (?1 ->> 0, CAST(COALESCE(?1 ->> 1, '0') AS INTEGER)) \
             ORDER BY account, seq LIMIT ?2"
        }
    }
}

/// Inserts records of a kind, given as a JSON array of what the lines of that kind hold. Orders go
/// another way, since columns are derived from them, and checkpoints, since they are bound anew.
#[must_use]
pub fn insert(kind: Kind, rows: String) -> Vec<Statement> {
    let statement = |sql| Statement::new(sql).bind(rows.clone());
    match kind {
        Kind::Order | Kind::AuditCheckpoint => Vec::new(),
        Kind::License => vec![statement(
            "INSERT INTO license (only_row, token, set_at) \
             SELECT 1, value ->> 'token', value ->> 'setAt' FROM json_each(?1)",
        )],
        Kind::Credential => vec![statement(
            "INSERT INTO credentials (id, label, environment, generation, account_number, \
               user_email, sealed_key, created_at, verified_at, approval, approves_revocations, \
               new_domains) \
             SELECT value ->> 'id', value ->> 'label', value ->> 'environment', \
               value ->> 'generation', value ->> 'accountNumber', value ->> 'userEmail', '', \
               value ->> 'createdAt', value ->> 'verifiedAt', \
               iif(value ->> 'approval' = 'everyoneAndRevocations', 'everyone', \
                 value ->> 'approval'), \
               value ->> 'approval' = 'everyoneAndRevocations', \
               value ->> 'newDomains' \
             FROM json_each(?1)",
        )],
        Kind::Directory => vec![statement(
            "INSERT INTO directory (credential_id, part, key, name, entry, first_seen_at, \
               changed_at) \
             SELECT value ->> 'credentialId', value ->> 'part', value ->> 'key', \
               value ->> 'name', value -> 'entry', value ->> 'firstSeenAt', \
               value ->> 'changedAt' FROM json_each(?1)",
        )],
        Kind::Csr => vec![statement(
            "INSERT INTO csrs (id, label, fingerprint, key_fingerprint, facts, created_at) \
             SELECT value ->> 'id', value ->> 'label', value ->> 'fingerprint', \
               value ->> 'keyFingerprint', value -> 'facts', value ->> 'createdAt' \
             FROM json_each(?1)",
        )],
        Kind::Idempotency => vec![statement(
            "INSERT INTO idempotency (actor, key, body_hash, order_id, created_at) \
             SELECT value ->> 'actor', value ->> 'key', value ->> 'bodyHash', \
               value ->> 'orderId', value ->> 'createdAt' FROM json_each(?1)",
        )],
        Kind::Chain => vec![statement(
            "INSERT INTO chains (id, pem, root_pem) \
             SELECT value ->> 'id', value ->> 'pem', value ->> 'rootPem' FROM json_each(?1)",
        )],
        Kind::Certificate => vec![
            statement(
                "INSERT INTO certificates (id, order_id, credential_id, names, subject, issuer, \
                   serial, not_before, not_after, key, key_fingerprint, fingerprint, revoked_at, \
                   differences, stored_at, seat) \
                 SELECT value ->> 'id', value ->> 'orderId', value ->> 'credentialId', \
                   value -> 'names', value ->> 'subject', value ->> 'issuer', \
                   value ->> 'serial', value ->> 'notBefore', value ->> 'notAfter', \
                   value ->> 'key', value ->> 'keyFingerprint', value ->> 'fingerprint', \
                   value ->> 'revokedAt', value -> 'differences', value ->> 'storedAt', \
                   value ->> 'seat' FROM json_each(?1)",
            ),
            statement(
                "INSERT INTO certificate_bodies (certificate_id, leaf_pem, chain_id) \
                 SELECT value ->> 'id', value ->> 'leafPem', value ->> 'chainId' \
                 FROM json_each(?1)",
            ),
        ],
        // What was running has stopped: its work is not in the dump.
        Kind::Job => vec![statement(
            "INSERT INTO jobs (id, kind, credential_id, parameters, report, problem, done, \
               total, stored, held, failed, created_at, updated_at) \
             SELECT value ->> 'id', value ->> 'kind', value ->> 'credentialId', '{}', \
               value -> 'report', \
               CASE WHEN value ->> 'done' < value ->> 'total' THEN COALESCE(value ->> 'problem', \
                 'it was running when the dump was made; start it again') \
               ELSE value ->> 'problem' END, \
               value ->> 'total', value ->> 'total', value ->> 'stored', value ->> 'held', \
               value ->> 'failed', value ->> 'createdAt', value ->> 'updatedAt' \
             FROM json_each(?1)",
        )],
        Kind::Audit => vec![
            statement(
                "INSERT INTO audit (account, seq, id, at, actor, role, action, subject, outcome, \
                   detail, address) \
                 SELECT e ->> 'account', e ->> 'seq', e ->> 'id', e ->> 'at', e ->> 'actor', \
                   e ->> 'role', e ->> 'action', e ->> 'subject', e ->> 'outcome', \
                   e ->> 'detail', e ->> 'address' \
                 FROM (SELECT value -> 'entry' AS e FROM json_each(?1)) ORDER BY 1, 2",
            ),
            statement(
                "INSERT INTO audit_seals (account, seq, hash) \
                 SELECT value ->> '$.entry.account', value ->> '$.entry.seq', value ->> 'hash' \
                 FROM json_each(?1) ORDER BY 1, 2",
            ),
        ],
    }
}
