# The account page.

account-heading = 帳戶
account-who = 您以 <b>{ $name }</b> 的身分登入（<b>{ $role }</b>：{ $allows }）。
account-password = 密碼
account-password-at = 您透過 <b>{ $provider }</b> 登入。密碼與決定您角色的群組都由該提供者管理。
account-change-password = 變更密碼
account-change-password-lead = 除了目前的瀏覽器，您在其他所有地方都會被登出。
account-current-password = 目前的密碼
account-revoke-tokens = 同時撤銷我的 API 權杖。使用這些權杖的程式會立即停止運作。
account-sessions = 工作階段
account-device = 裝置
account-address = 位址
account-begun = 登入時間
account-seen = 上次活動
account-this-session = 目前的工作階段
account-end-session = 結束工作階段
account-unknown-device = 不明裝置
account-unknown-address = 不明
account-tokens = API 權杖
account-token-used = <b>{ $name }</b>：{ $scope }，上次使用：{ $when }
account-token-unused = <b>{ $name }</b>：{ $scope }，從未使用
account-no-tokens = 您沒有 API 權杖。
account-your-tokens = 您的 API 權杖

account-end-question = 要結束 <b>{ $device }</b> 上的工作階段嗎（上次活動：{ $when }）？使用該工作階段的人必須重新登入；尚未儲存的內容可能會遺失。
account-end-question-at = 要結束 <b>{ $device }</b>（{ $address }）上的工作階段嗎（上次活動：{ $when }）？使用該工作階段的人必須重新登入；尚未儲存的內容可能會遺失。
account-end-this = <b>這是您目前使用的工作階段。</b>您會立即被登出。

account-proof-given = 您剛剛才透過身分提供者登入，五分鐘內可作為身分確認。
account-proof-again = { $why }請透過身分提供者<a href="{ $address }">重新登入</a>，五分鐘內有效。
account-proof-again-tab = { $why }請在另一個分頁重新登入，然後再次送出此表單。
account-proof-tab = 在另一個分頁重新登入

account-language-of-browser = 瀏覽器的語言

account-browser-on = { $system } 上的 { $browser }
account-end-others = 結束其他所有工作階段
account-end-others-question = 要結束其他 { $count } 個工作階段嗎？使用這些工作階段的人必須重新登入，未儲存的內容可能會遺失。您在此處仍保持登入。
account-no-others = 您沒有其他工作階段。
account-back = 返回您的帳戶
account-notifications = 通知
