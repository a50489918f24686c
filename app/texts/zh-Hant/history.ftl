# The history of a secret.

history-heading = 歷程記錄
history-no-changes = 沒有變更記錄。
history-older-changes = 還有更早的變更。
history-reads = 值的讀取
history-others = 測試與遭拒絕的嘗試
history-older = 以及更早的記錄
history-all = 此 Secret 的所有記錄
history-today = 今天（UTC）
history-yesterday = 昨天（UTC）
history-on = { $date }
history-read = API 權杖 <b>{ $name }</b> 於{ $day }讀取 { $count } 次，上次：{ MARKUP($when) }
history-other = <b>{ $actor }</b>：{ $action }，{ $outcome }，{ $day } { $count } 次，上次：{ MARKUP($when) }
history-other-token = API 權杖 <b>{ $actor }</b>：{ $action }，{ $outcome }，{ $day } { $count } 次，上次：{ MARKUP($when) }
