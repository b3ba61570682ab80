-- Families of tokens, and the tag that binds a token's row to a secret of the Worker.
--
-- The database can't make tags, so tokens that are older than this are revoked: whoever needs one is
-- given another. What is known of who made them is kept.

ALTER TABLE tokens ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN person_group TEXT;
ALTER TABLE tokens ADD COLUMN parent_id TEXT;
ALTER TABLE tokens ADD COLUMN ends TEXT NOT NULL DEFAULT 'chosen';
ALTER TABLE tokens ADD COLUMN revoked_with TEXT;
ALTER TABLE tokens ADD COLUMN bound TEXT NOT NULL DEFAULT '';
CREATE INDEX tokens_of_parent ON tokens (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX tokens_of_person ON tokens (person) WHERE revoked_at IS NULL;

UPDATE tokens SET revoked_at = CAST(strftime('%s', 'now') AS INTEGER) WHERE revoked_at IS NULL;

-- A token stands in `created_by` as its id and its label.
WITH RECURSIVE makers (id, maker) AS (
  SELECT id, created_by FROM tokens
  UNION
  SELECT m.id, t.created_by FROM makers AS m
    JOIN tokens AS t ON t.id = substr(m.maker, 1, instr(m.maker || ' ', ' ') - 1)
)
UPDATE tokens SET person = COALESCE(
  (SELECT maker FROM makers WHERE makers.id = tokens.id AND maker NOT LIKE 'tok\_%' ESCAPE '\'), '');

-- Who asked for an order that waits for approval: the person behind the token.
UPDATE orders SET record = json_set(record, '$.state.awaitingApproval.asked.person', COALESCE(
  (SELECT person FROM tokens WHERE person <> '' AND id = substr(
    orders.record ->> '$.state.awaitingApproval.asked.by', 1,
    instr((orders.record ->> '$.state.awaitingApproval.asked.by') || ' ', ' ') - 1)),
  orders.record ->> '$.state.awaitingApproval.asked.by'))
WHERE state = 'awaitingApproval';
