# The account page.

account-heading = Account
account-who = Signed in as <b>{ $name }</b> (<b>{ $role }</b>: { $allows }).
account-password = Password
account-password-at = You sign in at <b>{ $provider }</b>. Your password is kept there, and so are the groups that decide your role.
account-change-password = Change password
account-change-password-lead = This signs you out everywhere except in this browser.
account-current-password = Current password
account-revoke-tokens = Also revoke my API tokens. Anything using them stops working immediately.
account-sessions = Sessions
account-device = Device
account-address = Address
account-begun = Signed in
account-seen = Last seen
account-this-session = This session
account-end-session = End session
account-unknown-device = Unknown device
account-unknown-address = unknown
account-tokens = API tokens
account-token-used = <b>{ $name }</b>: { $scope }, used { $when }
account-token-unused = <b>{ $name }</b>: { $scope }, never used
account-no-tokens = You have no API tokens.
account-your-tokens = Your API tokens

account-end-question = End the session on <b>{ $device }</b>, last seen { $when }? Anyone using it has to sign in again; unsaved work may be lost.
account-end-question-at = End the session on <b>{ $device }</b> ({ $address }), last seen { $when }? Anyone using it has to sign in again; unsaved work may be lost.
account-end-this = <b>This is the session you are using.</b> You will be signed out immediately.

account-proof-given = You signed in at your provider a moment ago. That confirms for five minutes that it is you.
account-proof-again = { $why } <a href="{ $address }">Sign in again</a> at your provider. It counts for five minutes.
account-proof-again-tab = { $why } Sign in again in another tab, then send this form again.
account-proof-tab = Sign in again in another tab

account-language-of-browser = Browser's language

account-browser-on = { $browser } on { $system }
account-end-others = End all other sessions
account-end-others-question = { $count ->
    [one] End 1 other session? Anyone using it has to sign in again; unsaved work may be lost. You stay signed in here.
    *[other] End { $count } other sessions? Anyone using them has to sign in again; unsaved work may be lost. You stay signed in here.
}
account-no-others = You have no other sessions.
account-back = Back to your account
account-notifications = Notifications
