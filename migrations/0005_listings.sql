-- What the pages look things up by: the changes of one thing, a key by its name or the end of a
-- secret, and when it was used last.

CREATE INDEX audit_by_subject ON audit (subject, number);
CREATE INDEX keys_by_name ON keys (workspace, lower(name), id DESC);
CREATE INDEX secrets_by_last4 ON secrets (last4);
CREATE INDEX usage_secrets_by_use ON usage_secrets (key, last_used_at);
