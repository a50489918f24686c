-- Forms whose answer shows a thing once: a form that is sent again, as by a reload, repeats nothing.
CREATE TABLE form_submissions (
    -- The mark of the form, of its sender and of the name in it.
    mark uuid NOT NULL,
    -- The created thing: the id of a token, or the name of a user.
    object text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT form_submissions_pkey PRIMARY KEY (mark)
);

CREATE INDEX form_submissions_by_at ON form_submissions (at);
