# The roles of users.

role-reader = 檢視者
role-editor = 編輯者
role-admin = 管理員
