-- Instants are milliseconds since 1970-01-01 UTC. `seal` is a checksum over the columns that decide
-- access. The types are ones that SQLite and PostgreSQL both take.

CREATE TABLE workspaces (
    slug TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seal BYTEA NOT NULL
);

-- The ids of resources that a workspace owns: its members may bind keys to these alone.
CREATE TABLE workspace_resources (
    workspace TEXT NOT NULL REFERENCES workspaces (slug) ON DELETE CASCADE,
    resource TEXT NOT NULL,
    id TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, resource, id)
);

CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspaces (slug) ON DELETE CASCADE,
    product TEXT NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    restrictions TEXT NOT NULL,
    allow_ip TEXT NOT NULL,
    expires_at BIGINT,
    owner TEXT,
    metadata TEXT,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT,
    revoked_reason TEXT,
    seal BYTEA NOT NULL
);

CREATE INDEX keys_by_workspace ON keys (workspace, id);
CREATE INDEX keys_by_product ON keys (product, id);

-- A key has one secret, or two while a rotation's overlap lasts; ended ones stay to be told apart
-- from noise.
CREATE TABLE secrets (
    digest BYTEA PRIMARY KEY,
    key TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    last4 TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    seal BYTEA NOT NULL
);

CREATE INDEX secrets_by_key ON secrets (key, created_at);
CREATE INDEX secrets_by_end ON secrets (ends_at);

-- Who did what. Append-only; each row holds the hash of the one before.
CREATE TABLE audit (
    number BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    workspace TEXT,
    detail TEXT NOT NULL,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL
);

-- The last good version of each product's file, so that a restart beside a broken one still serves.
CREATE TABLE kept_products (
    product TEXT PRIMARY KEY,
    manifest TEXT NOT NULL,
    kept_at BIGINT NOT NULL
);
