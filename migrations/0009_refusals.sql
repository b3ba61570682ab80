-- Refusals of callers who could not sign in, which are written within a bound for the whole system.

CREATE INDEX audit_refused ON audit (at) WHERE action = 'access' AND role IS NULL;
