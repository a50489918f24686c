# The test of a form's connection.

test-connection = 測試連線
test-running = 測試中…
test-cancel = 取消測試
test-canceled = 已取消測試。
test-without-script = 未啟用 JavaScript 時，測試後必須重新輸入金鑰或密碼。
test-heading = 連線
test-lead = { $kind } <a href="{ $address }">{ $display_name }</a>（<code>{ $name }</code>）
test-tested = { MARKUP($when) }由 { $name } 測試。
test-tested-automatically = { MARKUP($when) }自動測試。
test-no-target = 無
test-hosts-hint = 若主機已變更金鑰，必須先在「編輯」中移除其舊的行，才會再次信任該主機。
test-hashed-name = 雜湊的名稱
test-unreadable-key = 無法讀取的金鑰
test-repository-hint = SSH 位址，例如 git@github.com:group/app.git。單憑金鑰無法得知要連線到哪個主機。
test-image-hint = 例如 group/app:tag。若未輸入，僅測試登入。
test-known-hosts-hint = known_hosts 格式的受信任主機金鑰。留空則在首次測試時檢視。

test-not-signed-in = 您的工作階段已到期；未執行測試。請在另一個分頁登入，然後再測試一次。
test-values-dropped = 為了安全，金鑰或密碼不會保留。請在儲存之前重新輸入。
test-at-port = <code>{ $host }</code>，連接埠 { $port }
test-port-hint = 在此格式中，冒號後的數字是資料夾。若其為連接埠，請寫成 { $address }。
test-refs = 預設分支 { $branch }，{ $count } 個參照。
test-refs-more = 預設分支 { $branch }，超過 { NUMBER($count) } 個參照。
test-refs-headless = 預設分支不存在，因此複製的內容會是空的；{ $count } 個參照。
test-refs-headless-more = 預設分支不存在，因此複製的內容會是空的；超過 { NUMBER($count) } 個參照。
test-refs-empty = 存放庫是空的：沒有分支，也沒有標籤。
test-refs-no-default = 沒有預設分支，{ $count } 個參照。
test-refs-no-default-more = 沒有預設分支，超過 { NUMBER($count) } 個參照。
test-unused = 已知主機中有 { $count } 行在此未使用：{ $lines }。
test-unused-line = { $hosts }（{ $why }）
test-unused-others = { $lines }等
test-unused-authority = 憑證授權單位
test-unused-hardware-key = 硬體權杖中的金鑰
test-unused-dsa = DSA 金鑰
test-unused-certificate = 憑證
test-unused-first-protocol = SSH 1 金鑰
test-unused-other-type = 未知類型的金鑰
test-keys-of = <code>{ $host }</code> 的金鑰：
test-published = 由 { $operator } 公布
test-not-published = 並非 { $operator } 公布的金鑰
test-approve = 我已核對這些金鑰。信任此主機。
test-trust = 信任這些金鑰並測試
test-no-answer = 入口網站沒有回應。請稍後再試一次。
