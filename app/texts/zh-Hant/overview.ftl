# The Overview.

overview-heading = 總覽
overview-lead = 需要處理的項目，以及最近的變更。
overview-lead-empty = 目前沒有任何 Secret。
overview-not-saved = 未儲存
overview-secrets = { $count } 個 Secret

overview-attention = 需要處理
overview-all-well = 沒有需要處理的項目。
overview-none = 無：{ $reasons }
overview-host-key-changed = 主機金鑰已變更
overview-host-key-changed-hint = 主機的金鑰與您信任的金鑰不同。請向主機的管理者確認原因。
overview-refused = 遭拒絕
overview-refused-hint = 映像檔登錄或 Git 主機拒絕此憑證。
overview-unreachable = 無法連線
overview-unreachable-hint = 上次測試沒有得到回應。
overview-host-key-to-approve = 待核准的主機金鑰
overview-host-key-to-approve-hint = 請將主機的金鑰與其管理者公布的金鑰比對。
overview-new-key-waiting = 待啟用的新金鑰
overview-new-key-waiting-hint = 新的金鑰組已就緒，但尚未使用。
overview-never-tested = 從未測試
overview-never-tested-hint = 自新增或變更後尚未測試。
overview-unused = 90 天未使用
overview-unused-hint = 沒有映像檔、資料集或 API 權杖使用。

overview-changes = 最近的變更
overview-no-changes = 目前沒有變更。
overview-audit-log = 稽核記錄
overview-by-command-line = 命令列
overview-by-portal = 入口網站

overview-in-30-days = 過去 30 天共 { $count } 次
overview-today = 今天
overview-numbers = 數據
overview-day = 日期（UTC）
overview-reads = 值的讀取
overview-reads-plot = 每日讀取值的次數。下方表格列出數據。
overview-no-reads = 過去 30 天沒有讀取任何值。
overview-reads-of-day = { $day }：{ $count } 次讀取
overview-reads-column = 讀取次數
overview-tests = 測試結果
overview-tests-plot = 每日測試結果：可用的在線上方，其他在線下方。下方表格列出數據。
overview-no-tests = 過去 30 天沒有測試任何連線。
overview-result = { $status } { $count } 次
overview-results-of-day = { $day }：{ $results }

overview-steps = 設定 Latchkey
overview-step-done = 已完成
overview-step-to-do = 待完成
overview-step-key = 備份金鑰檔案
overview-step-key-why = 所有值都以此金鑰加密。沒有它，任何人都無法讀取這些值，即使有資料庫備份也一樣。
overview-step-key-file = 請將此檔案複製到安全的地方，並與資料庫備份分開存放：
overview-step-key-setting = 請將此設定的值複製到安全的地方，並與資料庫備份分開存放：
overview-step-key-done = 我已備份
overview-step-secrets = 新增 Secret
overview-step-secrets-how = 逐一新增憑證，或從叢集或 Docker 設定檔匯入。
overview-step-secrets-add = 新增 Secret
overview-step-secrets-import = 匯入
overview-step-people = 邀請使用者
overview-step-people-how = 每個人都有自己的帳戶和角色。您也可以為所有人設定單一登入。
overview-step-people-add = 新增使用者
overview-steps-dismiss = 關閉這些步驟
