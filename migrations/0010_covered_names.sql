-- A second order for names that a valid certificate, or an order on its way, has already is warned of.
-- Both are found by name, in proportion to what covers the name now: not to all that ever did.

ALTER TABLE certificate_names ADD COLUMN not_after INTEGER NOT NULL DEFAULT 0;
UPDATE certificate_names SET not_after =
  (SELECT not_after FROM certificates WHERE id = certificate_id);
CREATE INDEX certificate_names_by_expiry ON certificate_names (host, not_after);
CREATE TRIGGER certificate_names_expire AFTER INSERT ON certificate_names BEGIN
  UPDATE certificate_names SET not_after =
      (SELECT not_after FROM certificates WHERE id = NEW.certificate_id)
    WHERE host = NEW.host AND certificate_id = NEW.certificate_id;
END;

-- The names of the orders that will become certificates if nothing stops them.
CREATE TABLE open_order_names (
  name TEXT NOT NULL,
  order_id TEXT NOT NULL,
  PRIMARY KEY (name, order_id)
) WITHOUT ROWID;
INSERT OR IGNORE INTO open_order_names (name, order_id)
  SELECT lower(record ->> '$.domain'), id FROM orders
    WHERE is_deleted = 0 AND state IN ('awaitingApproval', 'placing', 'pending', 'held')
  UNION SELECT lower(n.value), o.id FROM orders AS o, json_each(o.record, '$.additionalDomains') AS n
    WHERE o.is_deleted = 0 AND o.state IN ('awaitingApproval', 'placing', 'pending', 'held');

CREATE TRIGGER open_orders_begin AFTER INSERT ON orders
WHEN NEW.is_deleted = 0 AND NEW.state IN ('awaitingApproval', 'placing', 'pending', 'held') BEGIN
  INSERT OR IGNORE INTO open_order_names (name, order_id)
    SELECT lower(NEW.record ->> '$.domain'), NEW.id
    UNION SELECT lower(value), NEW.id FROM json_each(NEW.record, '$.additionalDomains');
END;
CREATE TRIGGER open_orders_return AFTER UPDATE OF state, is_deleted ON orders
WHEN NEW.is_deleted = 0 AND NEW.state IN ('awaitingApproval', 'placing', 'pending', 'held')
  AND NOT (OLD.is_deleted = 0
    AND OLD.state IN ('awaitingApproval', 'placing', 'pending', 'held')) BEGIN
  INSERT OR IGNORE INTO open_order_names (name, order_id)
    SELECT lower(NEW.record ->> '$.domain'), NEW.id
    UNION SELECT lower(value), NEW.id FROM json_each(NEW.record, '$.additionalDomains');
END;
CREATE TRIGGER open_orders_end AFTER UPDATE OF state, is_deleted ON orders
WHEN OLD.is_deleted = 0 AND OLD.state IN ('awaitingApproval', 'placing', 'pending', 'held')
  AND NOT (NEW.is_deleted = 0
    AND NEW.state IN ('awaitingApproval', 'placing', 'pending', 'held')) BEGIN
  DELETE FROM open_order_names WHERE order_id = OLD.id AND name IN
    (SELECT lower(OLD.record ->> '$.domain')
     UNION SELECT lower(value) FROM json_each(OLD.record, '$.additionalDomains'));
END;
CREATE TRIGGER open_orders_go AFTER DELETE ON orders
WHEN OLD.is_deleted = 0 AND OLD.state IN ('awaitingApproval', 'placing', 'pending', 'held') BEGIN
  DELETE FROM open_order_names WHERE order_id = OLD.id AND name IN
    (SELECT lower(OLD.record ->> '$.domain')
     UNION SELECT lower(value) FROM json_each(OLD.record, '$.additionalDomains'));
END;
