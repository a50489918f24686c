-- Where secrets are used: images, and datasets.

CREATE TABLE usages (
    id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    -- The reference of an image, or the Git URL of a dataset.
    target text NOT NULL,
    -- Of a dataset; NULL is the default one.
    branch text,
    -- With what it is pulled. That it is of the fitting type is looked at when it is chosen: a secret's never changes.
    secret_id uuid,
    -- Goes up with each change; an edit names the one it began with.
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    search text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
        lower((name || E'\n' || target) COLLATE "und-x-icu")
    ) STORED,
    CONSTRAINT usages_pkey PRIMARY KEY (id),
    CONSTRAINT usages_kind_name_unique UNIQUE (kind, name),
    CONSTRAINT usages_secret FOREIGN KEY (secret_id) REFERENCES secrets (id) ON DELETE SET NULL,
    CONSTRAINT usages_kind_known CHECK (kind IN ('image', 'dataset')),
    CONSTRAINT usages_name_length CHECK (char_length(name) BETWEEN 1 AND 238),
    CONSTRAINT usages_target_length CHECK (octet_length(target) BETWEEN 1 AND 1024),
    CONSTRAINT usages_branch_of_dataset CHECK (branch IS NULL OR kind = 'dataset')
);

CREATE INDEX usages_by_secret ON usages (secret_id, kind, name);
CREATE INDEX usages_by_search ON usages USING gin (search gin_trgm_ops);

-- How many images or datasets use a secret, so that a list can say it, and sort by it, without counting them.
ALTER TABLE secrets
    ADD COLUMN usage_count integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT secrets_usage_count_not_negative CHECK (usage_count >= 0);

CREATE FUNCTION count_usages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.secret_id IS NOT DISTINCT FROM OLD.secret_id THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        UPDATE secrets SET usage_count = usage_count - 1 WHERE id = OLD.secret_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE secrets SET usage_count = usage_count + 1 WHERE id = NEW.secret_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER usages_counted AFTER INSERT OR DELETE OR UPDATE OF secret_id ON usages
    FOR EACH ROW EXECUTE FUNCTION count_usages();

-- Which keys fit a repository is looked for by its host.
CREATE INDEX secrets_by_known_hosts ON secrets USING gin (known_hosts gin_trgm_ops) WHERE known_hosts <> '';
