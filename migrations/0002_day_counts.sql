-- What was counted of a day's quota, one row for each key or workspace that has used any: `bucket` is
-- the key's id in binary, or a digest of workspace and product; `day` counts from 1970-01-01 UTC.
CREATE TABLE day_counts (
    bucket BYTEA PRIMARY KEY,
    day BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    seal BYTEA NOT NULL
);

CREATE INDEX day_counts_by_day ON day_counts (day);
