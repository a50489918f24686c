# The form of a secret.

secret-form-git-dataset = 用於讀取 Git 存放庫的 SSH 金鑰。
secret-form-image-pull = 用於拉取容器映像檔的登錄帳號。
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
