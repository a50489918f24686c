# The Overview.

overview-heading = Overview
overview-lead = What needs attention, and what changed lately.
overview-lead-empty = There are no secrets yet.
overview-not-saved = Not saved
overview-secrets =
    { $count ->
        [one] 1 secret
       *[other] { $count } secrets
    }

overview-attention = Needs attention
overview-all-well = Nothing needs attention.
overview-none = None: { $reasons }
overview-host-key-changed = Host key changed
overview-host-key-changed-hint = The host has another key than the one you trust. Ask its operator why.
overview-refused = Refused
overview-refused-hint = The registry or Git host rejects the credential.
overview-unreachable = Unreachable
overview-unreachable-hint = The last test got no answer.
overview-host-key-to-approve = Host key to approve
overview-host-key-to-approve-hint = Compare the host's key with the one its operator publishes.
overview-new-key-waiting = New key waiting
overview-new-key-waiting-hint = A new key pair is ready, but not in use yet.
overview-never-tested = Never tested
overview-never-tested-hint = Not tested since they were added or changed.
overview-expired = Expired
overview-expired-hint = Their value has expired. Replace it.
overview-expire-soon = Expire within 30 days
overview-expire-soon-hint = Their value ends soon. Replace it in time.
overview-renewal-due = Renewal due
overview-renewal-due-hint = Their value is older than intended.
overview-unused = Unused for 90 days
overview-unused-hint = No image, dataset or API token uses them.

overview-changes = Recent changes
overview-no-changes = No changes yet.
overview-audit-log = Audit log
overview-by-command-line = the command line
overview-by-portal = the portal

overview-in-30-days = { $count } in the last 30 days
overview-today = today
overview-numbers = Numbers
overview-day = Day (UTC)
overview-reads = Reads of values
overview-reads-plot = Reads of values by day. The table below has the numbers.
overview-no-reads = No value was read in the last 30 days.
overview-reads-of-day =
    { $count ->
        [one] { $day }: 1 read
       *[other] { $day }: { $count } reads
    }
overview-reads-column = Reads
overview-tests = Test results
overview-tests-plot = Test results by day: those that work above the line, the others below. The table below has the numbers.
overview-no-tests = No connection was tested in the last 30 days.
overview-result = { $count } { $status }
overview-results-of-day = { $day }: { $results }

overview-steps = Set up Latchkey
overview-step-done = Done
overview-step-to-do = To do
overview-step-key = Back up the key file
overview-step-key-why = Values are encrypted with this key. Without it, nobody can read them, not even from a backup of the database.
overview-step-key-file = Copy this file to a safe place, apart from your database backups:
overview-step-key-setting = Copy the value of this setting to a safe place, apart from your database backups:
overview-step-key-done = I have backed it up
overview-step-secrets = Add your secrets
overview-step-secrets-how = Add credentials one by one, or import them from a cluster or a Docker configuration.
overview-step-secrets-add = Add secret
overview-step-secrets-import = Import
overview-step-people = Invite people
overview-step-people-how = Each person gets their own account and role. Or set up single sign-on for everyone.
overview-step-people-add = Add user
overview-steps-dismiss = Dismiss these steps
