-- Guesses from one network lock a name for that network; guesses from very many, for all but those that its owner is known to
-- sign in from. What was counted so far counted for every network.
ALTER TABLE sign_in_attempts ADD COLUMN network text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sign_in_attempts DROP CONSTRAINT sign_in_attempts_pkey;
ALTER TABLE sign_in_attempts ADD CONSTRAINT sign_in_attempts_pkey PRIMARY KEY (name, network);
COMMENT ON COLUMN sign_in_attempts.network IS 'An IPv4 address or the /64 of an IPv6 one; empty: all of them together';

-- From where people have signed in lately.
CREATE TABLE known_networks (
    user_id uuid NOT NULL,
    network text COLLATE "C" NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT known_networks_pkey PRIMARY KEY (user_id, network),
    CONSTRAINT known_networks_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
