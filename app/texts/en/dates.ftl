# The dates of a secret's value.

dates-heading = Expiry and renewal
dates-expires-hint = The last day on which the value works.
dates-expires-zone = Without JavaScript, days are in UTC.
dates-known-end = Left empty, Latchkey fills it in where it can tell: for passwords that say when they expire (Amazon ECR, JSON Web Tokens), and for those with a fixed lifetime (Google, Azure, GitHub Apps).
dates-new-value = If you replace the value, change the date as well. A date that has passed is removed then.
dates-days = days
dates-renew-hint = How long a value is to be used before you replace it, from 1 to 3650 days.
dates-stop-hint = Consumers then get an error with the reason (410 Gone). Otherwise an expired value is still handed out.
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

dates-mail = Reminder
dates-ends = Expires { $when }
dates-remind = Remind me by mail
dates-remind-hint = Nobody is told by mail who did not ask for it. <a href="{ $address }">Be reminded by mail</a>

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
