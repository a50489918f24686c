-- Credentials found in a file somebody pasted, until they have chosen which to keep: sealed, of one session, for minutes.

CREATE TABLE imports (
    id uuid NOT NULL,
    session_id uuid NOT NULL,
    -- Objects of the file that hold no credential.
    passed_over integer NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- The ids of the secrets it became; from then on nothing sealed is left of it.
    saved text[],
    CONSTRAINT imports_pkey PRIMARY KEY (id),
    -- One at a time, and gone when its session is.
    CONSTRAINT imports_session_unique UNIQUE (session_id),
    CONSTRAINT imports_session FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE INDEX imports_by_expiry ON imports (expires_at);

CREATE TABLE import_entries (
    import_id uuid NOT NULL,
    number integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    registry_host text,
    registry_username text,
    suggested_name text COLLATE "C" NOT NULL,
    -- What there is to say of it, as codes (`domain::import::Note`).
    notes text[] NOT NULL,
    -- NULL, all of them: there is no credential in it, and the notes say what to do.
    algorithm text,
    kek_id text,
    wrapped_key bytea,
    nonce bytea,
    ciphertext bytea,
    CONSTRAINT import_entries_pkey PRIMARY KEY (import_id, number),
    CONSTRAINT import_entries_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE,
    CONSTRAINT import_entries_kek FOREIGN KEY (kek_id) REFERENCES key_encryption_keys (id),
    CONSTRAINT import_entries_kind_known CHECK (kind IN ('git-dataset', 'image-pull')),
    CONSTRAINT import_entries_sealed_whole CHECK (
        num_nonnulls(algorithm, kek_id, wrapped_key, nonce, ciphertext) IN (0, 5)
    )
);

-- For rotation: what is still under a key that is put away.
CREATE INDEX import_entries_by_kek ON import_entries (kek_id);
