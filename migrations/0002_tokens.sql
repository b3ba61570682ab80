-- Tokens, and what a caller who is bounded to one account may see.
--
-- Of a token's text only the SHA-256 is here. A revoked token keeps its row.
CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  role TEXT NOT NULL,
  credential_id TEXT,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER,
  hash TEXT NOT NULL UNIQUE
);
CREATE INDEX tokens_by_time ON tokens (created_at, id);
CREATE INDEX tokens_of_credential ON tokens (credential_id, created_at, id);

-- Lists of one account, which walk its rows alone.
CREATE INDEX jobs_of_credential_by_time ON jobs (credential_id, created_at, id);
CREATE INDEX directory_of_credential_by_expiry ON directory
  (credential_id, entry ->> 'expires', key) WHERE part = 'domains';

-- Counts of orders by state for each account, kept like those of the whole system.
CREATE TABLE credential_counters (
  credential_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (credential_id, name)
) WITHOUT ROWID;
INSERT INTO credential_counters (credential_id, name, value)
  SELECT credential_id, state, count(*) FROM orders WHERE is_deleted = 0 GROUP BY 1, 2;

CREATE TRIGGER orders_counted_of_credential AFTER INSERT ON orders WHEN NEW.is_deleted = 0 BEGIN
  INSERT INTO credential_counters (credential_id, name, value)
    VALUES (NEW.credential_id, NEW.state, 1)
    ON CONFLICT (credential_id, name) DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER orders_recounted_of_credential AFTER UPDATE OF state, is_deleted ON orders
WHEN OLD.state <> NEW.state OR OLD.is_deleted <> NEW.is_deleted BEGIN
  UPDATE credential_counters SET value = value - 1
    WHERE credential_id = OLD.credential_id AND name = OLD.state AND OLD.is_deleted = 0;
  INSERT INTO credential_counters (credential_id, name, value)
    SELECT NEW.credential_id, NEW.state, 1 WHERE NEW.is_deleted = 0
    ON CONFLICT (credential_id, name) DO UPDATE SET value = value + 1;
END;

-- Whose dead letters they are. Set when a piece is set aside, since that is when it is looked for.
ALTER TABLE work ADD COLUMN credential_id TEXT;
UPDATE work SET credential_id = COALESCE(payload ->> 'credentialId',
    (SELECT credential_id FROM orders WHERE orders.id = work.subject))
  WHERE dead_at IS NOT NULL;
CREATE INDEX work_dead_of_credential ON work (credential_id, dead_at, id)
  WHERE dead_at IS NOT NULL;
CREATE TRIGGER dead_work_of_credential AFTER UPDATE OF dead_at ON work
WHEN OLD.dead_at IS NULL AND NEW.dead_at IS NOT NULL BEGIN
  UPDATE work SET credential_id = COALESCE(NEW.payload ->> 'credentialId',
      (SELECT credential_id FROM orders WHERE orders.id = NEW.subject))
    WHERE id = NEW.id;
END;

-- Which accounts a CSR has to do with: one of the account's orders was placed with it, or a caller
-- who is bounded to the account has stored it. The label is never one that somebody else gave.
CREATE TABLE csr_holders (
  credential_id TEXT NOT NULL,
  csr_id TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (credential_id, csr_id)
) WITHOUT ROWID;
CREATE INDEX csr_holders_by_time ON csr_holders (credential_id, created_at, csr_id);
INSERT OR IGNORE INTO csr_holders (credential_id, csr_id, label, created_at)
  SELECT credential_id, record ->> 'csrId', record ->> 'domain', ordered_at FROM orders
  WHERE record ->> 'csrId' IS NOT NULL;
CREATE TRIGGER csr_held_by_order AFTER INSERT ON orders
WHEN NEW.record ->> 'csrId' IS NOT NULL BEGIN
  INSERT OR IGNORE INTO csr_holders (credential_id, csr_id, label, created_at)
    VALUES (NEW.credential_id, NEW.record ->> 'csrId', NEW.record ->> 'domain', NEW.ordered_at);
END;
