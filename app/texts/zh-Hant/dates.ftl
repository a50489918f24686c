# The dates of a secret's value.

dates-heading = 到期與更新
dates-expires-hint = 值可使用的最後一天。
dates-expires-zone = 未啟用 JavaScript 時，日期以 UTC 為準。
dates-known-end = 留空時，Latchkey 會在能判斷的情況下自動填入：本身註明到期時間的密碼（Amazon ECR、JSON Web Token），以及有固定效期的密碼（Google、Azure、GitHub App）。
dates-new-value = 如果您更換值，請一併變更日期；已過去的日期會在更換時移除。
dates-days = 天
dates-renew-hint = 值使用多久後應更換，1 到 3650 天。
dates-stop-hint = 使用者屆時會收到附有原因的錯誤（410 Gone）。未勾選時，已到期的值仍會提供。
dates-every = 每 { $count } 天

# The state of a value.
dates-expired = 已到期
dates-expired-since = 已於{ MARKUP($when) }到期
dates-expires-in = { MARKUP($when) }到期
dates-renewal-due = 應更新
dates-renewal-due-since = 自{ MARKUP($when) }起應更新
dates-renewal-from = { MARKUP($when) }應更新
dates-still-handed-out = <b>此 Secret 已到期。</b>目前仍會提供。請更換值，或<a href="{ $address }">變更日期</a>。
dates-not-handed-out = <b>此 Secret 已到期，不再提供。</b>使用者會收到錯誤。請更換值，或<a href="{ $address }">變更日期</a>。
dates-still-handed-out-to-see = <b>此 Secret 已到期。</b>目前仍會提供。
dates-not-handed-out-to-see = <b>此 Secret 已到期，不再提供。</b>使用者會收到錯誤。
dates-stops = 到期後不再提供。
dates-handed-out = 到期後仍會提供。

dates-mail = 提醒
dates-ends = { $when }到期
dates-remind = 以郵件提醒我
dates-remind-hint = 只有主動選擇的人才會收到郵件。<a href="{ $address }">以郵件提醒我</a>

# Times to come.
dates-in-a-moment = 不到一分鐘後
dates-in-minutes = { $count } 分鐘後
dates-in-hours = { $count } 小時後
dates-in-days = { $count } 天後
dates-in-months = { $count } 個月後
dates-in-years = { $count } 年後
