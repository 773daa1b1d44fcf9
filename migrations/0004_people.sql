-- People who sign in, and what each may do. `seal` is a checksum over the columns that decide access.

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    is_operator BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seal BYTEA NOT NULL
);

CREATE TABLE memberships (
    workspace TEXT NOT NULL REFERENCES workspaces (slug) ON DELETE CASCADE,
    member TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    since BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (workspace, member)
);

CREATE INDEX memberships_by_member ON memberships (member);

-- A session is known by the hash of its cookie. `id` names it on pages, and opens nothing.
CREATE TABLE sessions (
    digest BYTEA PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    holder TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL,
    seal BYTEA NOT NULL
);

CREATE INDEX sessions_by_holder ON sessions (holder, created_at);

-- The one link that makes the first operator, by the hash of its token.
CREATE TABLE setup_tokens (
    digest BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- A link that makes somebody a member of a workspace, or an operator where it names none.
CREATE TABLE invitations (
    digest BYTEA PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    workspace TEXT REFERENCES workspaces (slug) ON DELETE CASCADE,
    role TEXT,
    invited_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seal BYTEA NOT NULL
);

CREATE INDEX invitations_by_workspace ON invitations (workspace, created_at);

-- Sign-ins that failed, by the account and by the address that they came from, each as a hash.
CREATE TABLE sign_in_throttles (
    subject BYTEA PRIMARY KEY,
    failures BIGINT NOT NULL,
    failed_at BIGINT NOT NULL,
    open_at BIGINT NOT NULL
);

-- Where somebody has signed in from: there no stranger's failures keep them waiting.
CREATE TABLE sign_in_places (
    holder TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    place BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (holder, place)
);
