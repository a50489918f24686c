# The pages of users.

users-heading = Users
users-lead = People who can sign in, and their roles.
users-none = No users match.
users-username = Username
users-username-hint = Letters a to z, digits and . _ - + @
users-role = Role
users-state = State
users-last-sign-in = Last sign-in
users-active = Active
users-disabled = Disabled
users-invited = Invited
users-edit = Edit
users-edit-one = Edit { $name }
users-signs-in-at = Signs in at { $provider }
users-proof-hint = This change lasts longer than your session, so confirm that it is you.

users-add = Add user
users-add-lead = You'll get a one-time link to send to the user so they can set a password.
users-added = User added
users-link-heading = Password link
users-link = Link
users-link-lead = Send this link to <b>{ $name }</b>. It works once, expires in 24 hours, and is only shown here.
users-again-added = User already added
users-again-heading = Link already created
users-again = You already sent this form, and it created a link for <b>{ $name }</b>. A link is shown only once. If you don't have it, create another one; the earlier link then stops working.
users-another-link = Create another link

users-one = User { $name }
users-you = This is you.
users-signed-in = { MARKUP($state) }, signed in { MARKUP($when) }.
users-never-signed-in = { MARKUP($state) }, has never signed in.
users-sessions = Sessions
users-session-count =
    { $count ->
        [0] No active sessions
        [one] 1 active session
       *[other] { $count } active sessions
    }
users-end-sessions = End all sessions
users-tokens = API tokens
users-token-count =
    { $count ->
        [0] No valid API tokens
        [one] 1 valid API token
       *[other] { $count } valid API tokens
    }
users-records = Audit records of this user
users-suspended = This user's API tokens have been rejected since their identity provider denied or signed them out, { MARKUP($when) }. They work again once the user signs in there and has a role.
users-role-and-password = Role and password
users-role-at-provider = This user signs in at <b>{ $provider }</b>. Their role is <b>{ $role }</b>, from their groups at the last sign-in. Groups and password are managed there.
users-change-role = Change role
users-password = Password
users-password-lead = Create a one-time link to set a new password. The current password and all sessions end immediately.
users-reset-password = Reset password
users-enable = Enable
users-disable = Disable
users-enable-user = Enable user
users-disable-user = Disable user
users-is-disabled = This user can't sign in.
users-disable-lead = Signs the user out everywhere, blocks sign-in and stops their API tokens. Nothing is deleted.

users-back = Back to the user
users-ask-role = Change the role of <b>{ $name }</b> from { $from } to <b>{ $to }</b>? All sessions end. From the next sign-in on, the user { $allows }.
users-ask-disable = Disable <b>{ $name }</b>? They are signed out everywhere, can no longer sign in, and their API tokens stop working. Nothing is deleted, and you can enable them again.
users-ask-enable = Enable <b>{ $name }</b>?
users-ask-end-sessions =
    { $count ->
        [0] End all sessions of <b>{ $name }</b>? There are none at the moment.
        [one] End the session of <b>{ $name }</b>? They have to sign in again; unsaved work may be lost.
       *[other] End all { $count } sessions of <b>{ $name }</b>? They have to sign in again on every device; unsaved work may be lost.
    }
users-ask-reset = Create a one-time link for <b>{ $name }</b> to set a new password? The current password and all sessions end immediately, before the link is used. The next page shows the link, once.
users-ask-set = Create a one-time link for <b>{ $name }</b> to set a password? There is none yet. The next page shows the link, once.
users-enable-role = They can sign in again in the role { $role }.
users-enable-no-password = They have no password, and can sign in once they have set one with a link.
users-enable-provider = They can sign in again at their identity provider, in the role that their groups there give.
users-enable-tokens = Their API tokens that have not ended work again.
users-enable-tokens-provider = Their API tokens that have not ended work again, unless the last sign-in is too long ago: then from the next one on.
users-enable-tokens-suspended = Their API tokens stay rejected until they have signed in there.
users-revoke-tokens =
    { $count ->
        [one] Also revoke their API token. Anything using it stops working immediately.
       *[other] Also revoke their { $count } API tokens. Anything using them stops working immediately.
    }
users-last-admin = You can't remove the last administrator. Make another user an admin first.
users-last-admin-you = You are the last administrator, and can't be removed. Make another user an admin first.
users-same-role = { $name } already has the role { $role }. Choose another one.
users-not-disabled = { $name } isn't disabled, and can sign in.
users-you-role = <b>This is you.</b> You will be signed out immediately and can no longer manage users; only another administrator can undo this. As { $role }, you { $allows }.
users-you-disable = <b>This is you.</b> You will be signed out immediately, and only another administrator can let you in again.
users-you-end-sessions = <b>This is you.</b> You will be signed out immediately, here too.
users-you-reset = <b>This is you.</b> You will be signed out immediately, and only the link on the next page lets you in again. To change your password and stay signed in, use your account page.
