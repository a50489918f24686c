-- A registry or an image that anybody may use says nothing of the account: a state of its own, and not "works".

ALTER TABLE secrets
    DROP CONSTRAINT secrets_check_status_known,
    ADD CONSTRAINT secrets_check_status_known
        CHECK (check_status IN ('not-tested', 'works', 'open', 'refused', 'unreachable', 'host-key-changed'));

UPDATE secrets SET check_status = 'open' WHERE check_cause = 'registry-open';
