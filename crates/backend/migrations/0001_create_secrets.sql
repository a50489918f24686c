-- Secrets, their sealed values, who did what, and which key seals.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE key_encryption_keys (
    id text NOT NULL,
    active boolean NOT NULL,
    -- A known text sealed under the key: tells at start whether a key is the right one.
    check_nonce bytea NOT NULL,
    check_ciphertext bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT key_encryption_keys_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX key_encryption_keys_one_active ON key_encryption_keys (active) WHERE active;

CREATE TABLE secrets (
    id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    display_name text COLLATE "und-x-icu" NOT NULL,
    registry_host text,
    registry_username text,
    -- Goes up with each change; an edit names the one it began with.
    version bigint NOT NULL,
    -- The version of the sealed value that counts.
    value_version bigint NOT NULL,
    -- The form it was made by: the same form sent twice is saved once.
    submission uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    search text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
        lower((name || E'\n' || display_name || E'\n' || coalesce(registry_host, '')) COLLATE "und-x-icu")
    ) STORED,
    CONSTRAINT secrets_pkey PRIMARY KEY (id),
    CONSTRAINT secrets_kind_name_unique UNIQUE (kind, name),
    CONSTRAINT secrets_kind_known CHECK (kind IN ('git-dataset', 'image-pull')),
    CONSTRAINT secrets_name_length CHECK (char_length(name) BETWEEN 1 AND 238),
    CONSTRAINT secrets_display_name_length CHECK (char_length(display_name) BETWEEN 1 AND 238),
    CONSTRAINT secrets_registry_fields CHECK (
        (kind = 'image-pull') = (registry_host IS NOT NULL)
        AND (kind = 'image-pull') = (registry_username IS NOT NULL)
    )
);

-- One for each way of sorting, and the same within one kind; secrets_kind_name_unique is the sixth.
CREATE INDEX secrets_by_name ON secrets (name, kind);
CREATE INDEX secrets_by_display_name ON secrets (display_name, name, kind);
CREATE INDEX secrets_by_updated ON secrets (updated_at, name, kind);
CREATE INDEX secrets_by_kind_display_name ON secrets (kind, display_name, name);
CREATE INDEX secrets_by_kind_updated ON secrets (kind, updated_at, name);
CREATE INDEX secrets_by_search ON secrets USING gin (search gin_trgm_ops);

CREATE TABLE secret_values (
    secret_id uuid NOT NULL,
    field text NOT NULL,
    version bigint NOT NULL,
    algorithm text NOT NULL,
    kek_id text NOT NULL,
    wrapped_key bytea NOT NULL,
    nonce bytea NOT NULL,
    ciphertext bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT secret_values_pkey PRIMARY KEY (secret_id, field, version),
    CONSTRAINT secret_values_secret FOREIGN KEY (secret_id) REFERENCES secrets (id) ON DELETE CASCADE,
    CONSTRAINT secret_values_kek FOREIGN KEY (kek_id) REFERENCES key_encryption_keys (id)
);

-- For rotation: how many values are still under which key.
CREATE INDEX secret_values_by_kek ON secret_values (kek_id);

-- The number of secrets of each kind, so that a list can say it without counting them.
CREATE TABLE secret_counts (
    kind text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT secret_counts_pkey PRIMARY KEY (kind),
    CONSTRAINT secret_counts_not_negative CHECK (count >= 0)
);

INSERT INTO secret_counts (kind, count) VALUES ('git-dataset', 0), ('image-pull', 0);

CREATE FUNCTION count_secrets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE secret_counts
    SET count = secret_counts.count + CASE TG_OP WHEN 'INSERT' THEN changed.count ELSE -changed.count END
    FROM (SELECT kind, count(*) AS count FROM changed_rows GROUP BY kind) AS changed
    WHERE secret_counts.kind = changed.kind;
    RETURN NULL;
END
$$;

CREATE TRIGGER secrets_counted_in AFTER INSERT ON secrets
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION count_secrets();
CREATE TRIGGER secrets_counted_out AFTER DELETE ON secrets
    REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION count_secrets();

CREATE TABLE audit_records (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    address text,
    request_id text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    outcome text NOT NULL,
    -- The names of the fields that were changed; never what stands in them.
    fields text[] NOT NULL,
    CONSTRAINT audit_records_pkey PRIMARY KEY (id)
);
