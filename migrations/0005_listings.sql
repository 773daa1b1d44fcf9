-- What the pages look things up by: the changes of one thing, and when a key was used last.

CREATE INDEX audit_by_subject ON audit (subject, number);
CREATE INDEX usage_secrets_by_use ON usage_secrets (key, last_used_at);
