-- Entries of the audit trail that an archive holds can be pruned behind a checkpoint: the number and
-- hash of the last one, which the first kept entry follows. The Worker vouches for it with a tag that a
-- secret of its own makes (`bound`); a row without a good tag begins no chain.

CREATE TABLE audit_checkpoints (
  account TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  pruned_at INTEGER NOT NULL,
  pruned_by TEXT NOT NULL,
  bound TEXT NOT NULL
) WITHOUT ROWID;

-- A checkpoint names an entry that is there, and never its chain's last one. A restore brings one
-- before the entries of its chain.
CREATE TRIGGER audit_checkpoint_fits BEFORE INSERT ON audit_checkpoints
WHEN NOT EXISTS (SELECT 1 FROM audit_seals
    WHERE account = NEW.account AND seq = NEW.seq AND hash = NEW.hash
      AND EXISTS (SELECT 1 FROM audit_seals WHERE account = NEW.account AND seq > NEW.seq))
  AND NOT (EXISTS (SELECT 1 FROM restore)
    AND NOT EXISTS (SELECT 1 FROM audit WHERE account = NEW.account)) BEGIN
  SELECT RAISE(ABORT, 'a checkpoint of the audit trail names an entry of its chain');
END;
-- It moves forward. Its tag changes with the master key.
CREATE TRIGGER audit_checkpoint_grows BEFORE UPDATE ON audit_checkpoints
WHEN NEW.account <> OLD.account OR NEW.seq < OLD.seq
  OR (NEW.seq = OLD.seq AND (NEW.hash <> OLD.hash OR NEW.pruned_at <> OLD.pruned_at
    OR NEW.pruned_by <> OLD.pruned_by))
  OR (NEW.seq > OLD.seq AND NOT EXISTS (SELECT 1 FROM audit_seals
    WHERE account = NEW.account AND seq = NEW.seq AND hash = NEW.hash)) BEGIN
  SELECT RAISE(ABORT, 'a checkpoint of the audit trail only moves forward');
END;
CREATE TRIGGER audit_checkpoint_is_kept AFTER DELETE ON audit_checkpoints
WHEN NOT EXISTS (SELECT 1 FROM restore)
  OR OLD.account = (SELECT audit_account FROM installation) BEGIN
  SELECT RAISE(ABORT, 'a checkpoint of the audit trail is never removed');
END;

-- A dump that was begun before would show no single moment.
CREATE TRIGGER revision_of_new_checkpoints AFTER INSERT ON audit_checkpoints BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
CREATE TRIGGER revision_of_checkpoints AFTER UPDATE OF seq ON audit_checkpoints BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;

-- What lies behind the checkpoint of its chain can be removed, and nothing else. A chain that is
-- restored begins after its checkpoint.
DROP TRIGGER audit_is_kept;
DROP TRIGGER audit_seals_are_kept;
DROP TRIGGER audit_has_no_gaps;
DROP TRIGGER audit_seals_follow;
CREATE TRIGGER audit_is_kept AFTER DELETE ON audit
WHEN (NOT EXISTS (SELECT 1 FROM restore)
    OR OLD.account = (SELECT audit_account FROM installation))
  AND NOT EXISTS (SELECT 1 FROM audit_checkpoints
    WHERE account = OLD.account AND seq >= OLD.seq) BEGIN
  SELECT RAISE(ABORT, 'an audit entry is never removed');
END;
CREATE TRIGGER audit_seals_are_kept AFTER DELETE ON audit_seals
WHEN (NOT EXISTS (SELECT 1 FROM restore)
    OR OLD.account = (SELECT audit_account FROM installation))
  AND NOT EXISTS (SELECT 1 FROM audit_checkpoints
    WHERE account = OLD.account AND seq >= OLD.seq) BEGIN
  SELECT RAISE(ABORT, 'the seal of an audit entry is never removed');
END;
CREATE TRIGGER audit_has_no_gaps BEFORE INSERT ON audit
WHEN NEW.seq <> COALESCE((SELECT MAX(seq) FROM audit WHERE account = NEW.account),
    (SELECT seq FROM audit_checkpoints WHERE account = NEW.account), 0) + 1
  OR EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN
  SELECT RAISE(ABORT, 'the audit trail only grows, and without gaps');
END;
CREATE TRIGGER audit_seals_follow BEFORE INSERT ON audit_seals
WHEN NEW.seq <> COALESCE((SELECT MAX(seq) FROM audit_seals WHERE account = NEW.account),
    (SELECT seq FROM audit_checkpoints WHERE account = NEW.account), 0) + 1 BEGIN
  SELECT RAISE(ABORT, 'audit entries are sealed one after the other');
END;
