-- Numbers of the Overview, kept so that the page costs the same with however many secrets.

-- Whether a new key pair waits to take the place of the stored one.
ALTER TABLE secrets ADD COLUMN key_pending boolean NOT NULL DEFAULT false;

UPDATE secrets SET key_pending = true WHERE id IN (SELECT secret_id FROM git_keys WHERE pending);

CREATE FUNCTION note_pending_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.pending THEN
        UPDATE secrets SET key_pending = false WHERE id = OLD.secret_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.pending THEN
        UPDATE secrets SET key_pending = true WHERE id = NEW.secret_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER git_keys_pending_added AFTER INSERT ON git_keys
    FOR EACH ROW WHEN (NEW.pending) EXECUTE FUNCTION note_pending_key();
CREATE TRIGGER git_keys_pending_deleted AFTER DELETE ON git_keys
    FOR EACH ROW WHEN (OLD.pending) EXECUTE FUNCTION note_pending_key();
CREATE TRIGGER git_keys_pending_changed AFTER UPDATE OF pending, secret_id ON git_keys
    FOR EACH ROW WHEN (OLD.pending OR NEW.pending) EXECUTE FUNCTION note_pending_key();

-- The time since which nothing has read a secret: its last use, or its beginning.
ALTER TABLE secrets ADD COLUMN idle_since timestamptz NOT NULL GENERATED ALWAYS AS (
    greatest(created_at, coalesce(date_bin('1 minute', last_read_at, to_timestamp(0)), to_timestamp(0)))
) STORED;

-- Unused secrets become more with time alone, so that their number is counted when it is asked for, in this index and up to a
-- limit.
CREATE INDEX secrets_idle ON secrets (idle_since) WHERE usage_count = 0 AND deleted_at IS NULL;

-- For the filters, in the order that the list has unless it is asked for another.
CREATE INDEX secrets_to_approve ON secrets (updated_at, name, kind)
    WHERE check_cause IN ('host-key-unknown', 'host-key-for-another-port') AND deleted_at IS NULL;
CREATE INDEX secrets_to_switch ON secrets (updated_at, name, kind) WHERE key_pending AND deleted_at IS NULL;

-- Numbers of secrets by state, as amounts that are added up: nobody waits for a row here, and no order of locks concerns it.
-- The cleanup merges the amounts of a state into one.
CREATE TABLE secret_tallies (
    state text COLLATE "C" NOT NULL,
    amount bigint NOT NULL
);

