-- Two tokens that read a secret for the first time at once, by two servers: each transaction sees its own read alone. So
-- the row is taken first, and counted for in a statement of its own, which sees what was committed until then.

CREATE OR REPLACE FUNCTION count_readers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM secrets WHERE id = NEW.secret_id FOR NO KEY UPDATE;
    UPDATE secrets
    SET reader_count = (
        SELECT count(DISTINCT token_id) FROM secret_reads WHERE secret_id = secrets.id AND day > NEW.day - 30
    )
    WHERE id = NEW.secret_id;
    RETURN NULL;
END
$$;
