# The frame around every page.

frame-skip = 跳至主要內容
frame-menu = 選單
frame-navigation = 主要導覽
frame-search = 搜尋
frame-overview = 總覽
frame-secrets = Secret
frame-images = 映像檔
frame-datasets = 資料集
frame-tokens = 權杖
frame-users = 使用者
frame-audit = 稽核
frame-system = 系統
frame-help = 說明
frame-account = 帳戶
frame-sign-out = 登出
frame-theme = 佈景主題
frame-theme-system = 自動
frame-theme-light = 淺色
frame-theme-dark = 深色
frame-language = 語言
frame-dismiss = 關閉
frame-notifications = 通知
