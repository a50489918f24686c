# The versions of a secret's value.

version-heading = 版本
version-heading-of = { $name } 的版本
version-lead = 每個新的值都是新的版本。可以復原為最近 { NUMBER($count) } 個版本；更舊的版本只保留下列資訊。值永遠不會顯示。
version-lead-days = 每個新的值都是新的版本。可以復原為最近 { NUMBER($count) } 個版本，期限為被取代後 { NUMBER($days) } 天；更舊的版本只保留下列資訊。值永遠不會顯示。
version-all = 顯示所有版本
version-number = 版本
version-stored = 儲存時間
version-stored-by = { MARKUP($when) }，由 { $name } 儲存
version-reason = 原因
version-reason-added = 新增
version-reason-edited = 輸入新的值
version-reason-api = 透過 API 變更
version-reason-generated = 產生金鑰
version-reason-switched = 切換至新的金鑰
version-reason-imported = 匯入
version-reason-rolled-back = 復原為版本 { NUMBER($number) }
version-reason-unknown = 由舊版 Latchkey 儲存
version-belongs = 帳戶或金鑰
version-not-known = 沒有記錄
version-tested = 上次測試
version-not-tested = 未測試
version-state = 狀態
version-in-use = 使用中
version-kept = 已保留
version-removed = 不再保留
version-destroyed = { MARKUP($when) }由 { $name } 銷毀
version-holders = { $names } 上次讀取的是此版本，可能仍在使用
version-roll-back = 復原
version-roll-back-one = 復原為版本 { NUMBER($number) }
version-destroy = 銷毀
version-destroy-one = 銷毀版本 { NUMBER($number) }
version-never = 此 Secret 從來沒有這個版本。
version-not-done = 未變更任何內容
version-rollback-question = 要重新使用 <b>{ $name }</b> 版本 { NUMBER($number) } 的值嗎？它會成為新的版本；目前使用的值會保留為先前的版本。值不會顯示給任何人。
version-other-account = 帳戶會隨值一起變更：重新成為 { $host } 的 { $username }，因為密碼只會傳送到輸入時所指定的登錄主機。
version-test = 測試連線
version-test-hint = 僅在有可連線的對象時測試。
version-test-before = 之前：測試失敗就不變更
version-test-after = 之後
version-test-no = 不測試
version-destroy-question = 要銷毀 <b>{ $name }</b> 版本 { NUMBER($number) } 的值嗎？
version-destroy-consequence = 該值會立即消失且無法還原，也無法再復原為此版本。版本的其他資訊會保留。如果值已外洩，請同時在使用它登入的地方將其撤銷。先前的備份仍然包含該值。
version-destroy-same = { $count ->
    *[other] 版本 { $numbers } 的值與此相同，請一併銷毀。
}
version-destroy-current = 目前版本的值與此相同，在您輸入新值之前會繼續使用。
