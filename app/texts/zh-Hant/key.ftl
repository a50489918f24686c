# The SSH key of a secret, and a new pair beside it.

key-heading = SSH 金鑰
key-lead = Git 資料集 Secret <a href="{ $address }">{ $name }</a>
key-none = 沒有 SSH 金鑰
key-none-text = 此 Secret 是登錄帳戶，沒有 SSH 金鑰。
key-to-secret = 前往此 Secret
key-back = 返回金鑰
key-not-done = 未完成
key-replaced = 新金鑰已在此期間被取代。此頁面顯示目前等待啟用的金鑰。
key-gone = 沒有等待啟用的新金鑰：可能已捨棄或已在使用中。

key-in-use = 使用中的金鑰
key-public = 公開金鑰
key-unreadable = 儲存的金鑰是在開始檢查金鑰之前儲存的，且無法讀取。請更換：以其無法拉取任何內容。
key-unknown = 儲存的金鑰是在開始檢查金鑰之前儲存的。Latchkey 正在讀取：請在一分鐘後重新載入此頁面。
key-comment = 註解
key-type = 類型
key-kind = { $algorithm }，{ $bits } 位元
key-fingerprint = 指紋
key-download = 下載 .pub

key-waiting = 新金鑰，尚未使用
key-generated = { MARKUP($when) }由 { $name } 產生。在您切換之前，目前的金鑰會持續使用。
key-new-public = 新的公開金鑰
key-test-step = 測試存放庫是否接受新金鑰：
key-test = 測試新金鑰
key-switch-step = 切換至新金鑰。這會刪除目前的金鑰，且無法復原：
key-works = 新金鑰可用。您可以切換至新金鑰。
key-approve-first = 信任這些金鑰會測試使用中的金鑰。之後請回到此處測試新金鑰。
key-replace-hint = 這會取代上方的新金鑰；目前的金鑰會持續使用。
key-generate-hint = 建立第二個金鑰。在您切換之前，目前的金鑰會持續使用。
key-generate-rsa = 產生 RSA 4096（較舊的伺服器）

key-switch-question = 要將 <b>{ $name }</b> 切換至新金鑰嗎？舊金鑰會立即刪除，且無法復原。
key-old = 舊金鑰（將刪除）
key-old-unknown = 未知
key-new = 新金鑰（將使用）
key-tested-works = 新金鑰剛剛測試過，可以使用。
key-tested-fails = 剛剛對新金鑰的測試失敗：{ MARKUP($status) }。{ $cause }若您仍要切換，所有以此 Secret 拉取的項目可能會停止運作。
key-not-tested = 剛剛未測試新金鑰。若其公開金鑰尚未登錄，所有以此 Secret 拉取的項目都將停止運作。請取消，並先按「測試新金鑰」。
key-discard-question = 要捨棄 <b>{ $name }</b> 的新金鑰嗎？其私密金鑰會立即刪除，且無法復原。使用中的金鑰會保留。
key-replace-question = <b>{ $name }</b> 已有新金鑰等待啟用。要產生另一個嗎？等待啟用的金鑰會立即刪除，且無法復原。若您已在某處登錄其公開金鑰，請改為登錄另一個。使用中的金鑰會保留。
key-doomed = 新金鑰（將刪除）
key-made = 產生時間
key-made-by = { MARKUP($when) }，由 { $name } 產生

key-steps = 將公開金鑰以唯讀方式新增至存放庫：
key-github = GitHub
key-github-open = 在存放庫中，開啟 Settings，再開啟 Deploy keys，然後按 Add deploy key。
key-github-paste = 輸入可辨識此入口網站的標題，並貼上公開金鑰。不要勾選 Allow write access。
key-github-add = 按 Add key。在 GitHub 上，一個金鑰僅適用於一個存放庫：若有其他存放庫，請新增另一個 Secret，或使用擁有該金鑰的機器使用者。
key-gitlab = GitLab
key-gitlab-open = 在專案中，開啟 Settings，再開啟 Repository，然後展開 Deploy keys。
key-gitlab-paste = 按 Add new key，輸入標題，並貼上公開金鑰。不要勾選 Grant write permissions。
key-gitlab-add = 按 Add key。若有其他專案，請在該處的 Privately accessible deploy keys 下啟用相同的金鑰。
key-bitbucket = Bitbucket
key-bitbucket-open = 在存放庫中，開啟 Repository settings，再開啟 Access keys。
key-bitbucket-paste = 按 Add key，輸入標籤，並貼上公開金鑰。Access keys 為唯讀。
key-bitbucket-add = 按 Add SSH key。若有多個存放庫，請改為將其新增至所屬的專案。
key-gitea = Gitea
key-gitea-open = 在存放庫中，開啟 Settings，再開啟 Deploy Keys，然後按 Add Deploy Key。
key-gitea-paste = 輸入標題，並貼上公開金鑰。不要勾選 Enable Write Access。
key-gitea-add = 按 Add Deploy Key。
