# What any page says that cannot be shown, and the controls of lists and questions.

page-not-found = Page not found
page-not-found-text = This page doesn't exist. Check the address.
page-missing-guide = Guide not found
page-to-help = Go to help
page-missing-text = It may have been deleted, or the address is incomplete.
page-missing-secret = Secret not found
page-missing-image = Image not found
page-missing-dataset = Dataset not found
page-missing-user = User not found
page-missing-token = Token not found
page-missing-session = Session not found
page-missing-account = Account not found
page-missing-record = Record not found
page-to-secrets = Go to secrets
page-to-images = Go to images
page-to-datasets = Go to datasets
page-to-users = Go to users
page-to-tokens = Go to tokens
page-to-account = Go to your account
page-to-audit = Go to the audit log
page-not-loaded = This page could not be loaded
page-not-tested = Not tested
page-try-again = Try again
page-forbidden = You don't have access to this page
page-forbidden-role = You are signed in as { $role }.
page-forbidden-help = Ask an administrator for another role.
page-forbidden-admins = Ask an administrator for another role: { $names }.

page-actions = Actions
page-add = Add
page-breadcrumb = Breadcrumb
page-cancel = Cancel
page-copy = Copy
page-copied = Copied
page-done = Done
page-search = Search
page-all = All
page-pages = Pages
page-first = First
page-next = Next
page-clear-search = Clear search
page-clear-filters = Clear filters
page-not-possible = Not possible
page-not-deleted = Not deleted
page-never = never
page-ok = OK
page-places-from = From <code>{ $places }</code>
page-places-more = and { $count } more
page-here-only = <code>{ $address }</code> only works on this machine. For others, set <code>LATCHKEY_PUBLIC_URL</code> to the address that they use, and restart the server.

# Items in a sentence.
page-comma = { $first }, { $next }
page-and = { $first } and { $last }
page-description = Secrets for Git datasets and container images
page-missing-notice = Not found
page-to-notifications = Go to notifications
