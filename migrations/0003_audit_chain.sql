-- The audit trail becomes chains that only grow (core/src/audit). An entry gets its account and its
-- number in the transaction of the change that it records, so numbers have no gaps; its hash follows
-- in a row of its own, since SQLite can't compute it. Nothing of either is ever changed.

ALTER TABLE audit RENAME TO audit_before;
DROP INDEX audit_by_time;
DROP INDEX audit_by_subject;

CREATE TABLE audit (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  role TEXT,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT,
  address TEXT,
  UNIQUE (account, seq)
);
CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX audit_by_subject ON audit (subject, at, id);
CREATE INDEX audit_by_actor ON audit (actor, at, id);

CREATE TABLE audit_seals (
  account TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (account, seq),
  FOREIGN KEY (account, seq) REFERENCES audit (account, seq)
) WITHOUT ROWID;

-- The chain of what concerns no linked account. It is named after its first entry, so that no two
-- installations have one of the same name, and a dump of one restores beside that of another.
CREATE TABLE installation (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  audit_account TEXT NOT NULL
);
CREATE TRIGGER installation_begins AFTER INSERT ON audit
WHEN NEW.seq = 1 AND NEW.account = 'system-' || substr(NEW.id, 5) BEGIN
  INSERT OR IGNORE INTO installation (only_row, audit_account) VALUES (1, NEW.account);
END;

INSERT INTO installation (only_row, audit_account)
SELECT 1, 'system-' || substr(id, 5) FROM audit_before ORDER BY at, id LIMIT 1;

INSERT INTO audit (id, account, seq, at, actor, role, action, subject, outcome, detail)
SELECT id, account, row_number() OVER (PARTITION BY account ORDER BY at, id),
  at, actor, role, action, subject, outcome, detail
FROM (
  SELECT b.*, COALESCE(
    (SELECT credential_id FROM orders WHERE id = b.subject),
    (SELECT id FROM credentials WHERE id = b.subject),
    (SELECT credential_id FROM jobs WHERE id = b.subject),
    (SELECT audit_account FROM installation)) AS account
  FROM audit_before AS b
);
DROP TABLE audit_before;

-- From here on the database itself refuses to rewrite history. A restore that is given up takes back
-- what it has brought, and nothing else.
CREATE TRIGGER audit_has_no_gaps BEFORE INSERT ON audit
WHEN NEW.seq <> COALESCE((SELECT MAX(seq) FROM audit WHERE account = NEW.account), 0) + 1
  OR EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN
  SELECT RAISE(ABORT, 'the audit trail only grows, and without gaps');
END;
CREATE TRIGGER audit_stays AFTER UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'an audit entry is never changed');
END;
CREATE TRIGGER audit_is_kept AFTER DELETE ON audit
WHEN NOT EXISTS (SELECT 1 FROM restore)
  OR OLD.account = (SELECT audit_account FROM installation) BEGIN
  SELECT RAISE(ABORT, 'an audit entry is never removed');
END;
CREATE TRIGGER audit_seals_follow BEFORE INSERT ON audit_seals
WHEN NEW.seq <> COALESCE((SELECT MAX(seq) FROM audit_seals WHERE account = NEW.account), 0) + 1
BEGIN
  SELECT RAISE(ABORT, 'audit entries are sealed one after the other');
END;
CREATE TRIGGER audit_seals_stay AFTER UPDATE ON audit_seals BEGIN
  SELECT RAISE(ABORT, 'the seal of an audit entry is never changed');
END;
CREATE TRIGGER audit_seals_are_kept AFTER DELETE ON audit_seals
WHEN NOT EXISTS (SELECT 1 FROM restore)
  OR OLD.account = (SELECT audit_account FROM installation) BEGIN
  SELECT RAISE(ABORT, 'the seal of an audit entry is never removed');
END;
