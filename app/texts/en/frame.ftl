# The frame around every page.

frame-skip = Skip to main content
frame-menu = Menu
frame-navigation = Main
frame-search = Search
frame-overview = Overview
frame-secrets = Secrets
frame-images = Images
frame-datasets = Datasets
frame-tokens = Tokens
frame-users = Users
frame-audit = Audit
frame-system = System
frame-help = Help
frame-account = Account
frame-sign-out = Sign out
frame-theme = Theme
frame-theme-system = Auto
frame-theme-light = Light
frame-theme-dark = Dark
frame-language = Language
frame-dismiss = Dismiss
frame-notifications = Notifications
