# The roles of users.

role-reader = 檢視者
role-editor = 編輯者
role-admin = 管理員
role-reader-allows = 可以檢視 Secret，但無法檢視其值
role-editor-allows = 可以變更 Secret，並透過 API 權杖讀取值
role-admin-allows = 還可以管理使用者、權杖與稽核記錄
