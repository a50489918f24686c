# Signing in, setting up, and choosing a password by a link.

sign-in-heading = 登入
sign-in-set-up-first = 請先設定 Latchkey
sign-in-set-up-link = 伺服器已將一次性的設定連結寫入記錄檔。連結有效期限為一小時；重新啟動伺服器即可取得新連結。
sign-in-try-again = 再試一次
sign-in-unavailable = 目前無法登入
sign-in-continue = 使用 { $provider } 繼續
sign-in-or-password = 或使用密碼
sign-in-username = 使用者名稱
sign-in-password = 密碼
sign-in-submit = 登入

sign-in-setup-heading = 設定 Latchkey
sign-in-setup-lead = 建立第一個管理員帳戶。此連結只能使用一次。
sign-in-setup-username-hint = 英文字母 a 到 z、數字，以及 . _ - + @
sign-in-setup-submit = 建立管理員

sign-in-choose-heading = 設定密碼
sign-in-choose-lead = 使用者：<b>{ $name }</b>。此連結只能使用一次。
sign-in-choose-submit = 儲存密碼
sign-in-new-password = 新密碼
sign-in-new-password-hint = 至少 12 個字元。建議使用幾個單字的組合。
sign-in-repeat-password = 再次輸入密碼

sign-in-link-unavailable = 目前無法檢查此連結
sign-in-spent-heading = 此連結已失效
sign-in-spent-text = 連結已過期或已使用過。請向管理員索取新的連結。如果正在設定 Latchkey，請重新啟動伺服器以取得新連結。
