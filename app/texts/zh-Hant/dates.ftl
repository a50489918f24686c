# The dates of a secret's value.

dates-heading = 到期與更新
dates-expires-hint = 值可使用的最後一天。
dates-expires-zone = 未啟用 JavaScript 時，日期以 UTC 為準。
dates-known-end = 如果密碼本身包含到期時間（Amazon ECR、JSON Web Token），或其種類有固定效期（Google、Azure、GitHub App），請留空：Latchkey 會自動填入。
dates-new-value = 新的值有新的到期時間。如果您更換值，卻保留已過去的日期，該日期會被移除。
dates-days = 天數
dates-renew-hint = 值在幾天後應更新，1 到 3650。
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

# Times to come.
dates-in-a-moment = 不到一分鐘後
dates-in-minutes = { $count } 分鐘後
dates-in-hours = { $count } 小時後
dates-in-days = { $count } 天後
dates-in-months = { $count } 個月後
dates-in-years = { $count } 年後
