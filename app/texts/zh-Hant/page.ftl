# What any page says that cannot be shown, and the controls of lists and questions.

page-not-found = 找不到頁面
page-not-found-text = 此頁面不存在。請檢查網址。
page-missing-guide = 找不到指南
page-to-help = 前往說明
page-missing-text = 可能已被刪除，或網址不完整。
page-missing-secret = 找不到 Secret
page-missing-image = 找不到映像檔
page-missing-dataset = 找不到資料集
page-missing-user = 找不到使用者
page-missing-token = 找不到權杖
page-missing-session = 找不到工作階段
page-missing-account = 找不到帳戶
page-missing-record = 找不到記錄
page-to-secrets = 前往 Secret 清單
page-to-images = 前往映像檔清單
page-to-datasets = 前往資料集清單
page-to-users = 前往使用者清單
page-to-tokens = 前往權杖清單
page-to-account = 前往您的帳戶
page-to-audit = 前往稽核記錄
page-not-loaded = 無法載入此頁面
page-not-tested = 未測試
page-try-again = 再試一次
page-forbidden = 您無權存取此頁面
page-forbidden-role = 您目前的角色是{ $role }。
page-forbidden-help = 請向管理員要求其他角色。
page-forbidden-admins = 請向管理員要求其他角色：{ $names }。

page-actions = 動作
page-add = 新增
page-breadcrumb = 導覽路徑
page-cancel = 取消
page-copy = 複製
page-copied = 已複製
page-done = 完成
page-search = 搜尋
page-all = 全部
page-pages = 分頁
page-first = 第一頁
page-next = 下一頁
page-clear-search = 清除搜尋
page-clear-filters = 清除篩選條件
page-not-possible = 無法執行
page-not-deleted = 未刪除
page-never = 從未
page-ok = 確定
page-places-from = 來源：<code>{ $places }</code>
page-places-more = 還有 { $count } 個
page-here-only = <code>{ $address }</code> 只能在這部機器上使用。若要供他人使用，請將 <code>LATCHKEY_PUBLIC_URL</code> 設為他們使用的位址，並重新啟動伺服器。

# Items in a sentence.
page-comma = { $first }、{ $next }
page-and = { $first }、{ $last }
page-description = Git 資料集與容器映像檔的 Secret
page-missing-notice = 找不到
page-to-notifications = 前往通知
