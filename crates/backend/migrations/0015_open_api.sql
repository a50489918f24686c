-- What the API needs: a scope for reading the audit log, and finding what a request that is sent again has made.

ALTER TABLE api_tokens
    DROP CONSTRAINT api_tokens_scope_known,
    ADD CONSTRAINT api_tokens_scope_known
        CHECK (scope IN ('read-metadata', 'read-values', 'write', 'read-audit'));

CREATE INDEX secrets_by_submission ON secrets (submission) WHERE submission IS NOT NULL;
