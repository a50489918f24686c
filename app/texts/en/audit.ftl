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
audit-outcome = Result
audit-address = Address
audit-from = From (UTC)
audit-until = Until (UTC)
audit-filter = Filter
audit-no-address = none
audit-time-utc = { $time } UTC
audit-part-of-name = Name or part of it
audit-many-names = More than 100 names match; only records of the first 100 are shown. Enter more of the name.
audit-no-user = (no user)
audit-set-up-link = set-up link
audit-object-key = Encryption key
audit-object-steps = Set-up steps
audit-object-backup = Backup of { $when }
audit-who = { $name }: { $kind }, request { $request }
audit-who-by = { $name }: { $kind }, by { $credential }, request { $request }
audit-kind-user = user
audit-kind-token = API token
audit-kind-system = the portal
audit-kind-anonymous = not signed in

# The outcomes.
audit-outcome-done = Succeeded
audit-outcome-refused = Denied
audit-outcome-failed = Failed
audit-outcome-integrity-failure = Integrity failure

# What was changed.
audit-change = { $action }: { $fields }
audit-from-version = from version { NUMBER($number) }
audit-to-version = to version { NUMBER($number) }
audit-version = version { NUMBER($number) }
audit-field-name = name
audit-field-display-name = display name
audit-field-private-key = private key
audit-field-repository = test repository
audit-field-known-hosts = trusted host keys
audit-field-registry-host = registry host
audit-field-username = username
audit-field-password = password
audit-field-image = image
audit-field-branch = branch
audit-field-pull-secret = secret
audit-field-role = role
audit-field-expires-at = expiry date
audit-field-renew-every-days = time until renewal
audit-field-stop-when-expired = whether it is handed out once expired
audit-field-subject = identity at the provider
audit-field-address = mail address
audit-field-unsubscribed = mails ended or begun again
