-- What became of the last backups, so that the portal can say when the last good one was made.

CREATE TABLE backups (
    id uuid CONSTRAINT backups_pkey PRIMARY KEY,
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    -- NULL where there is no file.
    bytes bigint,
    verified boolean NOT NULL,
    -- A BackupProblem of backend::backups; NULL where the backup is good.
    problem text COLLATE "C"
);

CREATE INDEX backups_ended_at ON backups (ended_at DESC, id DESC);
