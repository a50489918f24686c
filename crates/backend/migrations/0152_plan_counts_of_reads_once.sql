-- The plan for counting reads is made once for each connection. For as few as are read at once, PostgreSQL would take a plan for
-- these very arrays to be worth its making, each time, which takes longer than the counting itself.
ALTER FUNCTION count_reads SET plan_cache_mode = force_generic_plan;
