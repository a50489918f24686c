-- Which server does what one of many does at a time, and until when. A lock of a session would stay behind on a pooler's
-- connection; a row with an end belongs to nobody's connection, and ends by itself where its server is gone.

CREATE TABLE leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    until timestamptz NOT NULL
);
