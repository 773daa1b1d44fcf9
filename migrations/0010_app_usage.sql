-- What each grant let pass, however many tokens it gave. Requests themselves are counted for the grant's
-- workspace: they stay when the grant has ended.
CREATE TABLE usage_grants (
    grant_id TEXT PRIMARY KEY REFERENCES oauth_grants (id) ON DELETE CASCADE,
    requests BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    last_used_from TEXT
);
