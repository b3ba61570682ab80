-- What becomes of a DV order for a domain that the account does not have yet, a setting of each account:
-- emSign validates the domain as part of the order, or the order is refused here.

ALTER TABLE credentials ADD COLUMN new_domains TEXT NOT NULL DEFAULT 'validate'
  CHECK (new_domains IN ('validate', 'refuse'));

-- The setting is part of a dump.
CREATE TRIGGER revision_of_new_domains AFTER UPDATE OF new_domains ON credentials BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'revision';
END;
