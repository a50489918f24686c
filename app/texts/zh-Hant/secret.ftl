# The page of a secret, and those that add, edit and delete one.

secret-kubernetes-name = Kubernetes 名稱
secret-copy-kubernetes-name = Kubernetes 名稱
secret-test = 測試
secret-edit = 編輯
secret-rotate = 輪替
secret-delete = 刪除
secret-key-waits = <b>有新的金鑰等待啟用。</b>在切換至新金鑰之前，目前的金鑰會持續使用。<a href="{ $address }">完成輪替</a>
secret-key-waits-to-see = <b>有新的金鑰等待啟用。</b>在切換至新金鑰之前，目前的金鑰會持續使用。<a href="{ $address }">顯示新金鑰</a>
secret-back = 返回此 Secret
secret-back-to-list = 返回 Secret 清單

secret-details = 詳細資料
secret-private-key = 私密金鑰
secret-fingerprint = 指紋
secret-path = 適用範圍
secret-path-alone = 僅適用於此路徑下的映像檔：Podman、Skopeo、Buildah 與 kubelet 依路徑查找帳戶，以最長者優先。Docker 依主機查找，並將其用於整個登錄。
secret-never-shown = 已加密，不會顯示
secret-trusted-keys = 受信任的主機金鑰
secret-keys = { $count } 個金鑰
secret-last-changed = 上次變更
secret-changed = { MARKUP($when) }，由 { $name } 變更
secret-imported-from = 匯入來源
secret-imported-more = 另有 { $count } 個來源的名稱未保留。

secret-status = 狀態
secret-review-host-keys = 測試並檢視主機金鑰
secret-step-repository = 新增測試存放庫
secret-step-password = 輸入新密碼
secret-step-public-key = 顯示公開金鑰
secret-step-rotate = 輪替金鑰
secret-step-host-keys = 編輯受信任的主機金鑰
secret-step-image = 新增私人測試映像檔
secret-last-tests = 最近 { $count } 次測試：{ $results }
secret-tests-with = { $result } { NUMBER($count) }
secret-test-at = { $result }，{ $when }
secret-tests-as-table = 以表格顯示這些測試
secret-tests-time = 時間
secret-tests-result = 結果
secret-tests-details = 詳細資料
secret-tests-by = 測試者
secret-automatic = 自動

secret-add = 新增 Secret
secret-add-lead = 儲存 Git 主機的 SSH 金鑰，或映像檔登錄的帳戶。值在儲存之前會先加密。已有 Docker 設定檔或 Kubernetes Secret？<a href="{ $address }">請匯入</a>。
secret-add-test-hint = 測試您輸入的內容。即使測試失敗也可以儲存。
secret-edit-heading = 編輯 Secret
secret-edit-lead = { $kind } <a href="{ $address }">{ $name }</a>，上次變更：{ MARKUP($when) }，由 { $by } 變更。
secret-rotate-heading = 輪替密碼
secret-rotate-lead = { $kind } <a href="{ $address }">{ $name }</a>。請在映像檔登錄建立新的密碼或權杖，在此輸入，並在儲存前測試。完成後再刪除舊的。
secret-edit-test-hint = 測試您輸入的內容，留空的部分使用已儲存的值。即使測試失敗也可以儲存。
secret-delete-heading = 刪除 Secret
