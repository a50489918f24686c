# The dates of a secret's value.

dates-heading = Expiry and renewal
dates-expires-hint = The last day on which the value works.
dates-expires-zone = Without JavaScript, days are in UTC.
dates-known-end = Leave it empty if the password contains its own end (Amazon ECR, JSON Web Tokens), or if its kind has one (Google, Azure, GitHub Apps): Latchkey fills it in.
dates-new-value = A new value has a new end. If you replace the value and leave a date that has passed, the date is removed.
dates-days = Days
dates-renew-hint = Days after which the value is due for renewal, from 1 to 3650.
dates-stop-hint = Consumers then get an error with the reason (410 Gone). Without this, an expired value is still handed out.
dates-every =
    { $count ->
        [one] Every day
       *[other] Every { $count } days
    }

# The state of a value.
dates-expired = Expired
dates-expired-since = Expired { MARKUP($when) }
dates-expires-in = Expires { MARKUP($when) }
dates-renewal-due = Renewal due
dates-renewal-due-since = Renewal due since { MARKUP($when) }
dates-renewal-from = due { MARKUP($when) }
dates-still-handed-out = <b>This secret has expired.</b> It is still handed out. Replace the value, or <a href="{ $address }">change its dates</a>.
dates-not-handed-out = <b>This secret has expired and isn't handed out any more.</b> Consumers get an error. Replace the value, or <a href="{ $address }">change its dates</a>.
dates-still-handed-out-to-see = <b>This secret has expired.</b> It is still handed out.
dates-not-handed-out-to-see = <b>This secret has expired and isn't handed out any more.</b> Consumers get an error.
dates-stops = Not handed out after that.
dates-handed-out = Still handed out after that.

# Times to come.
dates-in-a-moment = in less than a minute
dates-in-minutes =
    { $count ->
        [one] in 1 minute
       *[other] in { $count } minutes
    }
dates-in-hours =
    { $count ->
        [one] in 1 hour
       *[other] in { $count } hours
    }
dates-in-days =
    { $count ->
        [one] in 1 day
       *[other] in { $count } days
    }
dates-in-months =
    { $count ->
        [one] in 1 month
       *[other] in { $count } months
    }
dates-in-years =
    { $count ->
        [one] in 1 year
       *[other] in { $count } years
    }
