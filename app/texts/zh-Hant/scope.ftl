# The scopes of API tokens, and why a token is rejected.

scope-read-metadata = 讀取中繼資料
scope-read-values = 讀取值
scope-write = 寫入
scope-read-audit = 讀取稽核記錄
scope-read-metadata-allows = 列出 Secret，但不含其值
scope-read-values-allows = 列出 Secret 並讀取其值
scope-write-allows = 列出、新增、變更與刪除 Secret；無法讀取值
scope-read-audit-allows = 讀取稽核記錄，並列出所有權杖與 Secret
scope-stopped-disabled = 已拒絕：擁有者已停用。
scope-stopped-suspended = 擁有者重新登入前會拒絕：身分提供者已將其登出。
scope-stopped-not-seen = 擁有者重新登入前會拒絕：距離上次登入已過太久。
scope-manage-notices = 管理通知
scope-manage-notices-allows = 管理通知的管道與規則、檢視傳送紀錄，並列出 Secret、映像檔與資料集
