-- The notices of one mail: it keeps its id and its contents however often it is tried.

CREATE TABLE mails (
    -- The id in its header, by which readers recognize a copy.
    id uuid CONSTRAINT mails_pkey PRIMARY KEY,
    at timestamptz NOT NULL
);

CREATE TABLE mail_items (
    delivery_id uuid CONSTRAINT mail_items_pkey PRIMARY KEY,
    mail_id uuid NOT NULL,
    CONSTRAINT mail_items_delivery
        FOREIGN KEY (delivery_id) REFERENCES notice_deliveries (id) ON DELETE CASCADE,
    CONSTRAINT mail_items_mail FOREIGN KEY (mail_id) REFERENCES mails (id) ON DELETE CASCADE
);

CREATE INDEX mail_items_by_mail ON mail_items (mail_id);

CREATE INDEX notice_deliveries_by_person ON notice_deliveries (user_id, next_at)
    WHERE user_id IS NOT NULL AND state = 'waiting';
