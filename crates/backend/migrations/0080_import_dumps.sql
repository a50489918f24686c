-- Imports of a whole cluster's dump: where each thing stood, what stood beside a key, and what was skipped.

ALTER TABLE imports
    -- What was skipped, as code/count (`domain::import::Skipped`); `passed_over` is how much that is in all.
    ADD COLUMN skipped text[] NOT NULL DEFAULT '{}';

ALTER TABLE import_entries
    -- The Kubernetes Secrets that it stood in, as namespace/name or name.
    ADD COLUMN places text[] NOT NULL DEFAULT '{}',
    ADD COLUMN repository text,
    -- In the form of a known_hosts file; trusted by nobody yet. No secret.
    ADD COLUMN known_hosts text NOT NULL DEFAULT '',
    -- The value is a key that opens with a passphrase alone.
    ADD COLUMN needs_passphrase boolean NOT NULL DEFAULT false;
