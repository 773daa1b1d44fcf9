-- Access tokens of one grant bear numbers: which of them are beyond the bound is known without counting.

ALTER TABLE oauth_access_tokens ADD COLUMN number BIGINT NOT NULL DEFAULT 0;

UPDATE oauth_access_tokens SET number = (
    SELECT count(*) FROM oauth_access_tokens AS earlier
    WHERE earlier.grant_id = oauth_access_tokens.grant_id
      AND (earlier.created_at, earlier.digest)
          <= (oauth_access_tokens.created_at, oauth_access_tokens.digest));

DROP INDEX oauth_access_tokens_by_grant;
CREATE UNIQUE INDEX oauth_access_tokens_by_grant ON oauth_access_tokens (grant_id, number);
