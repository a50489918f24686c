# The pages of an import.

imports-heading = 匯入 Secret
imports-lead = 從 Docker 設定檔或 Kubernetes Secret 匯入映像檔登錄帳戶與 SSH 金鑰。
imports-file = 檔案
imports-file-hint = Docker 或 Podman 的 config.json，或含有 Secret 的 YAML 或 JSON 資訊清單。上限為 16 MiB，足以容納整個叢集。
imports-text = 或貼上檔案內容
imports-text-hint = 您可以在下一頁選擇要匯入的項目。
imports-what = 可以匯入哪些內容？
imports-continue = 繼續
imports-reading = 讀取中…
imports-canceled = 已取消，未匯入任何項目。
imports-nothing = 未匯入任何項目
imports-not-kept = 基於安全考量，系統不會保留您貼上的內容。請重新選擇檔案或貼上內容，或返回上一頁尋找。
imports-signed-out = 您的工作階段已到期。請在另一個分頁登入，然後再按一次「繼續」。
imports-add-key = 新增 Git Dataset Secret

imports-gone = 此匯入已結束
imports-again = 重新匯入

imports-choose = 選擇要匯入的項目
imports-found =
    { $count ->
        [0] 找不到可匯入的憑證。
       *[other] 找到 { $count } 個憑證。您選取的項目會一次全部儲存；只要有一個失敗，就全部不儲存。這些憑證會加密保留至 { MARKUP($when) }。
    }
imports-select = 選取<a href="{ $all }">全部</a>、<a href="{ $none }">全部取消</a>，或<a href="{ $new }">僅選取尚未儲存的項目</a>。您在下方輸入的內容將會遺失。
imports-save = 匯入選取的項目
imports-discard = 捨棄
imports-discard-question = 要捨棄找到的所有內容嗎？若之後要匯入，必須重新上傳檔案。
imports-discard-all = 全部捨棄
imports-not-imported = 無法匯入
imports-skipped = 已略過（不含憑證）：{ $objects }。
imports-skipped-helm-release = { $count } 個 Helm release
imports-skipped-service-account-token = { $count } 個服務帳戶權杖
imports-skipped-certificate = { $count } 個 TLS 憑證
imports-skipped-basic-auth = { $count } 組未指定登錄的使用者名稱與密碼
imports-skipped-other-secret = { $count } 個其他 Secret
imports-skipped-other-object = { $count } 個其他物件

# A row. $kind is a type of secrets.
imports-account = { $kind }：<code>{ $host }</code>，使用者 <code>{ $username }</code>
imports-of-host = { $kind }：<code>{ $host }</code>
imports-of-user = { $kind }：使用者 <code>{ $username }</code>
imports-display-name = { $place }（{ $username }）
imports-duplicate-key = <a href="{ $address }">{ $name }</a> 已使用此金鑰。僅在需要另一個 Secret 時才選取此列。
imports-duplicate-account = <a href="{ $address }">{ $name }</a> 已使用此登錄的這個帳戶。僅在需要另一個 Secret 時才選取此列。
imports-same-key = 此處另一個項目含有相同的金鑰。
imports-same-account = 此處另一個項目屬於此登錄的同一個帳戶。
imports-test-repository = 測試存放庫：<code>{ $repository }</code>
imports-remove-ends = 從密碼中移除該字元
imports-trust = 信任這些與金鑰存放在一起的主機金鑰。請先與主機管理者公布的金鑰比對。
imports-hashed-name = 經雜湊處理的名稱
imports-unreadable-key = 無法讀取的金鑰

# What is wrong with a file.
imports-problem-missing = 請貼上檔案內容，或選擇檔案。
imports-problem-both = 您同時貼上了內容並選擇了檔案。請分次匯入。
imports-problem-too-large = 內容超過 { NUMBER($most) } MiB，因此並未讀取。若要從叢集匯入，請僅匯出拉取用的 Secret：kubectl get secret -A --field-selector type=kubernetes.io/dockerconfigjson -o json，或以 -n 取代 -A，逐一匯出各個命名空間。
imports-problem-binary = 這不是文字檔。請選擇 Docker 設定檔或資訊清單本身。
imports-problem-json = 第 { NUMBER($line) } 行的 JSON 無效，內容可能不完整。
imports-problem-neither = 這不是 JSON，也不是 YAML。請原樣貼上檔案內容，並保留縮排。
imports-problem-yaml = 這不是 JSON，也不是 YAML：請檢查第 { NUMBER($line) } 行。請原樣貼上檔案內容，並保留縮排。
imports-problem-doubled = 第 { NUMBER($line) } 行有重複的鍵。各程式採用的值可能不同，請刪除不需要的那一個。
imports-problem-too-deep = 以 Docker 設定檔或 Secret 而言，此內容的巢狀層級過深，或自我參照次數過多。
imports-problem-unknown = 找不到憑證。內容應為 Docker 設定檔（含有 "auths"），或含有該設定檔或 SSH 私密金鑰的 Kubernetes Secret（kind: Secret）。
imports-problem-too-many = 內容含有超過 { NUMBER($most) } 個不同的憑證，因此並未保留。請分批匯入，例如逐一匯入各個命名空間：kubectl get secret -n NAMESPACE -o json。
imports-problem-private-key = 這是單獨的私密金鑰。請將其新增為 Git Dataset Secret。
imports-encrypted-sops = 此內容以 SOPS 加密。請以 sops decrypt FILE 解密，再匯入輸出的內容。
imports-encrypted-sealed-secret = 這是 SealedSecret，只有其所屬的叢集可以解密。請匯入叢集由其產生的 Secret：kubectl get secret NAME -o yaml。
imports-encrypted-ansible-vault = 此內容以 Ansible Vault 加密。請以 ansible-vault view FILE 解密，再匯入輸出的內容。
imports-encrypted-age = 此內容以 age 加密。請以 age --decrypt 解密，再匯入輸出的內容。
imports-encrypted-pgp = 此內容以 OpenPGP 加密。請以 gpg --decrypt 解密，再匯入輸出的內容。
