-- Who takes values out, by day: an audit record tells of each single time.

CREATE TABLE secret_reads (
    secret_id uuid NOT NULL REFERENCES secrets ON DELETE CASCADE,
    -- The part of an API token that is no secret.
    token_id text COLLATE "C" NOT NULL REFERENCES api_tokens ON DELETE CASCADE,
    day date NOT NULL,
    reads bigint NOT NULL,
    last_read_at timestamptz NOT NULL,
    PRIMARY KEY (secret_id, token_id, day),
    CONSTRAINT secret_reads_positive CHECK (reads > 0)
);

-- The last time of all, for the list.
ALTER TABLE secrets ADD COLUMN last_read_at timestamptz;
