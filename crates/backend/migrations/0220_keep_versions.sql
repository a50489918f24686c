-- The versions of each secret's value: facts that are no secret, which stay when the value itself is gone. The values are rows
-- of `secret_values`, as before; those of earlier versions are no longer deleted at once.

CREATE TABLE secret_versions (
    secret_id uuid NOT NULL,
    number bigint NOT NULL,
    stored_at timestamptz NOT NULL,
    -- NULL where a server stored it that knew of no versions.
    stored_by text,
    -- One of domain::secret::VersionReason.
    reason text COLLATE "C" NOT NULL,
    rolled_back_from bigint,
    -- What belonged to the value when another took its place; NULL for the value in use, to which the secret's row applies. A
    -- value that comes back into use comes with these, so that it is never sent to another host than its own.
    registry_host text,
    registry_username text,
    value_host text,
    key_algorithm text COLLATE "C",
    key_bits integer,
    fingerprint text COLLATE "C",
    key_comment text,
    public_key text,
    check_cause text COLLATE "C",
    checked_at timestamptz,
    destroyed_at timestamptz,
    destroyed_by text,
    -- Vouches for what belonged to the value.
    mac bytea,
    CONSTRAINT secret_versions_pkey PRIMARY KEY (secret_id, number),
    CONSTRAINT secret_versions_secret FOREIGN KEY (secret_id) REFERENCES secrets (id) ON DELETE CASCADE,
    CONSTRAINT secret_versions_key_whole
        CHECK (num_nulls(key_algorithm, key_bits, fingerprint, key_comment, public_key) IN (0, 5)),
    CONSTRAINT secret_versions_destroyed_by_somebody CHECK ((destroyed_at IS NULL) = (destroyed_by IS NULL)),
    CONSTRAINT secret_versions_mac_length CHECK (octet_length(mac) = 40)
);

-- Values from before, and those that a server of the version before stores: by whom and why is known of the first alone.
CREATE FUNCTION note_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO secret_versions (secret_id, number, stored_at, stored_by, reason)
    SELECT secret_id, added.version, added.created_at, CASE WHEN added.version = 1 THEN secrets.updated_by END,
        CASE WHEN added.version = 1 THEN 'added' ELSE 'unknown' END
    FROM added_rows AS added JOIN secrets ON secrets.id = secret_id
    WHERE field <> 'pending-ssh-private-key'
    ON CONFLICT (secret_id, number) DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER secret_values_noted AFTER INSERT ON secret_values
    REFERENCING NEW TABLE AS added_rows FOR EACH STATEMENT EXECUTE FUNCTION note_versions();

INSERT INTO secret_versions (secret_id, number, stored_at, stored_by, reason)
SELECT secret_id, sealed.version, sealed.created_at,
    CASE WHEN sealed.version = 1 AND secrets.version = 1 THEN updated_by END,
    CASE WHEN sealed.version = 1 THEN 'added' ELSE 'unknown' END
FROM secret_values AS sealed JOIN secrets ON secrets.id = secret_id
WHERE field <> 'pending-ssh-private-key' AND sealed.version = value_version;

-- The version that a token read last on a day. NULL where a server counted the read that knew of no versions.
ALTER TABLE secret_reads ADD COLUMN value_version bigint;

-- As in migration 0170, with the version of each read.
CREATE FUNCTION count_reads(secret_ids uuid[], token_ids text[], moments timestamptz[], versions bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    -- In one order, so that two servers never wait for one another.
    INSERT INTO secret_reads (secret_id, token_id, day, reads, last_read_at, value_version)
    SELECT secrets.id, read.token, (read.at AT TIME ZONE 'UTC')::date, count(*), max(read.at),
        (array_agg(read.version ORDER BY read.at DESC, read.version DESC))[1]
    FROM unnest(secret_ids, token_ids, moments, versions) AS read (secret, token, at, version)
    JOIN secrets ON secrets.id = read.secret
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT (secret_id, token_id, day) DO UPDATE SET
        reads = secret_reads.reads + excluded.reads,
        last_read_at = greatest(secret_reads.last_read_at, excluded.last_read_at),
        value_version = CASE WHEN excluded.last_read_at >= secret_reads.last_read_at
            THEN excluded.value_version ELSE secret_reads.value_version END;
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

GRANT EXECUTE ON FUNCTION count_reads(uuid[], text[], timestamptz[], bigint[]) TO PUBLIC;
GRANT EXECUTE ON FUNCTION note_versions TO PUBLIC;

-- The history of a secret and the Overview's changes, with rollbacks and destroyed versions. The conditions are those of
-- `audit::history` and `audit::recent`, to the letter. The indexes without them stay for servers of the version before.
CREATE INDEX audit_records_changes_and_versions_by_object ON audit_records (object, id)
    WHERE action IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', 'secret removed for good',
        'SSH key generated', 'SSH key switched', 'SSH key discarded', 'value rolled back', 'version destroyed');

CREATE INDEX audit_records_others_than_versions_by_object ON audit_records (object, id)
    WHERE action NOT IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', 'secret removed for good',
        'SSH key generated', 'SSH key switched', 'SSH key discarded', 'value rolled back', 'version destroyed')
    AND NOT (action = 'value read' AND outcome = 'done');

CREATE INDEX audit_records_recent_changes_and_versions ON audit_records (id)
    WHERE outcome = 'done' AND action IN ('secret added', 'secret changed', 'secret deleted', 'secret restored',
        'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded', 'value rolled back',
        'version destroyed', 'usage added',
        'usage changed', 'usage deleted', 'secrets seeded', 'user added', 'role changed', 'user disabled', 'user enabled',
        'password link made', 'token created', 'token revoked', 'key added', 'key activated', 'key retired',
        'key backup confirmed', 'set-up steps dismissed');
