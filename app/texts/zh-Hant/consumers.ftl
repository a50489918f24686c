# The consumers of a secret: images or datasets, and API tokens.

consumers-heading = 使用處
consumers-images = { $count } 個映像檔
consumers-datasets = { $count } 個資料集
consumers-tokens = { $count } 個 API 權杖
consumers-and = { $usages }與 { $tokens }
consumers-image = 映像檔 <a href="{ $address }"><code>{ $name }</code></a>
consumers-dataset = 資料集 <a href="{ $address }"><code>{ $name }</code></a>
consumers-all-images = 全部 { NUMBER($count) } 個映像檔
consumers-all-datasets = 全部 { NUMBER($count) } 個資料集
consumers-token = { $owner } 的 API 權杖 <b>{ $name }</b>，上次讀取：{ MARKUP($when) }，{ NUMBER($days) } 天內 { $reads } 次
consumers-token-revoked = { $owner } 的 API 權杖 <b>{ $name }</b>，上次讀取：{ MARKUP($when) }，{ NUMBER($days) } 天內 { $reads } 次，之後已撤銷
consumers-command-line = 命令列
consumers-more-tokens = 以及另外 { $count } 個 API 權杖
consumers-no-image = 沒有映像檔使用此 Secret，{ NUMBER($days) } 天內也沒有 API 權杖讀取其值。
consumers-no-dataset = 沒有資料集使用此 Secret，{ NUMBER($days) } 天內也沒有 API 權杖讀取其值。
consumers-add-image = 新增映像檔
consumers-add-dataset = 新增資料集
consumers-warning = 使用處：<a href="{ $address }">{ $consumers }</a>。在此處的變更會立即影響所有使用處。
consumers-in-use = 使用中：{ $consumers }
