# Why a request was not carried out.

error-fields = Some fields need another look.
error-rows = Some rows need another look. Nothing was saved yet.
error-not-found = This secret does not exist. It may have been deleted.
error-duplicate = The secret { $name } holds the same. Nothing was saved.
error-changed = Someone else changed this secret.
error-sealed = The portal is sealed: its key encryption key is not the one the stored values were sealed with. Start the server with the right key; nothing was changed.
error-unavailable = The database does not answer at the moment. Nothing was changed. Try again in a minute.
error-too-many-tests = You have tested very often, so nothing was tested. Wait { $seconds } seconds, then test again.
error-not-signed-in = Your session had ended, so nothing was saved. What you typed is still here: sign in again if you have not yet, then press Confirm once more.
error-forbidden = Your role does not allow this. Nothing was changed. An administrator can help.
error-internal = Something went wrong in the portal, and nothing was changed. Its log has the cause under reference { $reference }.
error-bad-request = The portal could not read this request. Load the page again and retry.

error-wrong-password = Wrong username or password. After five failed attempts the account is locked for 15 minutes.
error-locked =
    { $minutes ->
        [one] Too many failed attempts for this username. Try again in 1 minute, or ask an administrator for a link to set a new password.
       *[other] Too many failed attempts for this username. Try again in { $minutes } minutes, or ask an administrator for a link to set a new password.
    }
error-locked-inside =
    { $minutes ->
        [one] Too many wrong passwords, so passwords aren't checked for now. You stay signed in: try again in 1 minute. If you have forgotten your password, another administrator can reset it, and so does “latchkey user reset-password” on the server.
       *[other] Too many wrong passwords, so passwords aren't checked for now. You stay signed in: try again in { $minutes } minutes. If you have forgotten your password, another administrator can reset it, and so does “latchkey user reset-password” on the server.
    }
error-locked-out =
    { $minutes ->
        [one] That was one wrong password too many. Your session has ended, and nothing was changed. Sign in again in 1 minute. If you have forgotten your password, another administrator can reset it, and so does “latchkey user reset-password” on the server.
       *[other] That was one wrong password too many. Your session has ended, and nothing was changed. Sign in again in { $minutes } minutes. If you have forgotten your password, another administrator can reset it, and so does “latchkey user reset-password” on the server.
    }
error-busy =
    { $seconds ->
        [one] Too many people are signing in right now. Your password wasn't checked; try again in 1 second.
       *[other] Too many people are signing in right now. Your password wasn't checked; try again in { $seconds } seconds.
    }
error-link-spent = This link has expired or was already used. Ask for a new one.
error-last-admin = You can't remove the last administrator. Make another user an admin first.
error-no-passwords = Password sign-in is off. Use single sign-on.
error-kept-by-provider = This user's password and groups are managed by their identity provider. Changes there apply from the next sign-in.
error-prove-at-provider = Sign in again at your provider first. It counts for five minutes.
error-nothing-chosen = Choose at least one credential, or cancel the import.
error-import-gone = This import is gone. Imports are kept for 15 minutes and for one session, and a new import replaces them. Upload the file again.
error-wrong-shape = This secret can't be exported in this format. Choose another one.
error-no-url = Argo CD needs the repository of each key, and none is known for { $names }. Enter a test repository there, or choose another format.
error-other-host = The password of { $name } was entered for another registry host, so it isn't exported. Edit the secret and enter the password again.
error-version-gone = The value of this version is no longer kept: newer values took its place, or someone destroyed it.
error-channel-disabled = The channel is disabled, because its receiver answered that it is gone. Resume the channel first.
error-current-version = This version is in use, and a secret can't be without a value. Enter a new value or roll back to another version first.
error-test-failed = The value of this version doesn't work, so nothing was changed. { $cause }
error-unreachable = The portal didn't respond, so the change may or may not be saved. Check the list before you try again.

error-sign-on-expired = Signing in took too long, or was started in another window. Sign in again.
error-sign-on-unreachable = Your identity provider isn't responding. Try again in a minute.
error-sign-on-misconfigured = Single sign-on is misconfigured. An administrator can find the cause in the log.
error-sign-on-untrusted = The response of your identity provider couldn't be verified, so you weren't signed in. An administrator can find the cause in the log.
error-sign-on-denied = You weren't signed in: it was cancelled, or your identity provider denied it.
error-sign-on-no-group = None of your groups has access to this portal. Ask whoever manages your account to add you to one.
error-sign-on-groups-left-out = You are in more groups than your identity provider reports, so your role is unknown. Ask an administrator; the log says what to change.
error-sign-on-no-groups-told = Your identity provider doesn't report your groups, so your role is unknown. Ask an administrator; the log says what to change.
error-sign-on-not-asked-again = Your identity provider didn't ask you to sign in again, or doesn't say that it did. Try again; if that doesn't help, an administrator can find the cause in the log.
error-sign-on-disabled = Your user is disabled in this portal. Ask an administrator.
error-sign-on-name-taken = The usernames that could be yours belong to other users of this portal. Ask an administrator.
error-expired = { $name } expired on { $when } and isn't handed out any more. Replace its value, or change its dates.
