# What any page says that cannot be shown.

page-not-found = Page not found
page-not-found-text = This page doesn't exist. Check the address.
page-to-secrets = Go to secrets
