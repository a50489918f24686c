-- People, their sessions, API tokens, and audit records that form a chain.

CREATE TABLE users (
    id uuid NOT NULL,
    -- As `domain::access::UserName` spells it: one name, one spelling.
    name text COLLATE "C" NOT NULL,
    role text NOT NULL,
    -- Argon2id in PHC form; NULL until one is chosen.
    password_hash text,
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    signed_in_at timestamptz,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_name_unique UNIQUE (name),
    CONSTRAINT users_role_known CHECK (role IN ('reader', 'editor', 'admin'))
);

CREATE TABLE sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    -- SHA-256 of the token in the cookie.
    token_hash bytea NOT NULL,
    device text NOT NULL,
    address text,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    -- The absolute limit; the idle one is reckoned from seen_at.
    expires_at timestamptz NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_token_unique UNIQUE (token_hash),
    CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Attempts to sign in under a normalised name, whether there is such a user or not.
CREATE TABLE sign_in_attempts (
    name text COLLATE "C" NOT NULL,
    count integer NOT NULL,
    -- The last that counted; from the fifth on it stands still.
    last_at timestamptz NOT NULL,
    CONSTRAINT sign_in_attempts_pkey PRIMARY KEY (name)
);

CREATE INDEX sign_in_attempts_by_last ON sign_in_attempts (last_at);

-- Links with which somebody chooses a password, once.
CREATE TABLE one_time_links (
    -- SHA-256 of the token in the link.
    token_hash bytea NOT NULL,
    -- NULL: whoever has it becomes the first administrator.
    user_id uuid,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT one_time_links_pkey PRIMARY KEY (token_hash),
    CONSTRAINT one_time_links_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE api_tokens (
    -- The part of the token that is no secret.
    id text COLLATE "C" NOT NULL,
    -- SHA-256 of the part that is.
    secret_hash bytea NOT NULL,
    name text NOT NULL,
    scope text NOT NULL,
    -- NULL: made on the command line.
    user_id uuid,
    name_prefix text,
    secrets text[],
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    expires_at timestamptz,
    used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT api_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT api_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT api_tokens_scope_known CHECK (scope IN ('read-metadata', 'read-values', 'write')),
    CONSTRAINT api_tokens_restricted_once CHECK (name_prefix IS NULL OR secrets IS NULL)
);

CREATE INDEX api_tokens_by_created ON api_tokens (created_at, id);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id, created_at, id);

-- Audit records carry who acted, by which credential, and a hash over themselves and the record before.
ALTER TABLE audit_records
    ALTER COLUMN id DROP IDENTITY,
    ADD COLUMN actor_kind text NOT NULL DEFAULT 'system',
    ADD COLUMN credential text,
    ADD COLUMN hash bytea;
ALTER TABLE audit_records ALTER COLUMN actor_kind DROP DEFAULT;

-- The end of the chain. Whoever adds a record holds this row until the end of the transaction, so that any number of
-- servers keep one order.
CREATE TABLE audit_head (
    only_row boolean NOT NULL DEFAULT true,
    last_id bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_head_pkey PRIMARY KEY (only_row),
    CONSTRAINT audit_head_one_row CHECK (only_row)
);

-- Records from before the chain are taken into it; `audit::chain` says what is hashed.
DO $$
DECLARE
    r record;
    last bigint := 0;
    chained bytea := decode(repeat('00', 32), 'hex');
    part text;
    parts text[];
    canonical bytea;
BEGIN
    FOR r IN SELECT * FROM audit_records ORDER BY id LOOP
        parts := ARRAY[
            r.id::text, (extract(epoch FROM r.at) * 1000000)::bigint::text, r.actor_kind, r.actor, r.credential,
            r.address, r.request_id, r.action, r.object, r.outcome, array_to_string(r.fields, ',')
        ];
        canonical := chained;
        FOREACH part IN ARRAY parts LOOP
            canonical := canonical
                || convert_to(coalesce(octet_length(part) || ':' || part, '-') || E'\n', 'UTF8');
        END LOOP;
        chained := sha256(canonical);
        last := r.id;
        UPDATE audit_records SET hash = chained WHERE id = r.id;
    END LOOP;
    INSERT INTO audit_head (last_id, hash) VALUES (last, chained);
END
$$;

ALTER TABLE audit_records ALTER COLUMN hash SET NOT NULL;

CREATE INDEX audit_records_by_at ON audit_records (at);
CREATE INDEX audit_records_by_actor ON audit_records (actor, id);
CREATE INDEX audit_records_by_action ON audit_records (action, id);
CREATE INDEX audit_records_by_object ON audit_records (object, id);
CREATE INDEX audit_records_by_outcome ON audit_records (outcome, id) WHERE outcome <> 'done';

-- Records are added, never changed: not by the portal, and not by hand either.
CREATE FUNCTION keep_audit_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit records are never changed or deleted' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_records_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_records
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_records();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_records FROM CURRENT_USER;
