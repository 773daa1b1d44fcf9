-- The networks that requests of a key came from, so that a new one shows; a few for each key.
CREATE TABLE usage_networks (
    key TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    first_used_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (key, network)
);

CREATE INDEX usage_networks_by_first ON usage_networks (first_used_at);
CREATE INDEX usage_networks_by_age ON usage_networks (last_used_at);
