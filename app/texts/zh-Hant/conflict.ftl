# A change that was made in the meantime.

conflict-own-secret = 您已在另一個視窗變更此 Secret
conflict-own-image = 您已在另一個視窗變更此映像檔
conflict-own-dataset = 您已在另一個視窗變更此資料集
conflict-own-channel = 您已在另一個視窗變更此管道
conflict-own-rule = 您已在另一個視窗變更此規則
conflict-other-secret = 其他人已變更此 Secret
conflict-other-image = 其他人已變更此映像檔
conflict-other-dataset = 其他人已變更此資料集
conflict-other-channel = 其他人已變更此管道
conflict-other-rule = 其他人已變更此規則
conflict-own = <b>您</b>變更了{ $fields }（{ MARKUP($when) }）。
conflict-other = <b>{ $by }</b> 變更了{ $fields }（{ MARKUP($when) }）。
conflict-hint = 未儲存任何資料，您輸入的內容仍在此處。請重新載入以查看變更，或以您的版本覆寫。
conflict-reload = 重新載入
conflict-overwrite = 覆寫

# What was changed, for $fields.
conflict-it = 此項目
conflict-display-name = 顯示名稱
conflict-private-key = 私密金鑰
conflict-test-repository = 測試存放庫
conflict-known-hosts = 受信任的主機金鑰
conflict-registry-host = 登錄主機
conflict-username = 使用者名稱
conflict-password = 密碼
conflict-image = 映像檔
conflict-branch = 分支
conflict-pull-secret = 所使用的 Secret
conflict-other-fields = 其他欄位
