-- Access tokens of one grant bear numbers: which of them are beyond the bound is known without counting.

ALTER TABLE oauth_access_tokens ADD COLUMN number BIGINT NOT NULL DEFAULT 0;

UPDATE oauth_access_tokens SET number = numbered.number
FROM (SELECT digest, row_number() OVER (PARTITION BY grant_id ORDER BY created_at, digest) AS number
      FROM oauth_access_tokens) AS numbered
WHERE numbered.digest = oauth_access_tokens.digest;

DROP INDEX oauth_access_tokens_by_grant;
CREATE UNIQUE INDEX oauth_access_tokens_by_grant ON oauth_access_tokens (grant_id, number);
