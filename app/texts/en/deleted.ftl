# Deleted secrets.

deleted-heading = Deleted secrets
deleted-lead =
    { $days ->
        [0] Deleted secrets are removed at once and can't be restored.
        [one] Deleted secrets are kept for one day and can be restored until then.
       *[other] Deleted secrets are kept for { $days } days and can be restored until then.
    }
deleted-empty = No deleted secrets.
deleted-empty-text = Secrets you delete are kept here until their time is over.
deleted-when = Deleted
deleted-until = Kept until
deleted-by = by { $name }
deleted-restore = Restore
deleted-restore-one = Restore { $name }
deleted-remove = Remove for good
deleted-remove-one = Remove { $name } for good
deleted-not-restored = Not restored
deleted-git-name-taken = There is another Git Dataset secret with this name now: <a href="{ $address }">{ $name }</a>. Delete that one first, then restore this one. Both are kept.
deleted-image-name-taken = There is another Image Pull secret with this name now: <a href="{ $address }">{ $name }</a>. Delete that one first, then restore this one. Both are kept.
deleted-not-removed = Not removed
deleted-remove-question = Remove <b>{ $display_name }</b> (<code>{ $name }</code>) for good?
deleted-remove-images =
    { $count ->
        [one] 1 image still uses it and will have no secret.
       *[other] { $count } images still use it and will have no secret.
    }
deleted-remove-datasets =
    { $count ->
        [one] 1 dataset still uses it and will have no secret.
       *[other] { $count } datasets still use it and will have no secret.
    }
deleted-remove-value = Its value can't be recovered.
