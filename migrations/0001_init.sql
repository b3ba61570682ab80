-- The first schema. D1 is the only system of record.
--
-- Times are whole seconds since 1970. Counts that lists and gates need are kept by triggers in the
-- transaction that changes them, so that nothing ever counts rows.

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES
  ('seats', 0), ('placing', 0), ('failed', 0), ('pending', 0), ('held', 0), ('fulfilled', 0),
  ('rejected', 0), ('cancelled', 0), ('expired', 0), ('revoked', 0), ('dead', 0),
  ('revision', 0);

-- Linked accounts. The access key is sealed; the row's id is the additional data of the seal.
-- `strikes` and `paused_until` tell how the CA's rate limit was met lately.
CREATE TABLE credentials (
  id TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  environment TEXT NOT NULL,
  generation TEXT NOT NULL,
  account_number TEXT NOT NULL,
  user_email TEXT NOT NULL,
  sealed_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  verified_at INTEGER NOT NULL,
  directory_revision INTEGER NOT NULL DEFAULT 0,
  strikes INTEGER NOT NULL DEFAULT 0,
  paused_until INTEGER NOT NULL DEFAULT 0,
  UNIQUE (environment, account_number)
);

-- Accounts, groups, organizations, domains and products as the CA last showed them.
CREATE TABLE directory (
  credential_id TEXT NOT NULL REFERENCES credentials (id),
  part TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  entry TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (credential_id, part, key)
) WITHOUT ROWID;
CREATE INDEX directory_by_name ON directory (part, name, credential_id, key);
CREATE INDEX directory_of_credential ON directory (credential_id, part, name, key);
CREATE INDEX directory_by_expiry ON directory (part, entry ->> 'expires', credential_id, key);

CREATE TABLE csrs (
  id TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  fingerprint TEXT NOT NULL UNIQUE,
  key_fingerprint TEXT NOT NULL,
  facts TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX csrs_by_time ON csrs (created_at, id);
CREATE INDEX csrs_by_key ON csrs (key_fingerprint);

-- Orders. `record` is the order; the other columns are what it is found by.
CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  credential_id TEXT NOT NULL REFERENCES credentials (id),
  reference TEXT UNIQUE,
  ca_order_number TEXT,
  ca_request_number TEXT,
  state TEXT NOT NULL,
  host TEXT NOT NULL,
  key_fingerprint TEXT,
  next_check_at INTEGER,
  ordered_at INTEGER NOT NULL,
  is_deleted INTEGER NOT NULL,
  version INTEGER NOT NULL,
  record TEXT NOT NULL
);
CREATE UNIQUE INDEX orders_by_ca_number ON orders (credential_id, ca_order_number)
  WHERE ca_order_number IS NOT NULL;
CREATE INDEX orders_by_ca_request ON orders (credential_id, ca_request_number)
  WHERE ca_request_number IS NOT NULL;
