# The test status of a secret.

status-works = 可用
status-open = 公開
status-refused = 遭拒絕
status-unreachable = 無法連線
status-host-key-changed = 主機金鑰已變更
status-not-tested = 未測試
status-new-host = 新主機
