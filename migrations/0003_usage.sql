-- What was asked. Every count stands in exactly one row: a row of a minute, once it is old enough,
-- is added to its hour's row and deleted, and so on to the day's; so any sum over rows is right.
-- `grain` is how many seconds a row stands for, and `at` where they begin.

CREATE TABLE usage_counts (
    key TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    grain BIGINT NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (key, grain, at, outcome)
);

CREATE INDEX usage_counts_by_age ON usage_counts (grain, at);

-- The scopes that let requests pass, by the day.
CREATE TABLE usage_scopes (
    key TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    scope TEXT NOT NULL,
    requests BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (key, day, scope)
);

CREATE INDEX usage_scopes_by_day ON usage_scopes (day);

-- What each secret let pass. A secret that is swept leaves its row, so that its key still knows
-- when it was used last.
CREATE TABLE usage_secrets (
    secret BYTEA PRIMARY KEY,
    key TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    requests BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    last_used_from TEXT,
    -- The day of the last use, by which old rows are found: an index over the instant would change with
    -- every use.
    day BIGINT NOT NULL
);

CREATE INDEX usage_secrets_by_key ON usage_secrets (key);
CREATE INDEX usage_secrets_by_day ON usage_secrets (day);

-- Requests that were refused before a key was known; the product is empty where none was found.
CREATE TABLE usage_strangers (
    product TEXT NOT NULL,
    grain BIGINT NOT NULL,
    at BIGINT NOT NULL,
    code TEXT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (product, grain, at, code)
);

CREATE INDEX usage_strangers_by_age ON usage_strangers (grain, at);

-- A sample of where they came from.
CREATE TABLE usage_addresses (
    product TEXT NOT NULL,
    code TEXT NOT NULL,
    day BIGINT NOT NULL,
    address TEXT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (product, code, day, address)
);

CREATE INDEX usage_addresses_by_day ON usage_addresses (day);

-- The number of the last chunk of counts that was written: one row.
CREATE TABLE usage_chunks (number BIGINT NOT NULL);

INSERT INTO usage_chunks (number) VALUES (0);
