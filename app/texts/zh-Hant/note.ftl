# The notes on what was found in an import.

note-host-corrected = 主機已更正為用戶端查詢時使用的形式。
note-same-registry = 此處另一個項目屬於相同的登錄。請擇一匯入。
note-disagreement = 「auth」與「username」、「password」的內容不一致。系統會匯入「auth」，因為 Docker 與 Kubernetes 使用的是它。
note-short-lived = 這類密碼會在 { $hours } 小時後到期，必須自動更新。
note-expires = 密碼本身包含到期時間 { $when }，將成為此 Secret 的到期時間。
note-stored-by = 此設定檔將憑證存放在「{ $helper }」（「credsStore」），而不在檔案中。請在各個登錄建立權杖，並手動新增。
note-made-by = 「{ $helper }」每次使用時都會產生新的密碼（「credHelpers」），因此檔案中沒有密碼。若登錄提供機器人帳戶或長效權杖，請建立後手動新增。
note-helped-by = 憑證存放在「{ $helper }」，而不在檔案中。請在登錄建立權杖，並手動新增。
note-identity-token = 這是個人執行 docker login 取得的身分權杖，而不是使用者名稱與密碼，叢集無法使用。請在登錄建立存取權杖，並手動新增。
note-token-as-username = 使用者名稱與密碼是相同的長字串，可能是權杖。任何能檢視 Secret 的人都看得到使用者名稱，因此並未匯入。請以帳戶名稱或電子郵件地址作為使用者名稱，手動新增。
note-empty = 此處沒有使用者名稱與密碼。憑證存放在其他地方時，Docker 會留下這樣的項目。請在登錄建立權杖，並手動新增。
note-bad-auth = 「auth」不是 username:password 的 base64 編碼，可能不完整或經過編輯。請重新登入登錄，或手動新增憑證。
note-bad-data = 資料不是文字的 base64 編碼。如果是手動輸入的，請改用「stringData」。
note-bad-config = 資料不是 Docker 設定檔。請檢查此 Secret 的建立方式。
note-helper-first = Docker 不會使用此項目：其設定檔將此登錄交由「{ $helper }」處理。Kubernetes 會使用此項目，但內容可能已過時。
note-docker-session = 這是 Docker 自身以瀏覽器登入的權杖，其他程式無法使用。請在 Docker Hub 建立存取權杖，並手動新增。
note-number = 使用者名稱或密碼是未加引號的數字，Docker 與 Kubernetes 會拒絕。請加上引號；開頭的零可能已遺失。
note-no-username = 此處有密碼或權杖，但沒有使用者名稱。請以帳戶名稱手動新增。若登錄接受任何使用者名稱，其指南會說明應使用哪一個。
note-no-password = 此處有使用者名稱，但沒有密碼。請在登錄建立權杖，並手動新增。
note-https-repository = 這是透過 HTTPS 存取 Git 存放庫的使用者名稱與密碼。Latchkey 為存放庫儲存的是 SSH 金鑰：請建立部署金鑰並新增。
note-chart-repository = 此帳戶用於透過 HTTPS 存取 Helm chart 存放庫，而不是映像檔登錄。
note-github-app = 這是 GitHub App 的金鑰，而不是 SSH 金鑰。請為存放庫建立部署金鑰並新增。
note-no-host = 此處有使用者名稱與密碼，但未指定登錄。請手動新增，並輸入登錄主機。
note-path-scoped = 僅適用於此路徑下的映像檔。Podman、Skopeo、Buildah 與 kubelet 會依路徑查詢帳戶，路徑最長者優先；Docker 則依主機查詢，並將此帳戶用於整個登錄。
note-repository-prefix = 此位址代表所有以其開頭的存放庫，因此不會設定測試存放庫。
note-repository-unread = 此位址不是 ssh://git@host:2222/group/app.git 這樣的 SSH 位址，因此不會設定測試存放庫。
note-other-repositories = 此處有多個存放庫使用相同的金鑰。第一個會設為測試存放庫。
note-known-hosts-unread = 無法讀取與金鑰存放在一起的已知主機，因此並未匯入。請測試此 Secret 以核准主機的金鑰。
note-known-hosts-cut = 與金鑰存放在一起的已知主機超過 { NUMBER($most) } KiB，因此部分或全部未匯入。請手動新增其所屬主機的金鑰，或測試此 Secret 以核准主機的金鑰。
note-registries-cut = 此帳戶適用的登錄超過單一 Secret 可匯入的數量，因此未匯入最後幾個。請為這些登錄手動新增。
note-other-version = 此檔案是由另一個版本的入口網站讀取的。請重新匯入以查看問題所在。

# Programs that keep credentials, for $helper.
note-helper-keychain = macOS 鑰匙圈
note-helper-desktop = Docker Desktop
note-helper-windows = Windows 認證管理員
note-helper-secret-service = 桌面環境的 Secret Service
note-helper-pass = 密碼管理工具 pass
note-helper-ecr = Amazon 的輔助程式
note-helper-google = Google 的輔助程式
note-helper-azure = Azure 的輔助程式
note-helper-other = 其他程式
