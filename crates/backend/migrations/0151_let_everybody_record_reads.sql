-- The functions do what the role that calls them may do, so they are for every role, also in a database where new functions are
-- granted to nobody by default.
GRANT EXECUTE ON FUNCTION count_reads TO PUBLIC;
GRANT EXECUTE ON FUNCTION append_audit_records TO PUBLIC;
