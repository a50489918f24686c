# The export of manifests.

manifests-lead = 下載一個檔案，其中包含 { $count } 個可用於 <code>kubectl apply</code> 的 Kubernetes Secret。檔案以明文包含這些值。
manifests-git-format = Git Secret 的格式
manifests-image-format = 拉取用 Secret 的格式
manifests-namespace = 命名空間
manifests-namespace-hint = 留空則使用 kubectl 目前的命名空間。
manifests-namespace-rule = 命名空間只能有小寫字母、數字與連字號，最多 63 個字元，例如 team-a。
manifests-file-format = 檔案格式
manifests-yaml = YAML：各一份文件
manifests-json = JSON：一個 List
manifests-token = API 權杖
manifests-token-hint = 需要具有「讀取值」範圍的 API 權杖。匯出會以權杖的名稱記錄；權杖不會儲存。
manifests-add-token = 在另一個分頁新增權杖
manifests-token-missing = 請貼上具有「讀取值」範圍的 API 權杖。
manifests-token-not-good = 權杖無效，可能已到期或已撤銷。請貼上另一個。
manifests-token-not-for-these = 此權杖無法讀取所有這些 Secret 的值。請貼上具有「讀取值」範圍且涵蓋每個 Secret 的權杖。
manifests-gone = 其中有些已在此期間刪除。請重新選取要匯出的項目。
manifests-without = 包含它就無法匯出。<a href="{ $address }">略過並繼續</a>
manifests-proof = 檔案包含值，因此請確認是您本人。
manifests-export = 匯出
manifests-command-line = 使用命令列
manifests-git-sync = git-sync：ssh、known_hosts
manifests-ssh-auth = Kubernetes ssh-auth：ssh-privatekey
manifests-rancher = Rancher 與 Fleet：ssh-publickey、ssh-privatekey、known_hosts
manifests-flux = Flux：identity、identity.pub、known_hosts
manifests-argo-cd = Argo CD：url、type、sshPrivateKey
manifests-docker-config = 拉取用 Secret：.dockerconfigjson
manifests-basic-auth = Kubernetes basic-auth：username、password
manifests-image-updater = Argo CD Image Updater：credentials
manifests-raw = 僅有值
