-- A secret that is deleted is kept for a while, and can be restored as it was. Its name is free at once.

ALTER TABLE secrets
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN deleted_by text,
    ADD CONSTRAINT secrets_deleted_by_somebody CHECK ((deleted_at IS NULL) = (deleted_by IS NULL)),
    DROP CONSTRAINT secrets_kind_name_unique;

CREATE UNIQUE INDEX secrets_kind_name_unique ON secrets (kind, name) WHERE deleted_at IS NULL;
CREATE INDEX secrets_by_deleted ON secrets (deleted_at, id) WHERE deleted_at IS NOT NULL;

-- Deleted ones are not counted, from when they are deleted until they are restored.
CREATE OR REPLACE FUNCTION count_secrets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE secret_counts
    SET count = secret_counts.count + CASE TG_OP WHEN 'INSERT' THEN changed.count ELSE -changed.count END
    FROM (SELECT kind, count(*) AS count FROM changed_rows WHERE deleted_at IS NULL GROUP BY kind) AS changed
    WHERE secret_counts.kind = changed.kind;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_deleted_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE secret_counts SET count = count + CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END
    WHERE kind = NEW.kind;
    RETURN NULL;
END
$$;

CREATE TRIGGER secrets_counted_over AFTER UPDATE OF deleted_at ON secrets
    FOR EACH ROW WHEN ((OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL))
    EXECUTE FUNCTION count_deleted_secret();
