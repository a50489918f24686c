# The roles of users.

role-reader = Reader
role-editor = Editor
role-admin = Admin
role-reader-allows = can see secrets, not their values
role-editor-allows = can change secrets, and read values with API tokens
role-admin-allows = can also manage users, tokens and the audit log
