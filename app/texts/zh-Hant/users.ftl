# The pages of users.

users-heading = 使用者
users-lead = 可以登入的人員及其角色。
users-none = 沒有符合的使用者。
users-username = 使用者名稱
users-username-hint = 英文字母 a 到 z、數字，以及 . _ - + @
users-role = 角色
users-state = 狀態
users-last-sign-in = 上次登入
users-active = 使用中
users-disabled = 已停用
users-invited = 已邀請
users-edit = 編輯
users-edit-one = 編輯 { $name }
users-signs-in-at = 透過 { $provider } 登入
users-proof-hint = 此變更在您的工作階段結束後仍然有效，請確認是您本人。

users-add = 新增使用者
users-add-lead = 您會取得一次性連結，請傳送給該使用者以設定密碼。
users-added = 已新增使用者
users-link-heading = 密碼連結
users-link = 連結
users-link-lead = 請將此連結傳送給 <b>{ $name }</b>。連結只能使用一次，24 小時後失效，且只在此處顯示。
users-again-added = 使用者先前已新增
users-again-heading = 連結先前已建立
users-again = 您先前已送出此表單，並已為 <b>{ $name }</b> 建立連結。連結只會顯示一次。若您沒有該連結，請建立另一個；先前的連結會隨即失效。
users-another-link = 建立另一個連結

users-one = 使用者 { $name }
users-you = 這是您本人。
users-signed-in = { MARKUP($state) }，上次登入：{ MARKUP($when) }。
users-never-signed-in = { MARKUP($state) }，從未登入。
users-sessions = 工作階段
users-session-count =
    { $count ->
        [0] 沒有使用中的工作階段
       *[other] { $count } 個使用中的工作階段
    }
users-end-sessions = 結束所有工作階段
users-tokens = API 權杖
users-token-count =
    { $count ->
        [0] 沒有有效的 API 權杖
       *[other] { $count } 個有效的 API 權杖
    }
users-records = 此使用者的稽核記錄
users-suspended = 自從身分提供者拒絕此使用者或將其登出（{ MARKUP($when) }）以來，其 API 權杖一律遭到拒絕。使用者在該處登入並擁有角色後，權杖即恢復有效。
users-role-and-password = 角色與密碼
users-role-at-provider = 此使用者透過 <b>{ $provider }</b> 登入。角色為<b>{ $role }</b>，由上次登入時的群組決定。群組與密碼都由該處管理。
users-change-role = 變更角色
users-password = 密碼
users-password-lead = 建立一次性連結以設定新密碼。目前的密碼與所有工作階段會立即失效。
users-reset-password = 重設密碼
users-enable = 啟用
users-disable = 停用
users-enable-user = 啟用使用者
users-disable-user = 停用使用者
users-is-disabled = 此使用者無法登入。
users-disable-lead = 將使用者從所有地方登出、禁止登入，並停止其 API 權杖。不會刪除任何資料。

users-back = 返回使用者
users-ask-role = 要將 <b>{ $name }</b> 的角色從{ $from }變更為<b>{ $to }</b>嗎？所有工作階段都會結束。下次登入起，此使用者{ $allows }。
users-ask-disable = 要停用 <b>{ $name }</b> 嗎？此使用者會從所有地方登出、無法再登入，且其 API 權杖會停止運作。不會刪除任何資料，您可以再次啟用。
users-ask-enable = 要啟用 <b>{ $name }</b> 嗎？
users-ask-end-sessions =
    { $count ->
        [0] 要結束 <b>{ $name }</b> 的所有工作階段嗎？目前沒有任何工作階段。
       *[other] 要結束 <b>{ $name }</b> 的全部 { $count } 個工作階段嗎？此使用者必須在每個裝置上重新登入；尚未儲存的內容可能會遺失。
    }
users-ask-reset = 要為 <b>{ $name }</b> 建立設定新密碼的一次性連結嗎？在使用連結之前，目前的密碼與所有工作階段就會立即失效。連結會在下一頁顯示一次。
users-ask-set = 要為 <b>{ $name }</b> 建立設定密碼的一次性連結嗎？目前尚無密碼。連結會在下一頁顯示一次。
users-enable-role = 此使用者可以再次以{ $role }角色登入。
users-enable-no-password = 此使用者沒有密碼，透過連結設定密碼後即可登入。
users-enable-provider = 此使用者可以再次透過身分提供者登入，角色由該處的群組決定。
users-enable-tokens = 其尚未到期的 API 權杖會恢復運作。
users-enable-tokens-provider = 其尚未到期的 API 權杖會恢復運作；若距離上次登入已過太久，則從下次登入起恢復。
users-enable-tokens-suspended = 在該處重新登入之前，其 API 權杖仍會遭到拒絕。
users-revoke-tokens = 同時撤銷其 { $count } 個 API 權杖。使用這些權杖的程式會立即停止運作。
users-last-admin = 您無法移除最後一位管理員。請先將其他使用者設為管理員。
users-last-admin-you = 您是最後一位管理員，無法移除。請先將其他使用者設為管理員。
users-same-role = { $name } 的角色已經是{ $role }。請選擇其他角色。
users-not-disabled = { $name } 並未停用，可以登入。
users-you-role = <b>這是您本人。</b>您會立即被登出，且無法再管理使用者；只有其他管理員可以復原。身為{ $role }，您{ $allows }。
users-you-disable = <b>這是您本人。</b>您會立即被登出，只有其他管理員可以讓您再次登入。
users-you-end-sessions = <b>這是您本人。</b>您會立即被登出，包括此處。
users-you-reset = <b>這是您本人。</b>您會立即被登出，只有下一頁的連結可以讓您再次登入。若要變更密碼並保持登入，請使用您的帳戶頁面。
