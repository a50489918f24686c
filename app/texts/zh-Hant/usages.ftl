# The pages of images and datasets.

usages-images = 映像檔
usages-datasets = 資料集
usages-images-lead = 您的平台所拉取的容器映像檔，以及各自使用的 Secret。
usages-datasets-lead = 您的平台所拉取的 Git 存放庫，以及各自使用的 Secret。
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
usages-no-images-text = 新增您的 Secret 所拉取的映像檔，即可查看每個 Secret 的使用位置。
usages-add-first-image = 新增第一個映像檔
usages-no-datasets = 尚無資料集。
usages-no-datasets-text = 新增您的金鑰所讀取的存放庫，即可查看每個金鑰的使用位置。
usages-add-first-dataset = 新增第一個資料集

usages-add-image = 新增映像檔
usages-add-dataset = 新增資料集
usages-add-image-lead = 您的平台所拉取的容器映像檔，以及其使用的 Secret。
usages-add-dataset-lead = 您的平台所拉取的 Git 存放庫，以及其使用的 SSH 金鑰。
usages-edit-image = 編輯映像檔
usages-edit-dataset = 編輯資料集
usages-changed = <b>{ $name }</b>，上次變更：{ $when }，由 { $by } 變更。
usages-delete-image = 刪除映像檔
usages-delete-dataset = 刪除資料集
usages-delete-question = 要刪除 <b>{ $name }</b>（<code>{ $target }</code>）嗎？其使用的 Secret 會保留。

usages-name-stays = 名稱無法變更，因為網址會使用此名稱。
usages-name-hint = 小寫字母、數字、連字號與點。之後無法變更。
usages-image-hint = 例如 ghcr.io/group/app:tag。未指定登錄時為 Docker Hub。
usages-repository-hint = SSH 位址；公開存放庫可使用 HTTPS。
usages-branch = 分支
usages-branch-hint = 留空則使用預設分支。
usages-confirm = 確認
usages-test-image-hint = 以所選的 Secret 向登錄查詢此映像檔。即使測試失敗也可以儲存。
usages-test-dataset-hint = 以所選的 Secret 讀取此存放庫並尋找分支。即使測試失敗也可以儲存。
usages-pull-secret = 使用 Image Pull Secret
usages-git-secret = 使用 Git Dataset Secret
usages-pull-secret-hint = 開始輸入名稱、主機或使用者名稱。公開的映像檔請留空。
usages-git-secret-hint = 開始輸入名稱。公開的存放庫請留空。
usages-choice-account = { $name } · { $host } 的 { $username }
usages-choice-suggested = { $name }（建議）
usages-of-no-use = <b>{ $name }</b> 屬於 <code>{ $host }</code>，但此映像檔位於 <code>{ $registry }</code>，因此無法使用。
usages-secret-gone = { $name }（已刪除）無法使用。請選擇其他 Secret。
usages-find = 尋找
usages-find-secret = 尋找 Secret
usages-find-more = 僅列出前 { NUMBER($count) } 個。請以名稱、主機、使用者名稱或存放庫的一部分尋找其他項目。
usages-no-pull-secret = 尚無 Image Pull Secret。公開的映像檔請留空。
usages-no-git-secret = 尚無 Git Dataset Secret。公開的存放庫請留空。
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
usages-not-saved = 未儲存
