-- Whether a secret works, as far as is known, and what it is tried on.

ALTER TABLE secrets
    -- A repository or an image.
    ADD COLUMN check_target text,
    -- Keys of hosts that are trusted, in the form of a known_hosts file. No secret.
    ADD COLUMN known_hosts text NOT NULL DEFAULT '',
    -- The registry host for which the value was typed: the value is sent to no other by a test.
    ADD COLUMN value_host text,
    ADD COLUMN check_status text COLLATE "C" NOT NULL DEFAULT 'not-tested',
    -- One of domain::check::CheckCause.
    ADD COLUMN check_cause text NOT NULL DEFAULT 'never-tested',
    ADD COLUMN checked_at timestamptz,
    ADD COLUMN checked_by text,
    -- What was found in a repository: its branch, and how many refs; negative where there are more than that.
    ADD COLUMN check_branch text,
    ADD COLUMN check_refs integer,
    -- How often it was refused in a row.
    ADD COLUMN check_refusals integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT secrets_check_status_known
        CHECK (check_status IN ('not-tested', 'works', 'refused', 'unreachable', 'host-key-changed')),
    ADD CONSTRAINT secrets_checked_by_somebody CHECK ((checked_at IS NULL) = (checked_by IS NULL)),
    ADD CONSTRAINT secrets_check_target_length CHECK (octet_length(check_target) <= 1024),
    ADD CONSTRAINT secrets_known_hosts_length CHECK (octet_length(known_hosts) <= 32768);

UPDATE secrets SET value_host = registry_host;

-- For the filter, in the order that the list has unless it is asked for another.
CREATE INDEX secrets_by_check_status ON secrets (check_status, updated_at, name, kind);

-- What is known of a secret goes when what was tested is no longer what is stored, whoever changes it and how.
CREATE FUNCTION forget_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.value_version <> OLD.value_version THEN
        NEW.value_host := NEW.registry_host;
    END IF;
    IF TG_OP = 'UPDATE' AND (
        NEW.value_version, NEW.registry_host, NEW.registry_username, NEW.check_target, NEW.known_hosts
    ) IS DISTINCT FROM (
        OLD.value_version, OLD.registry_host, OLD.registry_username, OLD.check_target, OLD.known_hosts
    ) THEN
        NEW.check_status := 'not-tested';
        NEW.check_cause := 'never-tested';
        NEW.checked_at := NULL;
        NEW.checked_by := NULL;
        NEW.check_branch := NULL;
        NEW.check_refs := NULL;
        NEW.check_refusals := 0;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER secrets_check_forgotten BEFORE INSERT OR UPDATE ON secrets
    FOR EACH ROW EXECUTE FUNCTION forget_check();
