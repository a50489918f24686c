-- The language in which somebody reads the pages; NULL for that of the browser. Grants nothing, so the MAC leaves it out.
ALTER TABLE users
    ADD COLUMN language text,
    ADD CONSTRAINT users_language_known CHECK (language IN ('en', 'zh-Hant'));
