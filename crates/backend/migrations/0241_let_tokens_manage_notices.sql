-- API tokens may manage channels, rules and deliveries of notices.

ALTER TABLE api_tokens
    DROP CONSTRAINT api_tokens_scope_known,
    ADD CONSTRAINT api_tokens_scope_known CHECK (
        scope IN ('read-metadata', 'read-values', 'write', 'read-audit', 'manage-notifications')
    );
