-- Approval by a second person: whose orders wait for it, and the states that this brings.

ALTER TABLE credentials ADD COLUMN approval TEXT NOT NULL DEFAULT 'none'
  CHECK (approval IN ('none', 'requesters', 'everyone'));

INSERT INTO counters (name, value) VALUES
  ('awaitingApproval', 0), ('declined', 0), ('withdrawn', 0), ('lapsed', 0);

-- Of the orders that wait, an import reads those that may be booked: restored from a dump.
CREATE INDEX orders_in_doubt ON orders (credential_id) WHERE state = 'awaitingApproval'
  AND record ->> '$.state.awaitingApproval.inDoubtSince' IS NOT NULL;

-- The setting is part of a dump.
CREATE TRIGGER revision_of_approval AFTER UPDATE OF approval ON credentials BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
