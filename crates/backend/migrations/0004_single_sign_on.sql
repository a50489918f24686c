-- Users whom a provider vouches for (OpenID Connect): known again by issuer and subject, and by nothing else.

ALTER TABLE users
    ADD COLUMN oidc_issuer text,
    ADD COLUMN oidc_subject text,
    ADD CONSTRAINT users_oidc_both CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL)),
    -- Their password is the provider's to keep.
    ADD CONSTRAINT users_oidc_no_password CHECK (oidc_issuer IS NULL OR password_hash IS NULL),
    ADD CONSTRAINT users_oidc_unique UNIQUE (oidc_issuer, oidc_subject);
