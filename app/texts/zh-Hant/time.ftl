# Times.

time-now = 剛剛
time-minutes = { $count } 分鐘前
time-hours = { $count } 小時前
time-days = { $count } 天前
time-months = { $count } 個月前
time-years = { $count } 年前
