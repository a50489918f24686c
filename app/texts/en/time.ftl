# Times.

time-now = just now
time-minutes =
    { $count ->
        [one] 1 minute ago
       *[other] { $count } minutes ago
    }
time-hours =
    { $count ->
        [one] 1 hour ago
       *[other] { $count } hours ago
    }
time-days =
    { $count ->
        [one] 1 day ago
       *[other] { $count } days ago
    }
time-months =
    { $count ->
        [one] 1 month ago
       *[other] { $count } months ago
    }
time-years =
    { $count ->
        [one] 1 year ago
       *[other] { $count } years ago
    }

# Exact times. $month is the name below, $time is such as 14:05.
time-exact = { $day } { $month } { $year }, { $time } UTC
time-date = { $day } { $month } { $year }
time-day = { $day } { $month }
time-january = January
time-february = February
time-march = March
time-april = April
time-may = May
time-june = June
time-july = July
time-august = August
time-september = September
time-october = October
time-november = November
time-december = December
