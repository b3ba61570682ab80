-- Under the strictest rule, revocations wait for a second person, too. SQLite cannot widen the CHECK of
-- `approval`, so a column of its own says so; a laxer rule that is proposed is never this one.

ALTER TABLE credentials ADD COLUMN approves_revocations INTEGER NOT NULL DEFAULT 0
  CHECK (approves_revocations IN (0, 1));
