# The pages of images and datasets.

usages-images = 映像檔
usages-datasets = 資料集
usages-images-lead = 您的平台所提取的容器映像檔，以及各自使用的 Secret。
usages-datasets-lead = 您的平台所提取的 Git 存放庫，以及各自使用的 Secret。
usages-name = 名稱
usages-image = 映像檔
usages-git-url = Git URL
usages-secret = Secret
usages-updated = 更新時間
usages-search-image = 名稱或映像檔
usages-search-dataset = 名稱或 Git URL
usages-only-of = 僅顯示使用 <a href="{ $address }">{ $name }</a> 的項目。<a href="{ $all }">顯示全部</a>
usages-no-secret = 無
usages-edit = 編輯
usages-edit-one = 編輯 { $name }
usages-delete = 刪除
usages-delete-one = 刪除 { $name }
usages-branch-of = 分支 { $branch }
usages-by = 由 { $name } 更新
usages-deleted = 已刪除
usages-other-registry = 屬於其他登錄
usages-no-image-matches = 沒有符合的映像檔。
usages-no-dataset-matches = 沒有符合的資料集。
usages-clear = 清除搜尋與篩選條件
usages-no-images = 尚無映像檔。
usages-no-images-text = 新增您的 Secret 所提取的映像檔，即可查看每個 Secret 的使用位置。
usages-add-first-image = 新增第一個映像檔
usages-no-datasets = 尚無資料集。
usages-no-datasets-text = 新增您的金鑰所讀取的存放庫，即可查看每個金鑰的使用位置。
usages-add-first-dataset = 新增第一個資料集

usages-add-image = 新增映像檔
usages-add-dataset = 新增資料集
usages-add-image-lead = 您的平台所提取的容器映像檔，以及其登錄的 Secret。
usages-add-dataset-lead = 您的平台所提取的 Git 存放庫，以及其 SSH 金鑰。
usages-edit-image = 編輯映像檔
usages-edit-dataset = 編輯資料集
usages-changed = <b>{ $name }</b>，上次變更：{ $when }，由 { $by } 變更。
usages-delete-image = 刪除映像檔
usages-delete-dataset = 刪除資料集
usages-delete-question = 要刪除 <b>{ $name }</b>（<code>{ $target }</code>）嗎？其使用的 Secret 會保留。
usages-not-deleted = 未刪除

usages-name-stays = 名稱無法變更。
usages-name-hint = 小寫字母、數字、連字號與點。之後無法變更。
usages-image-hint = 例如 ghcr.io/group/app:tag。未指定登錄時為 Docker Hub。
usages-repository-hint = SSH 位址，例如 git@github.com:group/app.git；公開存放庫可使用 HTTPS。
usages-branch = 分支
usages-branch-hint = 留空則使用預設分支。
usages-confirm = 確認
usages-was-changed = 這段期間內已有變更。
usages-test-heading = 測試連線
usages-test = 測試連線
usages-testing = 測試中…
usages-test-image-hint = 以所選的 Secret 向登錄查詢此映像檔。即使測試失敗也可以儲存。
usages-test-dataset-hint = 以所選的 Secret 讀取此存放庫並尋找分支。即使測試失敗也可以儲存。
usages-required = 必填
usages-pull-secret = 使用 Image Pull Secret
usages-git-secret = 使用 Git Dataset Secret
usages-pull-secret-hint = 符合的 Secret 會排在最前面。公開的映像檔不需要 Secret。
usages-pull-secret-find = 輸入映像檔並按「尋找」，符合的 Secret 會排在最前面。公開的映像檔不需要 Secret。
usages-git-secret-hint = 信任該存放庫主機的 Secret 會排在最前面。金鑰只能透過 SSH 開啟存放庫。
usages-git-secret-find = 輸入存放庫並按「尋找」，信任其主機的 Secret 會排在最前面。金鑰只能透過 SSH 開啟存放庫。
usages-choice-deleted = { $name }（已刪除）
usages-choice-account = { $name } · { $host } 的 { $username }
usages-choice-suggested = { $name }（建議）
usages-suggested = 建議
usages-others = 其他
usages-none = 無
usages-of-no-use = <b>{ $name }</b> 屬於 <code>{ $host }</code>，但此映像檔位於 <code>{ $registry }</code>，因此無法使用。
usages-find = 尋找
usages-find-secret = 尋找 Secret
usages-find-hint = 在上方選單中列出符合的 Secret。您輸入的內容會保留。
usages-find-more = 僅列出前 { NUMBER($count) } 個。請以名稱、主機、使用者名稱或存放庫的一部分尋找其他項目。
usages-no-pull-secret = 尚無 Image Pull Secret。
usages-no-git-secret = 尚無 Git Dataset Secret。
usages-found-pull =
    { $count ->
        [0] 沒有其他符合「{ $find }」的 Image Pull Secret。
       *[other] 列出 { $count } 個符合「{ $find }」的 Image Pull Secret。
    }
usages-found-git =
    { $count ->
        [0] 沒有其他符合「{ $find }」的 Git Dataset Secret。
       *[other] 列出 { $count } 個符合「{ $find }」的 Git Dataset Secret。
    }
usages-changed-heading = 其他人已變更此項目
usages-changed-text = { $by } 已變更此項目（{ $when }）。您輸入的內容仍在此處。請重新載入以查看已儲存的版本，或以您的版本覆寫。
usages-reload = 重新載入
usages-overwrite = 覆寫
usages-not-saved = 未儲存
