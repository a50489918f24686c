# Several secrets at once.

selected-bar = 選取的 Secret
selected-count = 已選取 { MARKUP($count) } 個
selected-test = 測試
selected-delete = 刪除
selected-export = 匯出資訊清單
selected-nothing = 未選取任何項目
selected-nothing-text = 請在清單中至少選取一個 Secret，一次最多 { NUMBER($most) } 個。
selected-gone = 您選取的 Secret 中有 { $count } 個已在此期間刪除。

selected-results = 測試結果
selected-details = 詳細資料
selected-limit = 已達上限（每分鐘 60 次測試）。其餘項目可在 { $seconds } 秒後測試。
selected-slow = 部分主機回應緩慢，因此其餘項目留待下一輪測試。
selected-test-rest = 測試其餘 { $count } 個
selected-not-yet = 尚未測試。
selected-progress = 已測試 { NUMBER($done) } 個，共 { NUMBER($total) } 個
selected-stop = 停止
selected-stopped = 已停止。已開始的測試會執行完畢，並保留其結果。
selected-broken = 與入口網站的連線已中斷。已開始的測試會執行完畢，並保留其結果。
selected-test-untested = 測試其餘的 Secret
selected-skipped = 已略過以免帳戶遭鎖定：該帳戶剛被拒絕，或登錄正在限制請求速率。
selected-works = { $count } 個可用
selected-open = { $count } 個公開
selected-refused = { $count } 個遭拒
selected-unreachable = { $count } 個無法連線
selected-host-key-changed = { $count } 個主機金鑰已變更
selected-not-tested = { $count } 個未測試

selected-delete-heading = 刪除多個 Secret
selected-delete-one = 確定要刪除此 Secret 嗎？
selected-delete-question = 確定要刪除這 <b>{ $secrets }</b> 嗎？將全部刪除，或全部不刪除。
selected-delete-after =
    { $days ->
        [0] 刪除的 Secret 無法復原。
       *[other] 刪除的 Secret 可在 { $days } 天內還原。
    }
selected-one-in-use = 此 Secret 正在使用中。所有以其拉取的項目都將停止運作。
selected-in-use = 其中 { $count } 個正在使用中。所有以其拉取的項目都將停止運作。
selected-confirmation = 確認
selected-used-by = 使用處：{ $consumers }
selected-used-by-named = 使用處：{ $consumers }：{ $names }
