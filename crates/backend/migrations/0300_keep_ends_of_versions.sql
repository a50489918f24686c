-- The end of each value whose place another has taken: a value that comes back into use comes with its own.

ALTER TABLE secret_versions
    ADD COLUMN expires_at timestamptz,
    -- Whether the end is known; false where a server put another value in its place that kept no ends.
    ADD COLUMN end_kept boolean NOT NULL DEFAULT false;
