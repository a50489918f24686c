# The test of a form's connection.

test-connection = 測試連線
test-running = 測試中…
test-cancel = 取消測試
test-canceled = 已取消測試。
test-without-script = 未啟用 JavaScript 時，測試後必須重新輸入金鑰或密碼。
