# Notices about what was just done.

notice-saved = 已儲存 Secret：<a href="{ $address }">{ $name }</a>。
notice-saved-host = 已儲存 Secret：<a href="{ $address }">{ $name }</a>。映像檔登錄主機已改為 <code>{ $host }</code>。
notice-deleted = 已刪除 Secret：<b>{ $name }</b>。
notice-deleted-several = 已刪除 { $count } 個 Secret。
notice-undo = 復原
notice-restored = 已還原 Secret：<a href="{ $address }">{ $name }</a>。
notice-restored-several = 已還原 { $count } 個 Secret。
notice-imported = 已匯入 { $count } 個 Secret。
notice-password-changed = 已變更密碼。
notice-session-ended = 已結束工作階段。
notice-other-sessions-ended = 已結束其他所有工作階段。
notice-sessions-ended = 已結束此使用者的所有工作階段。
notice-role-changed = 已變更角色。
notice-user-disabled = 已停用使用者。
notice-user-enabled = 已啟用使用者。
notice-token-revoked = 已撤銷權杖。
notice-signed-out = 您已登出。
notice-import-discarded = 未匯入任何項目。
notice-key-switched = 新金鑰已啟用。
notice-key-discarded = 已捨棄新金鑰。
notice-image-saved = 已儲存映像檔。
notice-image-deleted = 已刪除映像檔。
notice-dataset-saved = 已儲存資料集。
notice-dataset-deleted = 已刪除資料集。
notice-secret-removed = 已永久刪除 Secret。
notice-key-backed-up = 已記錄：金鑰檔案已備份。
notice-steps-dismissed = 已關閉設定步驟。
