# The audit log.

audit-heading = 稽核記錄
audit-lead = 誰在何時、從何處做了什麼。記錄具有防竄改機制：<code>latchkey audit verify</code> 可找出遭變更或遺失的記錄。
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
audit-part-of-name = 名稱或其中一部分
audit-many-names = 符合的名稱超過 100 個，僅顯示前 100 個名稱的記錄。請輸入更多字元。
