# Why a request was not carried out.

error-fields = 部分欄位需要修正。
error-rows = 部分列需要修正。尚未儲存任何資料。
error-not-found = 此 Secret 不存在，可能已被刪除。
error-duplicate = Secret { $name } 的內容相同。未儲存任何資料。
error-changed = 其他人已變更此 Secret。
error-sealed = 加密金鑰錯誤：已儲存的值是以另一個金鑰加密的。未變更任何資料。請以正確的金鑰啟動伺服器。
error-unavailable = 資料庫目前沒有回應。未變更任何資料。請稍後再試一次。
error-too-many-tests = 測試過於頻繁，因此未執行測試。請等候 { $seconds } 秒後再試。
error-not-signed-in = 您的工作階段已結束，因此未儲存任何資料。您輸入的內容仍在此處：如果尚未重新登入，請先登入，然後再按一次「確認」。
error-forbidden = 您的角色不允許此操作。未變更任何資料。請洽管理員。
error-internal = 入口網站發生錯誤，未變更任何資料。原因記錄於記錄檔，參考編號為 { $reference }。
error-bad-request = 入口網站無法讀取此要求。請重新載入頁面後再試一次。

error-wrong-password = 使用者名稱或密碼錯誤。連續失敗五次後，帳戶會鎖定 15 分鐘。
error-locked = 此使用者名稱的登入失敗次數過多。請在 { $minutes } 分鐘後再試一次，或向管理員索取設定新密碼的連結。
error-locked-inside = 密碼錯誤次數過多，目前暫不檢查密碼。您仍處於登入狀態：請在 { $minutes } 分鐘後再試一次。如果忘記密碼，其他管理員可以重設，也可以在伺服器上執行「latchkey user reset-password」。
error-locked-out = 密碼錯誤次數過多。您的工作階段已結束，未變更任何資料。請在 { $minutes } 分鐘後重新登入。如果忘記密碼，其他管理員可以重設，也可以在伺服器上執行「latchkey user reset-password」。
error-busy = 目前登入的人數過多，尚未檢查您的密碼；請在 { $seconds } 秒後再試一次。
error-link-spent = 此連結已過期或已使用過。請索取新的連結。
error-last-admin = 您無法移除最後一位管理員。請先將其他使用者設為管理員。
error-no-passwords = 密碼登入已關閉。請使用單一登入。
error-kept-by-provider = 此使用者的密碼與群組由其身分提供者管理。該處的變更會在下次登入時生效。
error-prove-at-provider = 請先透過身分提供者重新登入，五分鐘內有效。
error-nothing-chosen = 請至少選擇一個憑證，或取消匯入。
error-import-gone = 此匯入已不存在。匯入內容只保留 15 分鐘且限於一個工作階段，並會由新的匯入取代。請重新上傳檔案。
error-wrong-shape = 此 Secret 無法以此格式匯出。請選擇其他格式。
error-no-url = Argo CD 必須知道每個金鑰所屬的存放庫，但 { $names } 尚未設定存放庫。請為其輸入測試存放庫，或選擇其他格式。
error-other-host = { $name } 的密碼是為另一個登錄主機輸入的，因此不會匯出。請編輯該 Secret 並重新輸入密碼。
error-version-gone = 此版本的值已不再保留：較新的值已取代它，或已有人將其銷毀。
error-channel-disabled = 此管道已停用，因為接收端回應它已不存在。請先恢復此管道。
error-current-version = 此版本正在使用中，而 Secret 不能沒有值。請先輸入新的值，或復原為另一個版本。
error-test-failed = 此版本的值無法使用，因此未變更任何內容。{ $cause }
error-unreachable = 入口網站沒有回應，因此變更不一定已儲存。請先查看清單，再重試一次。

error-sign-on-expired = 登入時間過長，或是在其他視窗開始的。請重新登入。
error-sign-on-unreachable = 您的身分提供者沒有回應。請稍後再試一次。
error-sign-on-misconfigured = 單一登入的設定有誤。管理員可以在記錄檔中找到原因。
error-sign-on-untrusted = 無法驗證身分提供者的回應，因此您並未登入。管理員可以在記錄檔中找到原因。
error-sign-on-denied = 您並未登入：登入已取消，或遭到身分提供者拒絕。
error-sign-on-no-group = 您的群組都無權使用此入口網站。請要求負責管理您帳戶的人員將您加入群組。
error-sign-on-groups-left-out = 您所屬的群組過多，身分提供者未全部回報，因此無法得知您的角色。請洽管理員；記錄檔中載有應變更的設定。
error-sign-on-no-groups-told = 身分提供者未回報您的群組，因此無法得知您的角色。請洽管理員；記錄檔中載有應變更的設定。
error-sign-on-not-asked-again = 身分提供者未要求您重新登入，或未回報已重新登入。請再試一次；若仍無法解決，管理員可以在記錄檔中找到原因。
error-sign-on-disabled = 您的使用者在此入口網站已停用。請洽管理員。
error-sign-on-name-taken = 可供您使用的使用者名稱已屬於此入口網站的其他使用者。請洽管理員。
error-expired = { $name } 已於 { $when } 到期，不再提供。請更換其值，或變更日期。
