# Times.

time-now = 剛剛
time-minutes = { $count } 分鐘前
time-hours = { $count } 小時前
time-days = { $count } 天前
time-months = { $count } 個月前
time-years = { $count } 年前

# Exact times. $month is the name below, $time is such as 14:05.
time-exact = { $year }年{ $month }{ $day }日 { $time } UTC
time-date = { $year }年{ $month }{ $day }日
time-day = { $month }{ $day }日
time-january = 1月
time-february = 2月
time-march = 3月
time-april = 4月
time-may = 5月
time-june = 6月
time-july = 7月
time-august = 8月
time-september = 9月
time-october = 10月
time-november = 11月
time-december = 12月
