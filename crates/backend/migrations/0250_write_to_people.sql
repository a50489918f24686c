-- Mail to people: where each is written to, about what and when. Nobody without a row, and without an address that they have
-- confirmed by a link, is ever written to.

CREATE TABLE mail_choices (
    user_id uuid CONSTRAINT mail_choices_pkey PRIMARY KEY,
    address text COLLATE "C",
    confirmed_at timestamptz,
    -- The address that waits to be confirmed, and the hash of the token in its link.
    pending_address text COLLATE "C",
    pending_hash bytea,
    pending_expires_at timestamptz,
    -- The code that vouches for the columns above: an address decides who learns the names of secrets.
    mac bytea,
    -- The time of the last mail that asks to confirm an address.
    asked_at timestamptz,
    -- The address that the mail server did not take mail for, and the number of its reply.
    dropped_address text COLLATE "C",
    dropped_at timestamptz,
    dropped_reply integer,
    unsubscribed_at timestamptz,
    -- A MailCadence of domain::mail, the hour of a digest, and its day: 1 is Monday.
    cadence text COLLATE "C" NOT NULL,
    hour smallint NOT NULL,
    weekday smallint NOT NULL,
    time_zone text COLLATE "C" NOT NULL,
    quiet_from smallint,
    quiet_to smallint,
    quiet_weekends boolean NOT NULL,
    -- NoticeEvents; none, if the person wants none.
    events text[] NOT NULL,
    -- Types and beginnings of names of secrets; empty for all.
    secret_kinds text[] NOT NULL,
    name_prefixes text[] NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT mail_choices_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT mail_choices_confirmed CHECK ((address IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT mail_choices_pending CHECK (num_nulls(pending_address, pending_hash, pending_expires_at) IN (0, 3)),
    CONSTRAINT mail_choices_dropped CHECK (num_nulls(dropped_address, dropped_at, dropped_reply) IN (0, 3)),
    CONSTRAINT mail_choices_quiet CHECK ((quiet_from IS NULL) = (quiet_to IS NULL)),
    CONSTRAINT mail_choices_hours CHECK (
        hour BETWEEN 0 AND 23 AND weekday BETWEEN 1 AND 7
        AND coalesce(quiet_from, 0) BETWEEN 0 AND 23 AND coalesce(quiet_to, 0) BETWEEN 0 AND 23
    )
);

CREATE UNIQUE INDEX mail_choices_by_pending ON mail_choices (pending_hash) WHERE pending_hash IS NOT NULL;