-- A state is that of the connection test, in more detail where a person has to do something; `key-pending` comes besides.
CREATE FUNCTION secret_state(status text, cause text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN cause IN ('host-key-unknown', 'host-key-for-another-port') THEN 'host-key-unknown'
        WHEN cause = 'never-tested' THEN 'never-tested'
        ELSE status
    END
$$;
GRANT EXECUTE ON FUNCTION secret_state TO PUBLIC;

CREATE FUNCTION tally_secrets() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign bigint := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO secret_tallies (state, amount)
    SELECT secret_state(check_status, check_cause), sign * count(*) FROM changed_rows WHERE deleted_at IS NULL GROUP BY 1
    UNION ALL
    SELECT 'key-pending', sign * count(*) FROM changed_rows WHERE deleted_at IS NULL AND key_pending HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE TRIGGER secrets_tallied_in AFTER INSERT ON secrets
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION tally_secrets();
CREATE TRIGGER secrets_tallied_out AFTER DELETE ON secrets
    REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION tally_secrets();

CREATE FUNCTION tally_changed_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO secret_tallies (state, amount)
    SELECT state, sum(amount) FROM (VALUES
        (secret_state(OLD.check_status, OLD.check_cause), CASE WHEN OLD.deleted_at IS NULL THEN -1 ELSE 0 END),
        (secret_state(NEW.check_status, NEW.check_cause), CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE 0 END),
        ('key-pending', CASE WHEN OLD.deleted_at IS NULL AND OLD.key_pending THEN -1 ELSE 0 END),
        ('key-pending', CASE WHEN NEW.deleted_at IS NULL AND NEW.key_pending THEN 1 ELSE 0 END)
    ) AS changed (state, amount) GROUP BY state HAVING sum(amount) <> 0;
    RETURN NULL;
END
$$;

CREATE TRIGGER secrets_tallied_over AFTER UPDATE ON secrets
    FOR EACH ROW WHEN (
        (OLD.check_status, OLD.check_cause, OLD.key_pending, OLD.deleted_at IS NULL)
        IS DISTINCT FROM (NEW.check_status, NEW.check_cause, NEW.key_pending, NEW.deleted_at IS NULL)
    ) EXECUTE FUNCTION tally_changed_secret();

INSERT INTO secret_tallies (state, amount)
SELECT secret_state(check_status, check_cause), count(*) FROM secrets WHERE deleted_at IS NULL GROUP BY 1
UNION ALL
SELECT 'key-pending', count(*) FROM secrets WHERE deleted_at IS NULL AND key_pending HAVING count(*) > 0;

-- Numbers of test results by day in UTC and status. The row of a day is locked after the secret's, and before the head of the
-- audit log.
CREATE TABLE test_counts (
    day date NOT NULL,
    status text COLLATE "C" NOT NULL,
    tests bigint NOT NULL,
    CONSTRAINT test_counts_pkey PRIMARY KEY (day, status),
    CONSTRAINT test_counts_positive CHECK (tests > 0)
);

CREATE FUNCTION count_test() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO test_counts (day, status, tests) VALUES ((NEW.checked_at AT TIME ZONE 'UTC')::date, NEW.check_status, 1)
    ON CONFLICT (day, status) DO UPDATE SET tests = test_counts.tests + 1;
    RETURN NULL;
END
$$;

CREATE TRIGGER secrets_test_counted AFTER UPDATE ON secrets
    FOR EACH ROW WHEN (NEW.checked_at IS NOT NULL AND NEW.checked_at IS DISTINCT FROM OLD.checked_at)
    EXECUTE FUNCTION count_test();

-- Numbers of reads of values by day in UTC, over all secrets and tokens: adding up `secret_reads` would read a row for each
-- secret, token and day.
CREATE TABLE read_counts (
    day date NOT NULL,
    reads bigint NOT NULL,
    CONSTRAINT read_counts_pkey PRIMARY KEY (day),
    CONSTRAINT read_counts_positive CHECK (reads > 0)
);

INSERT INTO read_counts (day, reads) SELECT day, sum(reads) FROM secret_reads GROUP BY day;

-- As in migration 0150, with the number of the day.
CREATE OR REPLACE FUNCTION count_reads(secret_ids uuid[], token_ids text[], moments timestamptz[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    -- In one order, so that two servers never wait for one another.
    INSERT INTO secret_reads (secret_id, token_id, day, reads, last_read_at)
    SELECT secrets.id, read.token, (read.at AT TIME ZONE 'UTC')::date, count(*), max(read.at)
    FROM unnest(secret_ids, token_ids, moments) AS read (secret, token, at)
    JOIN secrets ON secrets.id = read.secret
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT (secret_id, token_id, day) DO UPDATE SET
        reads = secret_reads.reads + excluded.reads,
        last_read_at = greatest(secret_reads.last_read_at, excluded.last_read_at);
    -- Whoever is changing the secret right now is not waited for: the next read notes it.
    UPDATE secrets SET last_read_at = due.at
    FROM (
        SELECT secrets.id, read.at FROM secrets
        JOIN (SELECT secret, max(at) AS at FROM unnest(secret_ids, moments) AS read (secret, at) GROUP BY 1) AS read
            ON read.secret = secrets.id
        WHERE secrets.last_read_at IS NULL OR secrets.last_read_at < read.at - interval '1 minute'
        ORDER BY secrets.id
        FOR NO KEY UPDATE OF secrets SKIP LOCKED
    ) AS due
    WHERE secrets.id = due.id;
    INSERT INTO read_counts (day, reads)
    SELECT (read.at AT TIME ZONE 'UTC')::date, count(*)
    FROM unnest(secret_ids, moments) AS read (secret, at)
    JOIN secrets ON secrets.id = read.secret
    GROUP BY 1
    ORDER BY 1
    ON CONFLICT (day) DO UPDATE SET reads = read_counts.reads + excluded.reads;
END
$$;

-- What changed lately, without a walk through reads, tests and sign-ins. The conditions are those of `audit::recent`, to the
-- letter.
CREATE INDEX audit_records_recent_changes ON audit_records (id)
    WHERE outcome = 'done' AND action IN ('secret added', 'secret changed', 'secret deleted', 'secret restored',
        'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded', 'usage added',
        'usage changed', 'usage deleted', 'secrets seeded', 'user added', 'role changed', 'user disabled', 'user enabled',
        'password link made', 'token created', 'token revoked', 'key added', 'key activated', 'key retired',
        'key backup confirmed', 'set-up steps dismissed');

-- What administrators have noted about the portal as a whole, by name.
CREATE TABLE portal_notes (
    name text COLLATE "C" NOT NULL,
    noted_at timestamptz NOT NULL,
    noted_by text NOT NULL,
    CONSTRAINT portal_notes_pkey PRIMARY KEY (name),
    CONSTRAINT portal_notes_known CHECK (name IN ('key-backed-up', 'steps-dismissed'))
);
