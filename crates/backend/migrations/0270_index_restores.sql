-- Restores are among the changes that the Overview shows. There are few of them, so they have an index of their own beside the
-- one of migration 0170, which servers of the version before still use. The conditions are those of `audit::recent`, to the
-- letter.
CREATE INDEX audit_records_restores ON audit_records (id) WHERE outcome = 'done' AND action = 'database restored';
