# Signing in, setting up, and choosing a password by a link.

sign-in-heading = Sign in
sign-in-set-up-first = Set up Latchkey first
sign-in-set-up-link = The server printed a one-time set-up link in its log. It is valid for one hour; restart the server to get a new one.
sign-in-try-again = Try again
sign-in-unavailable = You can't sign in right now
sign-in-continue = Continue with { $provider }
sign-in-or-password = Or with a password
sign-in-username = Username
sign-in-password = Password
sign-in-submit = Sign in

sign-in-setup-heading = Set up Latchkey
sign-in-setup-lead = Create the first administrator account. This link works once.
sign-in-setup-username-hint = Letters a to z, digits and . _ - + @
sign-in-setup-submit = Create administrator

sign-in-choose-heading = Choose a password
sign-in-choose-lead = For the user <b>{ $name }</b>. This link works once.
sign-in-choose-submit = Save password
sign-in-new-password = New password
sign-in-new-password-hint = At least 12 characters. Several words work well.
sign-in-repeat-password = Repeat password

sign-in-link-unavailable = This link can't be checked right now
sign-in-spent-heading = This link is no longer valid
sign-in-spent-text = It has expired or was already used. Ask an administrator for a new one. Setting up Latchkey? Restart the server to get a new link.
