# The question before a secret is deleted.

delete-question =
    { $days ->
        [0] Are you sure to delete <b>{ MARKUP($display_name) }</b> (<code>{ MARKUP($name) }</code>)? Anything that pulls with it stops working, and its value can't be recovered.
        [one] Are you sure to delete <b>{ MARKUP($display_name) }</b> (<code>{ MARKUP($name) }</code>)? Anything that pulls with it stops working. You can restore it for one day.
       *[other] Are you sure to delete <b>{ MARKUP($display_name) }</b> (<code>{ MARKUP($name) }</code>)? Anything that pulls with it stops working. You can restore it for { $days } days.
    }
