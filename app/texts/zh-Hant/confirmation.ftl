# The confirmation before what is in use is deleted.

confirmation-check = 請檢查此欄位
confirmation-type = 請輸入 { $words } 以確認刪除。
confirmation-type-exactly = 請輸入 <code>{ $words }</code> 以確認刪除。
