-- Reads of values are counted and put on record by one statement, so that who waits for a value waits for one answer of the
-- database. Everybody adds to the audit record by the second function, whatever else their transaction does.

-- Counts reads by secret, token and day, and notes the last of each secret, give or take a minute. A secret that is gone by now
-- is left out.
CREATE FUNCTION count_reads(secret_ids uuid[], token_ids text[], moments timestamptz[]) RETURNS void LANGUAGE plpgsql AS $$
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
END
$$;

-- Adds records to the end of the chain, and notes the new end. Fails with LK409, and changes nothing, where the end is not the
-- expected one any more, or another key than the expected one signs by now.
CREATE FUNCTION append_audit_records(
    expected_id bigint,
    expected_hash bytea,
    expected_mac bytea,
    signer text,
    new_id bigint,
    new_hash bytea,
    new_mac bytea,
    ids bigint[],
    moments timestamptz[],
    actor_kinds text[],
    actors text[],
    credentials text[],
    addresses text[],
    request_ids text[],
    actions text[],
    objects text[],
    outcomes text[],
    joined_fields text[],
    hashes bytea[],
    macs bytea[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE audit_head SET last_id = new_id, hash = new_hash, mac = new_mac
    WHERE last_id = expected_id AND hash = expected_hash AND mac IS NOT DISTINCT FROM expected_mac
        AND EXISTS (SELECT FROM key_encryption_keys WHERE active AND id = signer);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the audit record has another end by now' USING ERRCODE = 'LK409';
    END IF;
    INSERT INTO audit_records (
        id, at, actor_kind, actor, credential, address, request_id, action, object, outcome, fields, hash, mac
    )
    SELECT
        record.id, record.at, record.actor_kind, record.actor, record.credential, record.address, record.request_id,
        record.action, record.object, record.outcome, string_to_array(record.fields, ','), record.hash, record.mac
    FROM unnest(
        ids, moments, actor_kinds, actors, credentials, addresses, request_ids, actions, objects, outcomes, joined_fields,
        hashes, macs
    ) AS record (
        id, at, actor_kind, actor, credential, address, request_id, action, object, outcome, fields, hash, mac
    );
END
$$;
