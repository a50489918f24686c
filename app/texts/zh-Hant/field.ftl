# The fields of forms.

field-name = 名稱
field-display-name = 顯示名稱
field-type = 類型
field-secret = Secret
field-passphrase = 密語
field-repository = 測試存放庫
field-known-hosts = 已知主機
field-registry-host = 登錄主機
field-username = 使用者名稱
field-password = 密碼
field-image = 測試映像檔
field-expires-at = 到期時間
field-renew-every-days = 更新週期
field-stop-when-expired = 到期後停止提供
field-branch = 分支
field-pull-secret = 拉取用 Secret
field-confirmation = Secret 的名稱
field-repeat-password = 再次輸入密碼
field-current-password = 目前的密碼
field-role = 角色
field-scope = 範圍
field-prefix = 僅限名稱開頭為
field-secrets = 僅限這些 Secret
field-expiry = 到期
field-revoke-tokens = 撤銷 API 權杖
