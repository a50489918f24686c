-- Where an imported secret came from: the Kubernetes Secrets that it stood in, as namespace/name or name. Text alone, and
-- never a value. A table of its own: the list of secrets does not ask for it.

CREATE TABLE secret_origins (
    secret_id uuid NOT NULL,
    -- The first of them, in the order of the file.
    places text[] NOT NULL,
    -- How many there were.
    total integer NOT NULL,
    CONSTRAINT secret_origins_pkey PRIMARY KEY (secret_id),
    CONSTRAINT secret_origins_secret_id_fkey FOREIGN KEY (secret_id) REFERENCES secrets (id) ON DELETE CASCADE,
    CONSTRAINT secret_origins_bounded CHECK (cardinality(places) BETWEEN 1 AND 100 AND total >= cardinality(places))
);
