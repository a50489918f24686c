-- How many use a secret, and when one last did, so that the list can be sorted and filtered by it without counting.

ALTER TABLE secrets
    -- API tokens that took the value out in the 30 days before the last look.
    ADD COLUMN reader_count integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT secrets_reader_count_not_negative CHECK (reader_count >= 0);
ALTER TABLE secrets
    ADD COLUMN used_by integer NOT NULL GENERATED ALWAYS AS (usage_count + reader_count) STORED,
    -- By the minute, so that a secret that is read all the time is not put into every index anew each time; never is the
    -- beginning of time.
    ADD COLUMN last_used_minute timestamptz NOT NULL GENERATED ALWAYS AS (
        coalesce(date_bin('1 minute', last_read_at, to_timestamp(0)), to_timestamp(0))
    ) STORED;

CREATE INDEX secrets_by_used_by ON secrets (used_by, name, kind);
CREATE INDEX secrets_by_last_used ON secrets (last_used_minute, name, kind);
CREATE INDEX secrets_by_kind_used_by ON secrets (kind, used_by, name);
CREATE INDEX secrets_by_kind_last_used ON secrets (kind, last_used_minute, name);
-- For the filter, in the order that the list has unless it is asked for another.
CREATE INDEX secrets_unused ON secrets (updated_at, name, kind) WHERE usage_count = 0;

-- The first read of a day by a token may be the first in a long while.
CREATE FUNCTION count_readers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE secrets
    SET reader_count = (
        SELECT count(DISTINCT token_id) FROM secret_reads WHERE secret_id = secrets.id AND day > NEW.day - 30
    )
    WHERE id = NEW.secret_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER secret_reads_counted AFTER INSERT ON secret_reads
    FOR EACH ROW EXECUTE FUNCTION count_readers();

-- Whose readers may have become fewer as time went by.
CREATE INDEX secrets_with_readers ON secrets (id) WHERE reader_count > 0;
