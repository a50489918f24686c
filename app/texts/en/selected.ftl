# Several secrets at once.

selected-bar = Selected secrets
selected-count = { MARKUP($count) } selected
selected-test = Test
selected-delete = Delete
selected-export = Export manifests
selected-nothing = Nothing selected
selected-nothing-text = Select at least one secret in the list, and at most { NUMBER($most) } at once.
selected-gone =
    { $count ->
        [one] One of the secrets you selected has been deleted in the meantime.
       *[other] { $count } of the secrets you selected have been deleted in the meantime.
    }

selected-results = Test results
selected-details = Details
selected-limit =
    { $seconds ->
        [one] Limit reached (60 tests a minute). The rest can be tested in 1 second.
       *[other] Limit reached (60 tests a minute). The rest can be tested in { $seconds } seconds.
    }
selected-slow = Some hosts are slow to respond, so the rest was left for another round.
selected-test-rest =
    { $count ->
        [one] Test the remaining one
       *[other] Test the remaining { $count }
    }
selected-not-yet = Not tested yet.
selected-progress = { NUMBER($done) } of { NUMBER($total) } tested
selected-stop = Stop
selected-stopped = Stopped. Tests that had already begun are finished, and their results are kept.
selected-broken = The connection to the portal was lost. Tests that had already begun are finished, and their results are kept.
selected-test-untested = Test the remaining secrets
selected-skipped = Skipped to avoid locking the account: it was just refused, or the registry is rate-limiting.
selected-works = { $count } working
selected-open = { $count } open
selected-refused = { $count } refused
selected-unreachable = { $count } unreachable
selected-host-key-changed = { $count } with a changed host key
selected-not-tested = { $count } not tested

selected-delete-heading = Delete Secrets
selected-delete-one = Are you sure to delete this secret?
selected-delete-question = Are you sure to delete these <b>{ $secrets }</b>? Either all of them are deleted, or none.
selected-delete-after =
    { $days ->
        [0] Deleted secrets can't be recovered.
        [one] Deleted secrets can be restored for one day.
       *[other] Deleted secrets can be restored for { $days } days.
    }
selected-one-in-use = It is in use. Anything that pulls with it stops working.
selected-in-use =
    { $count ->
        [one] One of them is in use. Anything that pulls with it stops working.
       *[other] { $count } of them are in use. Anything that pulls with them stops working.
    }
selected-confirmation = Confirmation
selected-used-by = used by { $consumers }
selected-used-by-named = used by { $consumers }: { $names }
