# The audit log.

audit-heading = Audit
audit-lead = Who did what, when and from where. Records are tamper-evident: <code>latchkey audit verify</code> finds changed and missing ones.
audit-none = No records match.
audit-newest = Newest
audit-newer = Newer
audit-older = Older
audit-export-csv = Export CSV
audit-export-json = Export JSON lines
audit-time = Time
audit-actor = Actor
audit-action = Action
audit-object = Object
audit-outcome = Outcome
audit-address = Address
audit-from = From (UTC)
audit-until = Until (UTC)
audit-filter = Filter
audit-no-address = none
audit-part-of-name = Name or part of it
audit-many-names = More than 100 names match; only records of the first 100 are shown. Enter more of the name.
