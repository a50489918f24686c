-- What is typed as a name may be a password in the wrong field: attempts are counted under its hash from now on, and what was
-- counted under the text itself is forgotten, a quarter of an hour early at most.
DELETE FROM sign_in_attempts;
COMMENT ON COLUMN sign_in_attempts.name IS 'SHA-256 of the normalised name, in hexadecimal digits';
