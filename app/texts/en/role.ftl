# The roles of users.

role-reader = Reader
role-editor = Editor
role-admin = Admin
