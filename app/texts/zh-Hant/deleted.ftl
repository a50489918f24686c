# Deleted secrets.

deleted-heading = 已刪除的 Secret
deleted-lead =
    { $days ->
        [0] 刪除的 Secret 會立即移除，無法還原。
       *[other] 刪除的 Secret 會保留 { $days } 天，在此期間可以還原。
    }
deleted-empty = 沒有已刪除的 Secret。
deleted-empty-text = 您刪除的 Secret 會保留在此處，直到期限結束。
deleted-when = 刪除時間
deleted-until = 保留至
deleted-by = 由 { $name } 刪除
deleted-restore = 還原
deleted-restore-one = 還原 { $name }
deleted-remove = 永久刪除
deleted-remove-one = 永久刪除 { $name }
deleted-not-restored = 未還原
deleted-git-name-taken = 現在已有另一個同名的 Git 資料集 Secret：<a href="{ $address }">{ $name }</a>。請先刪除該項目，再還原此項目。兩者都會保留。
deleted-image-name-taken = 現在已有另一個同名的映像檔拉取 Secret：<a href="{ $address }">{ $name }</a>。請先刪除該項目，再還原此項目。兩者都會保留。
deleted-not-removed = 未永久刪除
deleted-remove-question = 要永久刪除 <b>{ $display_name }</b>（<code>{ $name }</code>）嗎？
deleted-remove-images = 仍有 { $count } 個映像檔使用此 Secret，之後將沒有 Secret 可用。
deleted-remove-datasets = 仍有 { $count } 個資料集使用此 Secret，之後將沒有 Secret 可用。
deleted-remove-value = 其值無法復原。
