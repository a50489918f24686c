# The search over everything.

search-lead = Secret、映像檔、資料集、使用者與頁面。在任何頁面按 Ctrl+K 或 ⌘K 即可搜尋。
search-label = 搜尋全部
search-button = 搜尋
search-none = 沒有符合「{ $search }」的項目。
search-count = { $count } 個結果
search-all = 顯示全部
search-pages = 頁面
search-unreachable = 搜尋無法連線到入口網站。請檢查網路連線後再試一次。
