-- Orders at the CA that do not go on until a person acts, so that they can be counted and listed.

ALTER TABLE orders ADD COLUMN is_stuck INTEGER NOT NULL DEFAULT 0;
UPDATE orders SET is_stuck = 1 WHERE state = 'pending' AND record ->> '$.state.pending.stage' IN
  ('domainValidation', 'organizationVerification', 'csr', 'documents', 'agreement', 'approval', 'onHold');
CREATE INDEX orders_stuck ON orders (ordered_at, id)
  WHERE is_stuck = 1 AND state = 'pending' AND is_deleted = 0;

INSERT INTO counters (name, value) SELECT 'stuck', count(*) FROM orders
  WHERE is_stuck = 1 AND state = 'pending' AND is_deleted = 0;
INSERT INTO credential_counters (credential_id, name, value)
  SELECT credential_id, 'stuck', count(*) FROM orders
  WHERE is_stuck = 1 AND state = 'pending' AND is_deleted = 0 GROUP BY 1;

CREATE TRIGGER stuck_counted AFTER INSERT ON orders
WHEN NEW.is_stuck = 1 AND NEW.state = 'pending' AND NEW.is_deleted = 0 BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'stuck';
  INSERT INTO credential_counters (credential_id, name, value) VALUES (NEW.credential_id, 'stuck', 1)
    ON CONFLICT (credential_id, name) DO UPDATE SET value = value + 1;
END;
CREATE TRIGGER stuck_recounted AFTER UPDATE OF is_stuck, state, is_deleted ON orders
WHEN (OLD.is_stuck = 1 AND OLD.state = 'pending' AND OLD.is_deleted = 0)
  <> (NEW.is_stuck = 1 AND NEW.state = 'pending' AND NEW.is_deleted = 0) BEGIN
  UPDATE counters SET value = value
      + (NEW.is_stuck = 1 AND NEW.state = 'pending' AND NEW.is_deleted = 0)
      - (OLD.is_stuck = 1 AND OLD.state = 'pending' AND OLD.is_deleted = 0)
    WHERE name = 'stuck';
  INSERT INTO credential_counters (credential_id, name, value)
    VALUES (NEW.credential_id, 'stuck',
      (NEW.is_stuck = 1 AND NEW.state = 'pending' AND NEW.is_deleted = 0)
      - (OLD.is_stuck = 1 AND OLD.state = 'pending' AND OLD.is_deleted = 0))
    ON CONFLICT (credential_id, name) DO UPDATE SET value = value + excluded.value;
END;
