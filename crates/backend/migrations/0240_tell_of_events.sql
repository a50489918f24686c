-- Notices: events that people want to hear of, the channels they go out by, the rules of what goes where, and each delivery with
-- its attempts. Written in the transaction that makes an event true; a notice never has a value in it.

CREATE TABLE notices (
    -- The id by which a receiver recognizes a notice: the same for every attempt.
    id uuid CONSTRAINT notices_pkey PRIMARY KEY,
    -- A NoticeEvent of domain::notice.
    event text COLLATE "C" NOT NULL,
    -- A SubjectKind of domain::notice, and the subject: the row of a secret, the id of a token, the hash of a name.
    subject_kind text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    -- The name of the subject at that time, such as the id of a secret; empty for the portal itself.
    name text NOT NULL,
    -- Type and name of a secret, for rules; NULL for other subjects.
    secret_kind text COLLATE "C",
    secret_name text COLLATE "C",
    -- In how many days something ends; 0 for events without days.
    threshold integer NOT NULL,
    -- The time that the notice is about: the end of a validity, the first of several failures. With another date, the same
    -- threshold is another notice.
    about timestamptz NOT NULL,
    -- Further facts, none of them secret.
    facts jsonb NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT notices_once UNIQUE (subject_kind, subject, event, threshold, about)
);

CREATE INDEX notices_by_at ON notices (at);

CREATE TABLE notice_channels (
    id uuid CONSTRAINT notice_channels_pkey PRIMARY KEY,
    name text NOT NULL,
    -- A ChannelPreset of domain::notice.
    preset text COLLATE "C" NOT NULL,
    -- The host of the address, which is shown; the address itself is sealed.
    host text COLLATE "C" NOT NULL,
    -- A ChannelState of domain::notice.
    state text COLLATE "C" NOT NULL,
    -- Before this, its receiver wants nothing more.
    hold_until timestamptz,
    -- Whether the last attempt failed: channels that work go first.
    failing boolean NOT NULL DEFAULT false,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    CONSTRAINT notice_channels_name_unique UNIQUE (name),
    CONSTRAINT notice_channels_name_length CHECK (char_length(name) BETWEEN 1 AND 100)
);

-- The sealed address of a channel, and its signing secrets: of the second one, both sign until the older one ends.
CREATE TABLE notice_channel_values (
    channel_id uuid NOT NULL,
    field text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    algorithm text NOT NULL,
    kek_id text NOT NULL,
    wrapped_key bytea NOT NULL,
    nonce bytea NOT NULL,
    ciphertext bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- From then on it signs nothing; NULL for the newest.
    ends_at timestamptz,
    CONSTRAINT notice_channel_values_pkey PRIMARY KEY (channel_id, field, version),
    CONSTRAINT notice_channel_values_channel
        FOREIGN KEY (channel_id) REFERENCES notice_channels (id) ON DELETE CASCADE,
    CONSTRAINT notice_channel_values_kek FOREIGN KEY (kek_id) REFERENCES key_encryption_keys (id)
);

CREATE INDEX notice_channel_values_by_kek ON notice_channel_values (kek_id);

-- What goes where, for the whole portal. An empty list stands for everything.
CREATE TABLE notice_rules (
    id uuid CONSTRAINT notice_rules_pkey PRIMARY KEY,
    -- NULL: by mail.
    channel_id uuid,
    events text[] NOT NULL,
    secret_kinds text[] NOT NULL,
    name_prefixes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    CONSTRAINT notice_rules_channel FOREIGN KEY (channel_id) REFERENCES notice_channels (id) ON DELETE CASCADE
);

-- One notice to one recipient.
CREATE TABLE notice_deliveries (
    id uuid CONSTRAINT notice_deliveries_pkey PRIMARY KEY,
    notice_id uuid NOT NULL,
    -- Either of these: a channel, or a person by mail.
    channel_id uuid,
    user_id uuid,
    -- A DeliveryState of domain::notice.
    state text COLLATE "C" NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- The place in the schedule of attempts, from 0; "Send again" begins anew.
    step integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    -- The server that is sending it, and until when it is believed to.
    holder uuid,
    held_until timestamptz,
    -- The last attempt: its time, a DeliveryCause of domain::notice, and the status of an HTTP or SMTP answer.
    tried_at timestamptz,
    cause text COLLATE "C",
    status integer,
    created_at timestamptz NOT NULL,
    delivered_at timestamptz,
    CONSTRAINT notice_deliveries_notice FOREIGN KEY (notice_id) REFERENCES notices (id) ON DELETE CASCADE,
    CONSTRAINT notice_deliveries_channel
        FOREIGN KEY (channel_id) REFERENCES notice_channels (id) ON DELETE CASCADE,
    CONSTRAINT notice_deliveries_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT notice_deliveries_one_recipient CHECK (num_nonnulls(channel_id, user_id) = 1),
    CONSTRAINT notice_deliveries_channel_once UNIQUE (notice_id, channel_id),
    CONSTRAINT notice_deliveries_user_once UNIQUE (notice_id, user_id)
);

CREATE INDEX notice_deliveries_due ON notice_deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX notice_deliveries_by_created ON notice_deliveries (created_at, id);
CREATE INDEX notice_deliveries_by_state ON notice_deliveries (state, created_at, id);
CREATE INDEX notice_deliveries_by_channel ON notice_deliveries (channel_id, created_at, id);

-- The settings of notices, for all servers.
CREATE TABLE notice_settings (
    only_row boolean NOT NULL DEFAULT true,
    -- After so many failed tests in a row, a notice says so.
    failures integer NOT NULL,
    CONSTRAINT notice_settings_pkey PRIMARY KEY (only_row),
    CONSTRAINT notice_settings_one_row CHECK (only_row),
    CONSTRAINT notice_settings_failures CHECK (failures BETWEEN 1 AND 20)
);

INSERT INTO notice_settings (failures) VALUES (2);

-- Returns whether a rule names this notice. Type and name restrict only notices about secrets.
CREATE FUNCTION is_rule_for(rule notice_rules, notice notices) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (cardinality(rule.events) = 0 OR notice.event = ANY (rule.events))
        AND (
            notice.secret_kind IS NULL
            OR (cardinality(rule.secret_kinds) = 0 OR notice.secret_kind = ANY (rule.secret_kinds))
            AND (
                cardinality(rule.name_prefixes) = 0
                OR EXISTS (
                    SELECT FROM unnest(rule.name_prefixes) AS prefixes (prefix)
                    WHERE starts_with(notice.secret_name, prefix)
                )
            )
        )
$$;
GRANT EXECUTE ON FUNCTION is_rule_for TO PUBLIC;
