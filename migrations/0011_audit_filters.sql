-- The audit trail by account and by action, newest first: a filter reads its own entries and no others.
CREATE INDEX audit_by_account ON audit (account, at, seq);
CREATE INDEX audit_by_action ON audit (action, at, id);
