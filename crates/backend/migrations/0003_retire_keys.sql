-- A key encryption key that seals nothing any more stays on record, and is never used again.
ALTER TABLE key_encryption_keys
    ADD COLUMN retired_at timestamptz,
    ADD CONSTRAINT key_encryption_keys_active_not_retired CHECK (NOT (active AND retired_at IS NOT NULL));
