# The pages of API tokens.

tokens-heading = 權杖
tokens-lead = 供指令碼與叢集使用的 API 權杖。<a href="{ $address }">API 參考</a>
tokens-none = 尚無權杖。
tokens-none-text = 請為使用 API 的指令碼或叢集建立一個。
tokens-owner = 權杖擁有者
tokens-mine = 我的權杖
tokens-all = 所有權杖
tokens-name = 名稱
tokens-scope = 範圍
tokens-secrets = Secret
tokens-created = 建立時間
tokens-used = 上次使用
tokens-expires = 到期
tokens-every-secret = 全部
tokens-prefix = 名稱開頭為 { $prefix }
tokens-revoked = 已撤銷（{ MARKUP($when) }）
tokens-expired = 已過期（{ MARKUP($when) }）
tokens-created-by = { MARKUP($when) }，由 { $name } 建立
tokens-revoke = 撤銷
tokens-revoke-one = 撤銷 { $name }
tokens-rejected-from = 若擁有者未在 { MARKUP($when) } 之前登入，將自該時間起遭到拒絕

tokens-add = 新增權杖
tokens-add-lead = 權杖只會在下一頁顯示一次。其權限不會超過您的角色。
tokens-name-hint = 用途，例如使用此權杖的叢集或指令碼。
tokens-only-prefix = 限制為名稱開頭是
tokens-only-prefix-hint = 不含類型前置詞的名稱：harbor 涵蓋 image-harbor-eu，以及之後新增的 Secret。
tokens-only-secrets = 限制為這些 Secret
tokens-only-secrets-hint = 每行一個識別碼，例如 image-hub 或 gitsync-secret-data。
tokens-expiry = 有效天數
tokens-expiry-hint = 留空則為 30 天。若權杖不應到期，請輸入 never。
tokens-longest = 權杖的有效期限最長為 { $days } 天。
tokens-restricted = 若要讀取值或寫入，您的權杖必須有所限制：請輸入名稱的開頭，或識別碼。
tokens-proof-hint = 除了「讀取中繼資料」之外，其他範圍的權杖在您的工作階段結束後仍然有效，請確認是您本人。
tokens-create = 建立權杖

tokens-created-heading = 已建立權杖
tokens-created-never = 已建立權杖 <b>{ $name }</b>。請立即複製，之後不會再顯示。此權杖永不到期。
tokens-created-until = 已建立權杖 <b>{ $name }</b>。請立即複製，之後不會再顯示。到期時間：{ $when }。
tokens-token = 權杖
tokens-soon = 即將到期
tokens-try = 若要試用，請在下列指令詢問時貼上權杖：
tokens-again-heading = 權杖先前已建立
tokens-again = 您先前已送出此表單，並已建立權杖 <b>{ $name }</b>。權杖只會顯示一次。若您尚未複製，請將其撤銷，再建立另一個權杖。
tokens-create-another = 建立另一個權杖

tokens-revoke-heading = 撤銷權杖
tokens-revoke-question = 要撤銷 { $owner } 的權杖 <b>{ $name }</b>（<code>{ $id }</code>）嗎？使用此權杖的程式會立即停止運作。此動作無法復原。
tokens-command-line = 命令列
