-- What the pages read, so that a workspace with ten thousand keys is shown as quickly as one with ten.

-- The same counts as each key's, of all keys of a workspace together. They are written beside those,
-- in one transaction, and grow coarser like them.
CREATE TABLE usage_workspaces (
    workspace TEXT NOT NULL REFERENCES workspaces (slug) ON DELETE CASCADE,
    grain BIGINT NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (workspace, grain, at, outcome)
);

CREATE INDEX usage_workspaces_by_age ON usage_workspaces (grain, at);

CREATE TABLE usage_workspace_scopes (
    workspace TEXT NOT NULL REFERENCES workspaces (slug) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    scope TEXT NOT NULL,
    requests BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, day, scope)
);

CREATE INDEX usage_workspace_scopes_by_day ON usage_workspace_scopes (day);

INSERT INTO usage_workspaces (workspace, grain, at, outcome, requests)
SELECT keys.workspace, grain, at, outcome, CAST(sum(requests) AS BIGINT)
FROM usage_counts JOIN keys ON keys.id = usage_counts.key
GROUP BY keys.workspace, grain, at, outcome;

INSERT INTO usage_workspace_scopes (workspace, day, scope, requests, last_used_at)
SELECT keys.workspace, day, scope, CAST(sum(requests) AS BIGINT), max(last_used_at)
FROM usage_scopes JOIN keys ON keys.id = usage_scopes.key
GROUP BY keys.workspace, day, scope;

-- Live keys are counted without their rows, which are wide.
CREATE INDEX keys_by_life ON keys (product, workspace, type, revoked_at, expires_at, id);

CREATE INDEX keys_by_owner ON keys (workspace, owner);

-- Where a change was made from; empty for what was done on the machine itself.
ALTER TABLE audit ADD COLUMN address TEXT;
