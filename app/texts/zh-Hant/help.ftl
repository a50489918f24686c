# The guides.

help-heading = 說明
help-lead = 逐步說明如何取得憑證，以及 Latchkey 如何保護憑證。
help-all = 所有指南
help-documents = 文件
help-documents-about = 安裝、維運與串接 Latchkey 的說明，以英文撰寫。
help-where = 如何取得？

help-image-pull = 映像檔拉取
help-git = Git 資料集
help-portal = 此入口網站
help-docker-hub = Docker Hub 的拉取 Secret
help-docker-hub-about = 使用者或組織的唯讀存取權杖。
help-ghcr = GitHub Container Registry 的拉取 Secret
help-ghcr-about = 只能讀取套件的 classic 權杖。
help-gitlab = GitLab 的拉取 Secret
help-gitlab-about = 專案或群組的部署權杖，具有 read_registry 範圍。
help-registries = 其他登錄的拉取 Secret
help-registries-about = 各個登錄所需的主機、使用者名稱與密碼，以及密碼的有效期限。
help-github-key = GitHub 的部署金鑰
help-github-key-about = 公開金鑰加到存放庫，私密金鑰存放於此。
help-gitlab-key = GitLab 的部署金鑰
help-gitlab-key-about = 公開金鑰加到專案，私密金鑰存放於此。
help-import = 從 Docker 或 Kubernetes 匯入
help-import-about = 可以匯入哪些內容，以及如何匯出這些內容。
help-values = Latchkey 如何保護您的值
help-values-about = 金鑰或密碼會傳送到哪裡、如何儲存，以及誰可以讀取。

help-docker-hub-open = 登入 <code>app.docker.com</code>。若要使用個人的存取權杖，請開啟 Account settings，再開啟 Personal access tokens；若要使用組織的存取權杖，請開啟該組織的 Admin console，再開啟 Access tokens。
help-docker-hub-generate = 產生權杖。以此入口網站命名、設定到期日，並選擇 <b>Read-only</b> 存取權。「Public repo read-only」無法存取私人映像檔。
help-docker-hub-copy = 請立即複製：權杖只會顯示一次。
help-docker-hub-here = 在此處選擇 Docker Hub 作為登錄。使用者名稱是 Docker ID，而不是電子郵件地址；使用組織的存取權杖時，則是組織的名稱。密碼就是權杖。
help-docker-hub-names = Docker Hub 有多個名稱。用戶端會以 <code>https://index.docker.io/v1/</code> 查詢其憑證，因此無論您輸入哪個名稱，Latchkey 都會儲存為此名稱。

help-ghcr-account = 以要用來拉取映像檔的帳戶登入 GitHub。建議使用只能讀取這些套件的機器使用者：帳戶能讀取的內容，權杖都能讀取。
help-ghcr-open = 依序開啟 Settings、Developer settings、Personal access tokens、<b>Tokens (classic)</b>，並產生新的權杖。Fine-grained 權杖無法用於此登錄。
help-ghcr-scope = 只選取 <code>read:packages</code>，並設定到期日。
help-ghcr-copy = 請立即複製：權杖只會顯示一次。如果組織使用單一登入，請按一下權杖旁的 Configure SSO 以進行授權。
help-ghcr-here = 在此處選擇 GitHub Container Registry 作為登錄。使用者名稱是該帳戶的名稱，密碼就是權杖。

help-gitlab-open = 開啟專案（若要用於群組的所有專案，則開啟群組），再依序開啟 Settings、Repository、<b>Deploy tokens</b>。您必須具有 Maintainer 角色（群組則為 Owner）。
help-gitlab-add = 新增權杖。以此入口網站命名、設定到期日，並只選取 <code>read_registry</code> 範圍。
help-gitlab-copy = 請立即複製使用者名稱與權杖：權杖只會顯示一次。
help-gitlab-here = 在此處選擇 GitLab 作為登錄，並貼上兩者。若為自行管理的 GitLab，請從專案的 Deploy、Container registry 頁面取得登錄主機。

