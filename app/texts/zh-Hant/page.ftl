# What any page says that cannot be shown.

page-not-found = 找不到頁面
page-not-found-text = 此頁面不存在。請檢查網址。
page-to-secrets = 前往 Secret 清單
