-- Rows that grant something, what binds a sealed value to its place, and the audit record carry a message authentication code
-- under a key that only the portal has: the id of that key (8 bytes), then HMAC-SHA-256 (32 bytes). Rows from before are taken
-- over by the first server that starts with the key; until then their column is NULL.

ALTER TABLE users ADD COLUMN mac bytea, ADD CONSTRAINT users_mac_length CHECK (octet_length(mac) = 40);
ALTER TABLE sessions ADD COLUMN mac bytea, ADD CONSTRAINT sessions_mac_length CHECK (octet_length(mac) = 40);
ALTER TABLE api_tokens ADD COLUMN mac bytea, ADD CONSTRAINT api_tokens_mac_length CHECK (octet_length(mac) = 40);
ALTER TABLE one_time_links
    ADD COLUMN mac bytea, ADD CONSTRAINT one_time_links_mac_length CHECK (octet_length(mac) = 40);
ALTER TABLE secrets ADD COLUMN mac bytea, ADD CONSTRAINT secrets_mac_length CHECK (octet_length(mac) = 40);
-- Records from before the keys stay without one: they are never changed, and the first record with a code vouches for them.
ALTER TABLE audit_records ADD COLUMN mac bytea;
ALTER TABLE audit_head ADD COLUMN mac bytea, ADD CONSTRAINT audit_head_mac_length CHECK (octet_length(mac) = 40);

-- Every change writes its record, so a server of an older version, which knows no codes, changes nothing any more once the
-- database is taken over: what it wrote would be refused by the others.
CREATE FUNCTION refuse_records_without_mac() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM audit_head WHERE mac IS NOT NULL) THEN
        RAISE EXCEPTION 'this server is older than its database: replace it by the newer version';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_records_vouched_for BEFORE INSERT ON audit_records
    FOR EACH ROW WHEN (NEW.mac IS NULL) EXECUTE FUNCTION refuse_records_without_mac();
