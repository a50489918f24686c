-- Search also finds what an administrator has in hand: the username at the registry, the repository or image that is tested, and,
-- by an index of its own, the fingerprint of the key.

DROP INDEX secrets_by_search;
ALTER TABLE secrets DROP COLUMN search;
ALTER TABLE secrets ADD COLUMN search text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
    lower(
        (
            name || E'\n' || display_name || E'\n' || coalesce(registry_host, '') || E'\n' || coalesce(registry_username, '')
            || E'\n' || coalesce(check_target, '')
        ) COLLATE "und-x-icu"
    )
) STORED;
CREATE INDEX secrets_by_search ON secrets USING gin (search gin_trgm_ops);

CREATE INDEX git_keys_by_part_of_fingerprint ON git_keys USING gin (fingerprint gin_trgm_ops) WHERE NOT pending;
