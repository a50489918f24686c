# The form of a secret.

secret-form-git-dataset = 用於讀取 Git 存放庫的 SSH 金鑰。
secret-form-image-pull = 用於拉取容器映像檔的登錄帳戶。
secret-form-type-hint = 之後無法變更。
secret-form-locked = 無法變更。
secret-form-registry-facts = 登錄資訊
secret-form-private-key = SSH 私密金鑰
secret-form-paste = 貼上
secret-form-file = 選擇檔案
secret-form-generate = 產生
secret-form-generate-hint = Latchkey 會產生金鑰組。私密金鑰會加密，且不會在瀏覽器中顯示：只有具有「讀取值」範圍的 API 權杖可以讀取。下一頁會顯示公開金鑰以及新增的位置。只需要輸入名稱。
secret-form-key-type = 金鑰類型
secret-form-rsa = RSA 4096，適用於較舊的伺服器
# What is fixed in the form.
secret-form-name-hint = 小寫字母、數字、連字號與點。之後無法變更。
secret-form-display-name-hint = 顯示於清單中。留空則使用名稱。
secret-form-key-hint = 私密金鑰：沒有 .pub 的檔案。送達時即加密，之後不再顯示。
secret-form-stored-key = 已儲存的金鑰：{ $kind }，<code>{ $fingerprint }</code>
secret-form-generate-instead = 若要輪替金鑰，請<a href="{ $address }">產生新的金鑰組</a>，或在下方貼上另一把私密金鑰。
secret-form-key-stored = 已儲存私密金鑰。留空則保留。
secret-form-key-replace = 貼上新的金鑰以取代
secret-form-key-begin = -----BEGIN OPENSSH PRIVATE KEY-----
secret-form-host-hint = 映像檔名稱中的主機，例如 ghcr.io 或 registry.example.com:5000。若加上路徑，例如 quay.io/team，則僅適用於其下的映像檔。
secret-form-username-hint = 通常是部署權杖或機器人帳戶。
secret-form-password-hint = 與核發時完全相同的權杖或密碼。送達時即加密，之後不再顯示。
secret-form-password-stored = 已儲存密碼。留空則保留。
secret-form-password-replace = 輸入新密碼以取代
secret-form-password-ends = 密碼的開頭與結尾
secret-form-password-ends-choose = 請選擇
secret-form-password-ends-without = 移除
secret-form-password-ends-keep = 保留
secret-form-browse = 瀏覽…
secret-form-browse-hint = 您的瀏覽器會將檔案讀入輸入框。
secret-form-cancel = 取消

# What the form shows once it responds.
secret-form-confirm = 確認
secret-form-saving = 儲存中…
secret-form-not-saved = 未儲存
secret-form-value-dropped = 為了安全，金鑰或密碼不會保留。請重新輸入。
secret-form-sign-in = 在另一個分頁登入
secret-form-reload = 重新載入
secret-form-overwrite = 覆寫
secret-form-duplicate-key = 重複的金鑰
secret-form-duplicate-account = 重複的帳戶
secret-form-same-key = { $name } 已使用此金鑰。
secret-form-same-account = { $name } 已使用此登錄的這個帳戶。
secret-form-save-anyway = 仍要儲存
secret-form-open = 開啟
secret-form-use = 使用「{ $name }」
secret-form-show = 顯示
secret-form-hide = 隱藏
secret-form-unreadable = 無法讀取檔案。請重新選擇，或貼上其文字。
secret-form-corrected = 將儲存為 { $host }，即 Docker 與 Kubernetes 所需的格式。
