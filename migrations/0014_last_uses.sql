-- When each key was used last, a workspace's keys side by side: their listing is sorted by it without
-- looking each of them up. Every key has a row; 0 is never.

CREATE TABLE usage_keys (
    workspace TEXT NOT NULL REFERENCES workspaces (slug) ON DELETE CASCADE,
    key TEXT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, key)
) WITHOUT ROWID;

INSERT INTO usage_keys (workspace, key, last_used_at)
SELECT workspace, id,
    COALESCE((SELECT max(last_used_at) FROM usage_secrets WHERE key = keys.id), 0)
FROM keys;

-- A few databases have it: it changed with every use, for nothing but that listing.
DROP INDEX IF EXISTS usage_secrets_by_use;

-- What keys are filtered by is found without their rows, which are wide.
DROP INDEX keys_by_workspace;
CREATE INDEX keys_by_workspace ON keys (workspace, id, product, type, revoked_at, expires_at);
