-- Search by any part of a name. Each part, from where it begins to the end of the name, is a row
-- (core/src/search/parts.rs): equality finds a name and all below it, a range finds it by a piece.
-- `latest` is a time with its sign turned, so that what runs out last, or was ordered last, comes
-- first. The second index is for those who see one account, and walk its rows alone.

DROP TABLE certificate_names;
DROP INDEX orders_by_host;
ALTER TABLE orders DROP COLUMN host;

CREATE TABLE certificate_parts (
  part TEXT NOT NULL,
  kind INTEGER NOT NULL,
  latest INTEGER NOT NULL,
  certificate_id TEXT NOT NULL REFERENCES certificates (id),
  credential_id TEXT NOT NULL,
  PRIMARY KEY (part, kind, latest, certificate_id)
) WITHOUT ROWID;
CREATE INDEX certificate_parts_of_credential ON certificate_parts
  (credential_id, part, kind, latest, certificate_id);

CREATE TABLE order_parts (
  part TEXT NOT NULL,
  kind INTEGER NOT NULL,
  latest INTEGER NOT NULL,
  order_id TEXT NOT NULL REFERENCES orders (id),
  credential_id TEXT NOT NULL,
  PRIMARY KEY (part, kind, latest, order_id)
) WITHOUT ROWID;
CREATE INDEX order_parts_of_credential ON order_parts
  (credential_id, part, kind, latest, order_id);

WITH RECURSIVE
names (id, credential_id, latest, name) AS (
  SELECT c.id, c.credential_id, -c.not_after, substr(rtrim(lower(n.value), '.'), 1, 256)
  FROM certificates AS c, json_each(c.names) AS n),
cuts (id, credential_id, latest, name, at) AS (
  SELECT id, credential_id, latest, name, 1 FROM names WHERE name <> ''
  UNION ALL
  SELECT id, credential_id, latest, name, at + 1 FROM cuts WHERE at < length(name))
INSERT OR IGNORE INTO certificate_parts (part, kind, latest, certificate_id, credential_id)
SELECT substr(name, at),
  CASE WHEN at = 1 THEN 0 WHEN substr(name, at - 1, 1) IN ('.', '@') THEN 1 ELSE 2 END,
  latest, id, credential_id
FROM cuts WHERE at = 1
  OR (substr(name, at - 1, 1) NOT GLOB '[a-z0-9]' AND substr(name, at, 1) GLOB '[a-z0-9]');

WITH RECURSIVE
names (id, credential_id, latest, name) AS (
  SELECT id, credential_id, -ordered_at, substr(rtrim(lower(record ->> 'domain'), '.'), 1, 256)
  FROM orders
  UNION
  SELECT o.id, o.credential_id, -o.ordered_at, substr(rtrim(lower(n.value), '.'), 1, 256)
  FROM orders AS o, json_each(o.record -> 'additionalDomains') AS n
  UNION
  SELECT o.id, o.credential_id, -o.ordered_at, substr(rtrim(lower(n.value), '.'), 1, 256)
  FROM certificates AS c JOIN orders AS o ON o.id = c.order_id, json_each(c.names) AS n),
cuts (id, credential_id, latest, name, at) AS (
  SELECT id, credential_id, latest, name, 1 FROM names WHERE name <> ''
  UNION ALL
  SELECT id, credential_id, latest, name, at + 1 FROM cuts WHERE at < length(name))
INSERT OR IGNORE INTO order_parts (part, kind, latest, order_id, credential_id)
SELECT substr(name, at),
  CASE WHEN at = 1 THEN 0 WHEN substr(name, at - 1, 1) IN ('.', '@') THEN 1 ELSE 2 END,
  latest, id, credential_id
FROM cuts WHERE at = 1
  OR (substr(name, at - 1, 1) NOT GLOB '[a-z0-9]' AND substr(name, at, 1) GLOB '[a-z0-9]');

-- SHA-1 fingerprints, which many tools show. The schedule fills them in for certificates that were
-- stored before (worker/src/usecase/certificates.rs).
ALTER TABLE certificates ADD COLUMN sha1 TEXT;
CREATE INDEX certificates_by_sha1 ON certificates (sha1);
