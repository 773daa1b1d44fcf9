-- What was counted of days since `day_counts` was last brought up to date: one row for each turn of
-- writing behind, with what every bucket had spent by then, 22 bytes each. A later row says more than an
-- earlier one.
CREATE TABLE day_journal (
    number BIGINT PRIMARY KEY,
    entries BYTEA NOT NULL,
    seal BYTEA NOT NULL
);
