# Notices about what was just done.

flash-secret-saved = 已儲存 Secret：<a href="{ $address }">{ $name }</a>。
flash-host-corrected = 已更正登錄主機：<code>{ $host }</code>。
flash-secret-deleted = 已刪除 Secret：<b>{ $name }</b>。
flash-link = <a href="{ $address }">{ $name }</a>
flash-comma = { MARKUP($first) }、{ MARKUP($next) }
flash-imported = 已匯入 { $count } 個 Secret：{ MARKUP($names) }。
flash-imported-and-more = 已匯入 { NUMBER($count) } 個 Secret：{ MARKUP($names) }，以及其他 { NUMBER($more) } 個。
flash-imported-unnamed = 已匯入 { NUMBER($count) } 個 Secret。
flash-password-changed = 已變更密碼。
flash-session-ended = 已結束工作階段。
flash-sessions-ended = 已結束此使用者的所有工作階段。
flash-role-changed = 已變更角色。
flash-user-disabled = 已停用使用者。
flash-user-enabled = 已啟用使用者。
flash-token-revoked = 已撤銷權杖。
flash-signed-out = 您已登出。
flash-import-discarded = 未匯入任何項目。
flash-key-switched = 新金鑰已在使用中。
flash-rolled-back = 已復原。先前的值已重新使用。
flash-version-destroyed = 此版本的值已銷毀。
flash-key-discarded = 已捨棄新金鑰。
flash-image-saved = 已儲存映像檔。
flash-image-deleted = 已刪除映像檔。
flash-dataset-saved = 已儲存資料集。
flash-dataset-deleted = 已刪除資料集。
flash-secret-removed = 已永久刪除 Secret。
flash-key-backed-up = 已記下：金鑰檔案已備份。
flash-steps-dismissed = 已關閉設定步驟。
flash-secret-restored = 已還原 Secret：<a href="{ $address }">{ $name }</a>。
flash-secrets-deleted = 已刪除 { $count } 個 Secret。
flash-secrets-restored = 已還原 { $count } 個 Secret。
flash-undo = 復原
flash-other-sessions-ended = 已結束其他所有工作階段。
flash-mail-asked = 已寄出郵件。請開啟其中的連結以確認地址。
flash-mail-forgotten = 已移除地址，不會再寄送郵件到該處。
flash-mail-tested = 已寄出測試郵件。
flash-mail-chosen = 已儲存通知設定。
flash-channel-saved = 已儲存管道。
flash-channel-deleted = 已刪除管道。
flash-channel-paused = 已暫停管道，其通知會等待。
flash-channel-resumed = 管道已啟用。
flash-channel-tested = 接收端已接受測試。
flash-notice-rule-saved = 已儲存規則。
flash-notice-rule-deleted = 已刪除規則。
flash-notice-settings-saved = 已儲存設定。
flash-notice-sent-again = 正在重新傳送通知。
