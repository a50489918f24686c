# The history of a secret.

history-heading = History
history-no-changes = No changes on record.
history-older-changes = There are older changes.
history-reads = Reads of the value
history-others = Tests and denied attempts
history-older = and older ones
history-all = All records of this secret
history-today = today (UTC)
history-yesterday = yesterday (UTC)
history-on = on { $date }
history-read =
    { $count ->
        [one] API token <b>{ $name }</b> read it once { $day }, { MARKUP($when) }
       *[other] API token <b>{ $name }</b> read it { $count } times { $day }, last { MARKUP($when) }
    }
history-other =
    { $count ->
        [one] <b>{ $actor }</b>: { $action }, { $outcome }, once { $day }, { MARKUP($when) }
       *[other] <b>{ $actor }</b>: { $action }, { $outcome }, { $count } times { $day }, last { MARKUP($when) }
    }
history-other-token =
    { $count ->
        [one] API token <b>{ $actor }</b>: { $action }, { $outcome }, once { $day }, { MARKUP($when) }
       *[other] API token <b>{ $actor }</b>: { $action }, { $outcome }, { $count } times { $day }, last { MARKUP($when) }
    }
