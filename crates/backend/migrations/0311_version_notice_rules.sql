-- A rule has a version, as a channel has, so that nobody saves over a change that somebody else made meanwhile.

ALTER TABLE notice_rules
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    -- The last change; NULL for a rule that is as it was added.
    ADD COLUMN updated_at timestamptz,
    ADD COLUMN updated_by text;
