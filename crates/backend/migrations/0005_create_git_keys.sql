-- What may be known of SSH keys by everybody, derived when they are stored; and pairs that wait to take the place of the
-- stored one.

CREATE TABLE git_keys (
    secret_id uuid NOT NULL,
    -- Made by the portal, and not in use yet: its value lies beside the one that counts.
    pending boolean NOT NULL,
    -- The version of the sealed value.
    sealed_version bigint NOT NULL,
    -- All of these, or none where a key was stored before keys were read, and is none that can be.
    algorithm text COLLATE "C",
    bits integer,
    fingerprint text COLLATE "C",
    comment text,
    public_key text,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    CONSTRAINT git_keys_pkey PRIMARY KEY (secret_id, pending),
    CONSTRAINT git_keys_secret FOREIGN KEY (secret_id) REFERENCES secrets (id) ON DELETE CASCADE,
    CONSTRAINT git_keys_whole CHECK (num_nulls(algorithm, bits, fingerprint, comment, public_key) IN (0, 5)),
    CONSTRAINT git_keys_pending_known CHECK (NOT pending OR fingerprint IS NOT NULL)
);

-- Whether a key is stored already.
CREATE INDEX git_keys_by_fingerprint ON git_keys (fingerprint);

-- Whether an account is stored already.
CREATE INDEX secrets_by_account ON secrets (registry_host, registry_username) WHERE kind = 'image-pull';
