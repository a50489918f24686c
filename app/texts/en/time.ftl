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
