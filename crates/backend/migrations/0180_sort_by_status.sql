-- The list can be sorted by test status: what asks for a look comes first.

ALTER TABLE secrets ADD COLUMN status_rank smallint NOT NULL GENERATED ALWAYS AS (
    CASE check_status
        WHEN 'host-key-changed' THEN 0
        WHEN 'refused' THEN 1
        WHEN 'unreachable' THEN 2
        WHEN 'not-tested' THEN 3
        WHEN 'open' THEN 4
        ELSE 5
    END
) STORED;

CREATE INDEX secrets_by_status_rank ON secrets (status_rank, name, kind);
CREATE INDEX secrets_by_kind_status_rank ON secrets (kind, status_rank, name);
