# How a secret is used.

examples-heading = 使用方式
examples-lead = 這些範例使用變數 <code>LATCHKEY_TOKEN</code> 中具有「讀取值」範圍的 API 權杖來讀取值。<a href="{ $address }">建立權杖</a>
examples-copy = 範例
examples-kubectl-pods = kubectl 與 Pod
examples-kubectl-pods-lead = 在命名空間中建立 Kubernetes Secret。該命名空間中的 Pod 以其作為映像檔拉取用的 Secret。
examples-kubectl-git = kubectl 與 git-sync
examples-kubectl-git-lead = 建立具有 ssh 與 known_hosts 兩個鍵的 Kubernetes Secret。git-sync 兩者都需要：請在首次測試時信任主機的金鑰。
examples-external-secrets = External Secrets Operator
examples-external-secrets-lead = 讓 Kubernetes Secret 保持最新。前兩個部分在每個叢集中只需要一次。
examples-argo-cd = Argo CD
examples-argo-cd-lead = Argo CD 依標籤找到 Kubernetes Secret。應用程式使用相同的存放庫位址。
examples-image-updater = Argo CD Image Updater
examples-image-updater-lead = 請在其設定中參照此 Kubernetes Secret 的 credentials 鍵。
examples-flux = Flux
examples-flux-git-lead = GitRepository 參照此 Kubernetes Secret。Flux 需要主機的金鑰：請在首次測試時信任它們。
examples-flux-image-lead = 請將此 Kubernetes Secret 作為 ImageRepository、OCIRepository 或 HelmRepository 的 secretRef。
examples-docker-login = docker login
examples-docker-login-lead = Docker 會將密碼儲存在 ~/.docker/config.json。
examples-git-clone = git clone
examples-git-clone-lead = 請以指令碼執行：結束時會刪除金鑰。若沒有測試存放庫，請將 REPOSITORY 設為位址。
