-- What an import has read so far: the CA's identity of each order, `o` and its number, or of a draft
-- `d` and its number. The rows go when the import ends.
CREATE TABLE import_seen (
  job_id TEXT NOT NULL,
  identity TEXT NOT NULL,
  PRIMARY KEY (job_id, identity)
) WITHOUT ROWID;

-- When a person stopped a job. Its work is removed then.
ALTER TABLE jobs ADD COLUMN stopped_at INTEGER;
-- What a job reached although it ran to its end: orders that the CA announces and does not list.
ALTER TABLE jobs ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
