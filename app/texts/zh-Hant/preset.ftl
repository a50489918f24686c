# The registries in common use.

preset-registry = 登錄
preset-hint = 填入主機，並說明應使用的使用者名稱與密碼。
preset-choose = 請選擇…
preset-all = 所有登錄（在新分頁開啟）
preset-lead = 無論使用哪個登錄：請建立專供此用途的帳戶、只允許拉取，並記下密碼的到期時間。
preset-host = 登錄主機
preset-username = 使用者名稱
preset-password = 密碼
preset-expires = 到期
preset-other = Harbor 或其他登錄

preset-docker-hub-host = 用戶端會以此名稱查詢憑證。若您輸入 docker.io 或 Docker Hub 的其他名稱，Latchkey 會改為此名稱。
preset-docker-hub-username = Docker ID；使用組織的存取權杖時，則為組織的名稱。不是電子郵件地址。
preset-docker-hub-password = 具有讀取權限的存取權杖。帳戶本身的密碼也可以使用，但會開放所有存取權。
preset-docker-hub-lifetime = 在為權杖設定的日期到期，或在撤銷時失效。

preset-ghcr-host = 所有組織都相同。GitHub Enterprise Server 則有自己的主機。
preset-ghcr-username = 權杖所屬的 GitHub 帳戶。
preset-ghcr-password = 具有 read:packages 的 personal access token (classic)。Fine-grained 權杖無法使用。
preset-ghcr-lifetime = 在為權杖設定的日期到期。組織可能必須為單一登入授權此權杖。

preset-gitlab-host = 自行管理的 GitLab 會在 Deploy、Container registry 頁面顯示其登錄主機。
preset-gitlab-username = 部署權杖的使用者名稱，例如 gitlab+deploy-token-1。
preset-gitlab-password = 具有 read_registry 的部署權杖。GitLab 只會顯示一次。
preset-gitlab-lifetime = 在為權杖設定的日期到期；若未設定，則在撤銷時失效。

preset-quay-host = 自行架設的 Quay：其主機；若連接埠不是 443，請加上連接埠。
preset-quay-username = 機器人帳戶的完整名稱：organization+robot。
preset-quay-password = 機器人帳戶的權杖，具有存放庫的讀取權限。
preset-quay-lifetime = 在重新產生權杖或刪除機器人帳戶時失效。

preset-ecr-host = ACCOUNT.dkr.ecr.REGION.amazonaws.com，例如 123456789012.dkr.ecr.eu-central-1.amazonaws.com。
preset-ecr-username = 一律為 AWS。
preset-ecr-password = aws ecr get-login-password 的輸出。
preset-ecr-lifetime = 12 小時後到期，必須在此之前存入新的密碼。在 AWS 上的叢集中，請改由節點的角色拉取。

preset-gar-host = REGION-docker.pkg.dev，例如 europe-west1-docker.pkg.dev。
preset-gar-username = 服務帳戶金鑰的原始內容為 _json_key，金鑰的 base64 編碼則為 _json_key_base64。
preset-gar-password = 具有 Artifact Registry Reader 角色之服務帳戶的完整金鑰檔案。
preset-gar-lifetime = 金鑰在刪除時失效；使用者名稱為 oauth2accesstoken 的存取權杖則在 1 小時後到期。

preset-acr-host = NAME.azurecr.io，使用小寫字母。
preset-acr-username = 存放庫範圍權杖的名稱，或服務主體的應用程式識別碼。
preset-acr-password = 權杖的密碼，或具有 AcrPull 之服務主體的密碼。
preset-acr-lifetime = 在設定的日期到期；az acr login 產生的權杖則在 3 小時後到期。

preset-other-host = 與其映像檔名稱中的主機相同；若連接埠不是 443，請加上連接埠：harbor.example.org、images.example.org:8443。
preset-other-username = Harbor：機器人帳戶的完整名稱，例如 robot$project+puller。其他登錄：可以拉取的帳戶。
preset-other-password = 機器人帳戶的密碼，或只能拉取的權杖。
preset-other-lifetime = Harbor：除非機器人帳戶另有設定，否則在 30 天後到期。其他登錄：請洽登錄的管理者。
