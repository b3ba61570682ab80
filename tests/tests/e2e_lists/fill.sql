-- 20,000 orders with 20,000 certificates under 40,000 names, and long lists of everything else,
-- cloned from the real rows that an import has left. Counters follow by the schema's triggers.

CREATE TABLE bulk (i INTEGER PRIMARY KEY, body TEXT, credential TEXT, domain TEXT, at INTEGER);

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO bulk
SELECT i,
  -- 26 characters of the ids' alphabet, in no order.
  replace(replace(replace(replace(printf('%026d', i * 7919 % 1000003),
    '0', 'a'), '1', 'b'), '8', 'c'), '9', 'd'),
  (SELECT id FROM credentials WHERE account_number = printf('%d', 7412005839 + i % 2)),
  printf('h%d.z%d.bulk.example', i, i % 40),
  -- Many at the same second, so that pages end among equals.
  1700000000 + i / 200
FROM n;

-- The pending ones are all stuck, in the column and in the record.
INSERT INTO orders (id, credential_id, ca_order_number, ca_request_number, state, is_stuck,
  ordered_at, is_deleted, version, record)
SELECT 'ord_' || body, credential, 'B' || i, 'R' || i, t.state, t.state = 'pending', at,
  i % 10 = 9, 1,
  json_set(t.record, '$.id', 'ord_' || body, '$.credentialId', credential, '$.domain', domain,
    '$.caOrderNumber', 'B' || i, '$.caRequestNumber', 'R' || i, '$.version', 1,
    '$.orderedAt', strftime('%Y-%m-%dT%H:%M:%SZ', at, 'unixepoch'),
    '$.deletedAt', CASE WHEN i % 10 = 9 THEN '2026-11-01T00:00:00Z' END)
FROM bulk JOIN (
  SELECT state, max(record) AS record FROM orders
  WHERE state IN ('fulfilled', 'held', 'rejected') OR is_stuck = 1 GROUP BY state
) AS t ON t.state = CASE i % 25 WHEN 0 THEN 'pending' WHEN 1 THEN 'held' WHEN 2 THEN 'rejected'
  ELSE 'fulfilled' END;

INSERT INTO certificates (id, order_id, credential_id, names, subject, issuer, serial, not_before,
  not_after, key, key_fingerprint, fingerprint, differences, stored_at, seat)
SELECT 'cert_' || body, 'ord_' || body, credential,
  json_array(domain, 'www.' || domain), 'CN=' || domain, printf('Issuer %d', i % 4),
  printf('%04X', i), 1700000000,
  4000000000 + (i % 97) * 86400,
  CASE i % 3 WHEN 0 THEN 'P-256' WHEN 1 THEN 'P-384' ELSE 'RSA 2048' END,
  printf('%064x', i / 2), printf('%064x', i), '[]', 1700000000, 1
FROM bulk;

CREATE TABLE bulk_parts (i INTEGER, part TEXT, kind INTEGER);
INSERT INTO bulk_parts SELECT i, domain, 0 FROM bulk;
INSERT INTO bulk_parts SELECT i, domain, 1 FROM bulk;
INSERT INTO bulk_parts SELECT i, 'www.' || domain, 0 FROM bulk;
INSERT INTO bulk_parts SELECT i, printf('z%d.bulk.example', i % 40), 1 FROM bulk;
INSERT INTO bulk_parts SELECT i, 'bulk.example', 1 FROM bulk;
INSERT INTO bulk_parts SELECT i, 'example', 1 FROM bulk;
INSERT INTO certificate_parts (part, kind, latest, certificate_id, credential_id)
SELECT p.part, p.kind, -c.not_after, c.id, c.credential_id
FROM bulk_parts AS p JOIN bulk AS b USING (i) JOIN certificates AS c ON c.id = 'cert_' || b.body;
INSERT INTO order_parts (part, kind, latest, order_id, credential_id)
SELECT p.part, p.kind, -b.at, 'ord_' || b.body, b.credential
FROM bulk_parts AS p JOIN bulk AS b USING (i);
DROP TABLE bulk_parts;

INSERT INTO csrs (id, label, fingerprint, key_fingerprint, facts, created_at)
SELECT 'csr_' || body, domain, printf('%064x', i), printf('%064x', i),
  (SELECT facts FROM csrs LIMIT 1), at FROM bulk;

INSERT INTO jobs (id, kind, credential_id, parameters, report, done, total, created_at, updated_at)
SELECT 'job_' || body, 'import', credential, '{}', '{}', 1, 1, at, at FROM bulk;

INSERT INTO audit (id, at, actor, role, action, subject, outcome, account, seq)
SELECT 'aud_' || body, at, 'admin', 'admin', 'order.check', printf('ord_%d', i % 2), 'done',
  'cred_bulk', i FROM bulk ORDER BY i;
INSERT INTO audit_seals (account, seq, hash)
SELECT account, seq, printf('%064x', seq) FROM audit WHERE account = 'cred_bulk' ORDER BY seq;

INSERT INTO directory (credential_id, part, key, name, entry, first_seen_at, changed_at)
SELECT credential, t.part, 'bulk-' || i, 'bulk ' || i, json_set(t.entry, '$.name', 'bulk ' || i),
  at, at
FROM bulk JOIN (SELECT part, max(entry) AS entry FROM directory GROUP BY part) AS t
WHERE i <= 2000;

DROP TABLE bulk;
