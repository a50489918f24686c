# The versions of a secret's value.

version-heading = Versions
version-heading-of = Versions of { $name }
version-lead = Every new value is a new version. The last { NUMBER($count) } versions can be rolled back to; of older ones, only these facts stay. Values are never shown.
version-lead-days = Every new value is a new version. The last { NUMBER($count) } versions can be rolled back to, for { NUMBER($days) } days after they were replaced; of older ones, only these facts stay. Values are never shown.
version-all = Show all versions
version-number = Version
version-stored = Stored
version-stored-by = { MARKUP($when) } by { $name }
version-reason = Reason
version-reason-added = Added
version-reason-edited = New value entered
version-reason-api = New value by API
version-reason-generated = Key generated
version-reason-switched = Switched to a new key
version-reason-imported = Imported
version-reason-rolled-back = Rolled back to version { NUMBER($number) }
version-reason-unknown = Stored by an older version of Latchkey
version-belongs = Account or key
version-not-known = not recorded
version-tested = Last test
version-not-tested = Not tested
version-state = State
version-in-use = In use
version-kept = Kept
version-removed = No longer kept
version-destroyed = Destroyed { MARKUP($when) } by { $name }
version-holders = Last read by { $names }, which may still use it
version-roll-back = Roll back
version-roll-back-one = Roll back to version { NUMBER($number) }
version-already-current = The secret already uses the value of this version, so there is nothing to roll back.
version-destroy = Destroy
version-destroy-one = Destroy version { NUMBER($number) }
version-never = This secret never had such a version.
version-not-done = Nothing was changed
version-rollback-question = Use the value of version { NUMBER($number) } of <b>{ $name }</b> again? It becomes a new version, and the value in use now is kept as an earlier one. The value is not shown to anybody.
version-other-account = The account changes with the value: it becomes { $username } at { $host } again, because a password is only ever sent to the registry it was entered for.
version-test = Test the connection
version-test-hint = Skipped if there is nothing to connect to.
version-test-before = Before: change nothing if the test fails
version-test-after = Afterwards
version-test-no = No test
version-destroy-question = Destroy the value of version { NUMBER($number) } of <b>{ $name }</b>?
version-destroy-consequence = The value is gone at once and can't be restored, and nobody can roll back to it. What else is known of the version stays. If the value has leaked, also revoke it where it is used to sign in. Backups made before still contain it.
version-destroy-same = { $count ->
    [one] Version { $numbers } has the same value: destroy it as well.
    *[other] Versions { $numbers } have the same value: destroy them as well.
}
version-destroy-current = The current version has the same value, so it stays in use until you enter a new one.
