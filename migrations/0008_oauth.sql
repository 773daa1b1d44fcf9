-- Apps, what people let them do, and what they hold by it. Each kind of secret has a table of its own,
-- so that none passes for another, and is kept as its SHA-256. What ends is deleted: whatever hangs on
-- it goes with it.

-- An app. `origin` says how we came to know it; `about` is what it says of itself, as JSON.
CREATE TABLE oauth_clients (
    id TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    name TEXT NOT NULL,
    auth_method TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    scopes TEXT NOT NULL,
    product TEXT,
    workspace TEXT REFERENCES workspaces (slug) ON DELETE CASCADE,
    is_oauth20 BIGINT NOT NULL,
    about TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    last_token_at BIGINT,
    seal BYTEA NOT NULL
);

CREATE INDEX oauth_clients_by_workspace ON oauth_clients (workspace, id);
CREATE INDEX oauth_clients_by_origin ON oauth_clients (origin, last_token_at, created_at);

CREATE TABLE oauth_client_secrets (
    digest BYTEA PRIMARY KEY,
    client TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    last4 TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    seal BYTEA NOT NULL
);

CREATE INDEX oauth_client_secrets_by_client ON oauth_client_secrets (client, created_at);

-- What a client that registered itself manages its registration with.
CREATE TABLE oauth_registration_tokens (
    digest BYTEA PRIMARY KEY,
    client TEXT NOT NULL UNIQUE REFERENCES oauth_clients (id) ON DELETE CASCADE
);

-- What somebody may register clients with, where not everybody may.
CREATE TABLE oauth_initial_tokens (
    digest BYTEA PRIMARY KEY,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- What an app has asked for, until somebody decides: known by the hash of what stands in their URL,
-- and bound to the session that it was first shown to.
CREATE TABLE oauth_requests (
    digest BYTEA PRIMARY KEY,
    client TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    product TEXT NOT NULL,
    resources TEXT NOT NULL,
    scopes TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    is_redirect_sent BIGINT NOT NULL,
    challenge TEXT,
    state TEXT,
    place BYTEA NOT NULL,
    session TEXT REFERENCES sessions (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seal BYTEA NOT NULL
);

CREATE INDEX oauth_requests_by_client ON oauth_requests (client);
CREATE INDEX oauth_requests_by_place ON oauth_requests (place, created_at);
CREATE INDEX oauth_requests_by_session ON oauth_requests (session);
CREATE INDEX oauth_requests_by_end ON oauth_requests (expires_at);

-- What an app may do for a workspace: what one consent gave, with all tokens that came of it. Nobody
-- holds that of a service, which acts for itself.
CREATE TABLE oauth_grants (
    id TEXT PRIMARY KEY,
    client TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    workspace TEXT NOT NULL REFERENCES workspaces (slug) ON DELETE CASCADE,
    product TEXT NOT NULL,
    resources TEXT NOT NULL,
    holder TEXT REFERENCES users (id) ON DELETE CASCADE,
    scopes TEXT NOT NULL,
    restrictions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    last_token_at BIGINT,
    seal BYTEA NOT NULL
);

CREATE INDEX oauth_grants_by_client ON oauth_grants (client, workspace);
CREATE INDEX oauth_grants_by_workspace ON oauth_grants (workspace, id);
CREATE INDEX oauth_grants_by_holder ON oauth_grants (holder, id);
CREATE INDEX oauth_grants_by_end ON oauth_grants (ends_at);

-- A code stays as long as its grant, so that one that comes twice is known.
CREATE TABLE oauth_codes (
    digest BYTEA PRIMARY KEY,
    grant_id TEXT NOT NULL UNIQUE REFERENCES oauth_grants (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    is_redirect_sent BIGINT NOT NULL,
    challenge TEXT,
    expires_at BIGINT NOT NULL,
    redeemed_at BIGINT,
    seal BYTEA NOT NULL
);

-- A refresh token that was used stays, so that one that comes again is known. `successor` is what it
-- was answered with, sealed with a key that only whoever has the token can derive.
CREATE TABLE oauth_refresh_tokens (
    digest BYTEA PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    successor BYTEA,
    seal BYTEA NOT NULL
);

CREATE INDEX oauth_refresh_tokens_by_grant ON oauth_refresh_tokens (grant_id, created_at);
CREATE INDEX oauth_refresh_tokens_by_end ON oauth_refresh_tokens (expires_at);
CREATE INDEX oauth_refresh_tokens_by_use ON oauth_refresh_tokens (used_at);

CREATE TABLE oauth_access_tokens (
    digest BYTEA PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seal BYTEA NOT NULL
);

CREATE INDEX oauth_access_tokens_by_grant ON oauth_access_tokens (grant_id, created_at);
CREATE INDEX oauth_access_tokens_by_end ON oauth_access_tokens (expires_at);