help-pair = 在您自己的電腦上，建立專供此用途的金鑰組：
help-pair-files = 這會建立兩個檔案：<code>deploy-key.pub</code> 是公開金鑰，<code>deploy-key</code> 是私密金鑰。請將密語留空，因為拉取資料集時無人能夠輸入。
help-private = 在此處新增 Git Dataset 類型的 Secret，並選擇 <code>deploy-key</code> 檔案，也就是<b>私密</b>金鑰。其開頭為 <code>-----BEGIN OPENSSH PRIVATE KEY-----</code>。
help-delete-files = 刪除這兩個檔案。Latchkey 會加密儲存私密金鑰，其他人都不需要它。
help-github-key-add = 在 GitHub 開啟存放庫的 Settings，再開啟 Deploy keys 並新增一個金鑰。貼上 <code>deploy-key.pub</code> 的內容，也就是<b>公開</b>金鑰：以 <code>ssh-ed25519</code> 開頭的一行文字。請勿勾選「Allow write access」。
help-github-key-address = 資料集請使用 SSH 位址：<code>git@github.com:owner/repository.git</code>。部署金鑰只能用於一個存放庫；其他存放庫請另外建立金鑰組。
help-gitlab-key-add = 在 GitLab 開啟專案，再依序開啟 Settings、Repository、Deploy keys 並新增一個金鑰。貼上 <code>deploy-key.pub</code> 的內容，也就是<b>公開</b>金鑰：以 <code>ssh-ed25519</code> 開頭的一行文字。請勿勾選「Grant write permissions」。
help-gitlab-key-address = 資料集請使用 SSH 位址：<code>git@gitlab.com:group/project.git</code>。若要用於其他專案，請在該專案的 Deploy keys 中啟用同一個金鑰，或另外建立金鑰組。
help-for-github = GitHub 上的存放庫：
help-for-gitlab = GitLab 上的專案：

help-importable = 您可以貼上下列任一內容，或選擇檔案。找到的每個憑證會各成一列；您選取的項目會一次全部儲存，只要有一個失敗，就全部不儲存。
help-importable-docker = Docker 或 Podman 登入時儲存的檔案：<code>~/.docker/config.json</code> 或 <code>${ "{" }XDG_RUNTIME_DIR{ "}" }/containers/auth.json</code>。在桌面環境中，憑證通常存放在其他地方，檔案中並沒有憑證；此時各列會說明該如何處理。
help-importable-registry = 叢集中用於登錄的 Secret：<code>kubectl get secret regcred -o yaml</code>，類型為 <code>kubernetes.io/dockerconfigjson</code> 或 <code>kubernetes.io/dockercfg</code>。
help-importable-key = 含有 SSH 私密金鑰的 Secret，格式為 Kubernetes（<code>ssh-privatekey</code>）、git-sync（<code>ssh</code>）、Flux（<code>identity</code>）或 Argo CD（<code>sshPrivateKey</code>）所使用的格式。
help-importable-cluster = 叢集的所有 Secret：<code>kubectl get secret -A -o json</code>，上限為 16 MiB 與 2,000 個不同的憑證。多個命名空間中相同的帳戶或金鑰會合併為一列，並列出所在位置。Helm release、服務帳戶權杖與其他 Secret 會略過並計數。
help-importable-beside = 與金鑰存放在一起的內容：由您核准的已知主機，以及 Argo CD 的存放庫位址。有密語的金鑰會有輸入欄位。
help-importable-several = 一次多個：List、以三個連字號分隔的 YAML 文件、JSON 清單或 JSON Lines。
help-importable-wait = 在您選擇之前，憑證會加密保留 15 分鐘，且僅限您的工作階段使用。未選取的項目會捨棄。

help-values-transit = <b>傳輸中：</b>值只會在您按下其所在表單的按鈕（例如「確認」、「測試連線」或「繼續」）時傳送，不會在您輸入或貼上時傳送。測試會使用值，但不會儲存。之後任何頁面都不會再顯示該值：遭退回的表單不會、編輯頁面不會，管理員也看不到。
help-values-rest = <b>儲存時：</b>每個值在儲存前都會以各自的金鑰進行 AES-256-GCM 加密，該金鑰再以入口網站的金鑰加密。單憑資料庫或其備份，任何人都無法解密；但其中的名稱、主機與使用者名稱可以讀取。遭竄改或移至其他 Secret 的值會遭到拒絕。
help-values-elsewhere = <b>其他地方：</b>值絕不會出現在記錄檔、稽核記錄、網址或錯誤訊息中。
help-values-readers = <b>誰可以讀取：</b>擁有「讀取值」範圍 API 權杖的任何人：叢集、指令碼，或匯出資訊清單的人員。每次讀取都會在交出值之前，記錄讀取者與時間。測試只會將密碼傳送到輸入時所指定的登錄主機，以及該登錄用來換取權杖的位址。私密金鑰絕不會傳送，只用於簽章。
help-values-changes =
    { $days ->
        [0] <b>變更：</b>編輯時，空白的欄位會保留已儲存的值。刪除 Secret 會立即從資料庫刪除其值。只要您保留資料庫的備份，其中就含有加密的值。
       *[other] <b>變更：</b>編輯時，空白的欄位會保留已儲存的值。已刪除 Secret 的值會加密保留 { $days } 天以便還原，之後從資料庫刪除；「永久刪除」則會立即刪除。只要您保留資料庫的備份，其中就含有加密的值。
    }
help-values-limits = 已經有人看過的值，Latchkey 無法收回。如果曾以郵件分享某個值，請更換該值。
