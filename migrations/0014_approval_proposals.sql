-- A laxer rule that one administrator has asked for, and another has to confirm.

ALTER TABLE credentials ADD COLUMN proposed_approval TEXT
  CHECK (proposed_approval IN ('none', 'requesters', 'everyone'));
ALTER TABLE credentials ADD COLUMN proposed_by TEXT;
ALTER TABLE credentials ADD COLUMN proposed_person TEXT;
ALTER TABLE credentials ADD COLUMN proposed_at INTEGER;
