-- Each page of an import compares its rows with the orders of the account that are being placed. They
-- are few; found by an index of their own, they cost the same in an account of any size.
CREATE INDEX orders_being_placed ON orders (credential_id) WHERE is_deleted = 0 AND state = 'placing';
