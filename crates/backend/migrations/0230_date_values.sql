-- A value has dates: when it expires, whether it is handed out after that, when it was stored, and after how many days it is to be
-- renewed.

ALTER TABLE secrets
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN renew_every_days integer,
    -- The time at which the current value was stored. A trigger keeps it, so that a server of the version before does, too.
    ADD COLUMN value_changed_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN stop_when_expired boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT secrets_renew_every_days_range CHECK (renew_every_days BETWEEN 1 AND 3650);

-- Secrets without an end come last; the time is `Timestamp::LAST`.
ALTER TABLE secrets
    ADD COLUMN expiry_order timestamptz NOT NULL GENERATED ALWAYS AS (
        coalesce(least(expires_at, to_timestamp(253402300799)), to_timestamp(253402300799))
    ) STORED,
    ADD COLUMN renewal_due_at timestamptz GENERATED ALWAYS AS (
        (value_changed_at AT TIME ZONE 'UTC' + make_interval(days => renew_every_days)) AT TIME ZONE 'UTC'
    ) STORED;

UPDATE secrets SET value_changed_at = coalesce(
    (
        SELECT max(created_at) FROM secret_values
        WHERE secret_id = secrets.id AND secret_values.version = secrets.value_version
            AND field IN ('ssh-private-key', 'registry-password')
    ),
    updated_at
);

CREATE FUNCTION note_new_value() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.value_changed_at := NEW.updated_at;
    RETURN NEW;
END
$$;

CREATE TRIGGER secrets_value_added BEFORE INSERT ON secrets FOR EACH ROW EXECUTE FUNCTION note_new_value();
CREATE TRIGGER secrets_value_replaced BEFORE UPDATE ON secrets
    FOR EACH ROW WHEN (NEW.value_version <> OLD.value_version) EXECUTE FUNCTION note_new_value();

-- To sort by the end.
CREATE INDEX secrets_by_expiry ON secrets (expiry_order, name, kind);
CREATE INDEX secrets_by_kind_expiry ON secrets (kind, expiry_order, name);
-- For the filters and the Overview, which count what has ended, ends soon, or is to be renewed, up to a limit.
CREATE INDEX secrets_expiring ON secrets (expires_at) WHERE expires_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX secrets_to_renew ON secrets (renewal_due_at) WHERE renewal_due_at IS NOT NULL AND deleted_at IS NULL;