CREATE INDEX orders_by_time ON orders (is_deleted, ordered_at, id);
CREATE INDEX orders_by_state ON orders (is_deleted, state, ordered_at, id);
CREATE INDEX orders_of_credential ON orders (is_deleted, credential_id, ordered_at, id);
CREATE INDEX orders_by_host ON orders (is_deleted, host, id);
CREATE INDEX orders_by_key ON orders (key_fingerprint) WHERE key_fingerprint IS NOT NULL;
CREATE INDEX orders_due ON orders (credential_id, next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TRIGGER orders_counted AFTER INSERT ON orders WHEN NEW.is_deleted = 0 BEGIN
  UPDATE counters SET value = value + 1 WHERE name = NEW.state;
END;
CREATE TRIGGER orders_recounted AFTER UPDATE OF state, is_deleted ON orders
WHEN OLD.state <> NEW.state OR OLD.is_deleted <> NEW.is_deleted BEGIN
  UPDATE counters SET value = value - 1 WHERE name = OLD.state AND OLD.is_deleted = 0;
  UPDATE counters SET value = value + 1 WHERE name = NEW.state AND NEW.is_deleted = 0;
END;

-- The answer to an Idempotency-Key, per caller.
CREATE TABLE idempotency (
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  order_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) WITHOUT ROWID;

-- The inventory. `seat` is 1 while the certificate takes a seat of the license.
CREATE TABLE certificates (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL UNIQUE,
  credential_id TEXT NOT NULL REFERENCES credentials (id),
  names TEXT NOT NULL,
  subject TEXT NOT NULL,
  issuer TEXT NOT NULL,
  serial TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  key TEXT NOT NULL,
  key_fingerprint TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  revoked_at INTEGER,
  differences TEXT NOT NULL,
  stored_at INTEGER NOT NULL,
  seat INTEGER NOT NULL
);
CREATE INDEX certificates_by_expiry ON certificates (not_after, id);
CREATE INDEX certificates_of_credential ON certificates (credential_id, not_after, id);
CREATE INDEX certificates_by_issuer ON certificates (issuer, not_after, id);
CREATE INDEX certificates_by_key_kind ON certificates (key, not_after, id);
CREATE INDEX certificates_by_serial ON certificates (serial, not_after, id);
CREATE INDEX certificates_by_key ON certificates (key_fingerprint, not_after, id);
CREATE INDEX certificates_by_fingerprint ON certificates (fingerprint, not_after, id);
CREATE INDEX certificates_seated ON certificates (not_after) WHERE seat = 1;

CREATE TRIGGER seats_taken AFTER INSERT ON certificates WHEN NEW.seat = 1 BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'seats';
END;
CREATE TRIGGER seats_changed AFTER UPDATE OF seat ON certificates WHEN OLD.seat <> NEW.seat BEGIN
  UPDATE counters SET value = value + NEW.seat - OLD.seat WHERE name = 'seats';
END;
CREATE TRIGGER seats_given_back AFTER DELETE ON certificates WHEN OLD.seat = 1 BEGIN
  UPDATE counters SET value = value - 1 WHERE name = 'seats';
END;

-- One row a name, host reversed with a dot at the end (com.example.www.), so that a host and all
-- below it are one range.
CREATE TABLE certificate_names (
  host TEXT NOT NULL,
  certificate_id TEXT NOT NULL REFERENCES certificates (id),
  PRIMARY KEY (host, certificate_id)
) WITHOUT ROWID;

-- PEM apart from what lists read; a chain is stored once for all its certificates.
CREATE TABLE certificate_bodies (
  certificate_id TEXT PRIMARY KEY REFERENCES certificates (id),
  leaf_pem TEXT NOT NULL,
  chain_id TEXT NOT NULL
);
CREATE TABLE chains (
  id TEXT PRIMARY KEY,
  pem TEXT NOT NULL,
  root_pem TEXT
);

-- Long work that a person can follow. Finished when done = total: a piece that asks for further
-- pieces adds them in the transaction that removes itself. It has stopped when all that is left of
-- it is dead.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  credential_id TEXT,
  parameters TEXT NOT NULL,
  report TEXT NOT NULL,
  problem TEXT,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  is_running INTEGER GENERATED ALWAYS AS (done + dead < total) VIRTUAL,
  stored INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX jobs_by_time ON jobs (created_at, id);
CREATE INDEX jobs_of_credential ON jobs (credential_id, kind, created_at);
CREATE INDEX jobs_running ON jobs (created_at) WHERE is_running;

-- The outbox: work that outlives a request, written in the transaction that asks for it. A piece with
-- `dead_at` was set aside: it is shown, and tried again only when a person says so.
CREATE TABLE work (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL,
  job_id TEXT,
  due_at INTEGER NOT NULL,
  leased_until INTEGER NOT NULL DEFAULT 0,
  lease TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  outcome TEXT,
  last_error TEXT,
  dead_at INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (kind, subject)
);
CREATE INDEX work_due ON work (due_at) WHERE dead_at IS NULL;
CREATE INDEX work_dead ON work (dead_at, id) WHERE dead_at IS NOT NULL;
CREATE INDEX work_of_job ON work (job_id) WHERE job_id IS NOT NULL;

CREATE TRIGGER job_grows AFTER INSERT ON work WHEN NEW.job_id IS NOT NULL BEGIN
  UPDATE jobs SET total = total + 1 WHERE id = NEW.job_id;
END;
CREATE TRIGGER job_proceeds AFTER DELETE ON work WHEN OLD.job_id IS NOT NULL BEGIN
  UPDATE jobs SET
    done = done + 1,
    dead = dead - (OLD.dead_at IS NOT NULL),
    stored = stored + (COALESCE(OLD.outcome, '') = 'stored'),
    held = held + (COALESCE(OLD.outcome, '') = 'held'),
    failed = failed + (COALESCE(OLD.outcome, '') = 'failed')
  WHERE id = OLD.job_id;
END;

CREATE TRIGGER work_set_aside AFTER UPDATE OF dead_at ON work
WHEN (OLD.dead_at IS NULL) <> (NEW.dead_at IS NULL) BEGIN
  UPDATE counters SET value = value + (NEW.dead_at IS NOT NULL) - (OLD.dead_at IS NOT NULL)
    WHERE name = 'dead';
  UPDATE jobs SET dead = dead + (NEW.dead_at IS NOT NULL) - (OLD.dead_at IS NOT NULL)
    WHERE id = NEW.job_id;
END;
CREATE TRIGGER dead_work_removed AFTER DELETE ON work WHEN OLD.dead_at IS NOT NULL BEGIN
  UPDATE counters SET value = value - 1 WHERE name = 'dead';
END;

CREATE TABLE license (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  token TEXT NOT NULL,
  set_at INTEGER NOT NULL
);

CREATE TABLE audit (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  role TEXT,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT
);
CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX audit_by_subject ON audit (subject, at, id);

-- A restore that was begun and is not complete: how far it is, and the chain over the lines so far.
CREATE TABLE restore (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  lines INTEGER NOT NULL,
  chain TEXT NOT NULL,
  kind TEXT,
  dumped_at INTEGER NOT NULL
);

-- Counts changes of what a dump holds, so that a dump made of many pages notices that it shows no
-- single moment. The audit trail, jobs and idempotency keys only grow with these.
CREATE TRIGGER revision_of_new_orders AFTER INSERT ON orders BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
CREATE TRIGGER revision_of_orders AFTER UPDATE ON orders BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
CREATE TRIGGER revision_of_new_certificates AFTER INSERT ON certificates BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
CREATE TRIGGER revision_of_certificates AFTER UPDATE ON certificates BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
CREATE TRIGGER revision_of_csrs AFTER INSERT ON csrs BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
CREATE TRIGGER revision_of_credentials AFTER INSERT ON credentials BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
CREATE TRIGGER revision_of_directory AFTER UPDATE OF directory_revision ON credentials BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
CREATE TRIGGER revision_of_license AFTER INSERT ON license BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
CREATE TRIGGER revision_of_removed_license AFTER DELETE ON license BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
