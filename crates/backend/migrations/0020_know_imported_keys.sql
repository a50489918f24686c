-- Whether an imported key is stored already, told before it is saved. No secret; NULL for accounts, and for keys that
-- cannot be read.

ALTER TABLE import_entries ADD COLUMN fingerprint text COLLATE "C";
