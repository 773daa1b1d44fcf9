-- What was counted of a day's quota, many buckets to a row and in their order, so that a million of them
-- are written at the price of their pages and not of their rows. A row holds every bucket from `first` up
-- to the next row's, the least row those before it too: 22 bytes each, as in `day_journal`. `day` is the
-- latest of its days, counted from 1970-01-01 UTC.
DROP TABLE day_counts;

CREATE TABLE day_blocks (
    first BYTEA PRIMARY KEY,
    day BIGINT NOT NULL,
    entries BYTEA NOT NULL,
    seal BYTEA NOT NULL
);

CREATE INDEX day_blocks_by_day ON day_blocks (day);
