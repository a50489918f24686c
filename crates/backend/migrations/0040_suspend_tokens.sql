-- Whom a provider vouches for no more: their API tokens are suspended, and not revoked, until a sign-in gives a role back.

ALTER TABLE users
    ADD COLUMN suspended_at timestamptz,
    -- API tokens of these people end so long after their last sign-in, or after this where it is later: nobody's tokens end
    -- at once because the portal was brought up to date.
    ADD COLUMN tokens_kept_from timestamptz;
UPDATE users SET tokens_kept_from = now() WHERE oidc_issuer IS NOT NULL;

ALTER TABLE sessions
    -- When the person last proved at the provider who they are (`auth_time`), where it says so.
    ADD COLUMN proven_at timestamptz,
    -- The provider's own session (`sid`), where it names one.
    ADD COLUMN provider_session text COLLATE "C";
CREATE INDEX sessions_by_provider_session ON sessions (provider_session) WHERE provider_session IS NOT NULL;

-- Logout tokens of the provider (OpenID Connect Back-Channel Logout 1.0) that were taken: each is good once.
CREATE TABLE taken_logouts (
    -- SHA-256 of issuer and `jti`.
    token_hash bytea NOT NULL,
    -- Later it would be refused as expired.
    expires_at timestamptz NOT NULL,
    CONSTRAINT taken_logouts_pkey PRIMARY KEY (token_hash)
);
CREATE INDEX taken_logouts_by_expiry ON taken_logouts (expires_at);
