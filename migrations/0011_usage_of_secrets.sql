-- What each secret let pass, in the order of keys: those of neighbours are written together, and lie on one
-- page. By their digests they were strewn over the whole table, and an index changed with every use.

ALTER TABLE usage_secrets RENAME TO usage_secrets_by_digest;

CREATE TABLE usage_secrets (
    key TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    secret BYTEA NOT NULL,
    requests BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    last_used_from TEXT,
    -- The day of the last use, by which old rows are found: an index over the instant would change with
    -- every use.
    day BIGINT NOT NULL,
    PRIMARY KEY (key, secret)
) WITHOUT ROWID;

INSERT INTO usage_secrets (key, secret, requests, last_used_at, last_used_from, day)
SELECT key, secret, requests, last_used_at, last_used_from, day FROM usage_secrets_by_digest;

DROP TABLE usage_secrets_by_digest;

CREATE INDEX usage_secrets_by_day ON usage_secrets (day);
