# Mail: why a mail was not taken, and the mails themselves.

mail-failure-no-tls = 它未提供 STARTTLS，而沒有 TLS 就不會傳送任何內容。
mail-failure-not-loopback = 它的名稱指向另一台機器，而沒有 TLS 就不會傳送任何內容到該處。
mail-failure-no-sign-in = 它未提供 PLAIN 或 LOGIN 登入方式。
mail-failure-sign-in-refused = 它不接受使用者名稱與密碼（{ $reply }）。
mail-failure-later = 它目前不收郵件（{ $reply }）。
mail-failure-address-refused = 它不收寄往這個地址的郵件（{ $reply }）。
mail-failure-refused = 它拒絕入口網站傳送的內容（{ $reply }）。
mail-failure-not-smtp = 它的回應不是 SMTP。
mail-failure-timed-out = 它未及時回應。
