# The audit log.

audit-heading = 稽核記錄
audit-lead = 誰在何時、從何處做了什麼。記錄可偵測竄改：<code>latchkey audit verify</code> 可找出遭變更或遺失的記錄。
audit-none = 沒有符合的記錄。
audit-newest = 最新
audit-newer = 較新
audit-older = 較舊
audit-export-csv = 匯出 CSV
audit-export-json = 匯出 JSON Lines
audit-time = 時間
audit-actor = 執行者
audit-action = 動作
audit-object = 物件
audit-outcome = 結果
audit-address = 位址
audit-from = 從（UTC）
audit-until = 到（UTC）
audit-filter = 篩選
audit-no-address = 無
audit-time-utc = { $time } UTC
audit-part-of-name = 名稱或其中一部分
audit-many-names = 符合的名稱超過 100 個，僅顯示前 100 個名稱的記錄。請輸入更多字元。
audit-no-user = （無使用者）
audit-set-up-link = 設定連結
audit-object-key = 加密金鑰
audit-object-steps = 設定步驟
audit-object-backup = { $when } 的備份
audit-who = { $name }：{ $kind }，要求 { $request }
audit-who-by = { $name }：{ $kind }，透過 { $credential }，要求 { $request }
audit-kind-user = 使用者
audit-kind-token = API 權杖
audit-kind-system = 入口網站
audit-kind-anonymous = 未登入

# The outcomes.
audit-outcome-done = 成功
audit-outcome-refused = 遭拒絕
audit-outcome-failed = 失敗
audit-outcome-integrity-failure = 完整性錯誤

# What was changed.
audit-change = { $action }：{ $fields }
audit-from-version = 從版本 { NUMBER($number) }
audit-to-version = 到版本 { NUMBER($number) }
audit-version = 版本 { NUMBER($number) }
audit-field-name = 名稱
audit-field-display-name = 顯示名稱
audit-field-private-key = 私密金鑰
audit-field-repository = 測試存放庫
audit-field-known-hosts = 受信任的主機金鑰
audit-field-registry-host = 登錄主機
audit-field-username = 使用者名稱
audit-field-password = 密碼
audit-field-image = 映像檔
audit-field-branch = 分支
audit-field-pull-secret = Secret
audit-field-role = 角色
audit-field-expires-at = 到期日
audit-field-renew-every-days = 更新週期
audit-field-stop-when-expired = 到期後是否提供
audit-field-subject = 身分提供者的識別資料
audit-field-address = 郵件地址
audit-field-unsubscribed = 停止或恢復郵件
