-- The last tests of each secret, so that its page can show how it fared. What is known of the secret itself stays in its row,
-- and goes when another value is stored; these stay.

CREATE TABLE secret_tests (
    secret_id uuid NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    -- Of domain::connection_test: a TestStatus, and the TestCause that it follows from.
    status text COLLATE "C" NOT NULL,
    cause text COLLATE "C" NOT NULL,
    tested_by text NOT NULL,
    -- A test that a form keeps when it is saved is the one that was kept when it was made.
    CONSTRAINT secret_tests_pkey PRIMARY KEY (secret_id, at)
);

INSERT INTO secret_tests (secret_id, at, status, cause, tested_by)
SELECT id, checked_at, check_status, check_cause, checked_by FROM secrets WHERE checked_at IS NOT NULL;
