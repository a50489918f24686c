# Notices about what was just done.

flash-secret-saved = Secret saved: <a href="{ $address }">{ $name }</a>.
flash-host-corrected = The registry host was corrected: <code>{ $host }</code>.
flash-secret-deleted = Secret deleted: <b>{ $name }</b>.
flash-link = <a href="{ $address }">{ $name }</a>
flash-comma = { MARKUP($first) }, { MARKUP($next) }
flash-imported =
    { $count ->
        [one] 1 secret imported: { MARKUP($names) }.
       *[other] { $count } secrets imported: { MARKUP($names) }.
    }
flash-imported-and-more = { NUMBER($count) } secrets imported: { MARKUP($names) } and { NUMBER($more) } more.
flash-imported-unnamed = { NUMBER($count) } secrets imported.
flash-password-changed = Password changed.
flash-session-ended = Session ended.
flash-sessions-ended = All sessions of this user ended.
flash-role-changed = Role changed.
flash-user-disabled = User disabled.
flash-user-enabled = User enabled.
flash-token-revoked = Token revoked.
flash-signed-out = You are signed out.
flash-import-discarded = Nothing was imported.
flash-key-switched = The new key is in use.
flash-rolled-back = Rolled back. The earlier value is in use again.
flash-version-destroyed = The value of this version is destroyed.
flash-key-discarded = New key discarded.
flash-image-saved = Image saved.
flash-image-deleted = Image deleted.
flash-dataset-saved = Dataset saved.
flash-dataset-deleted = Dataset deleted.
flash-secret-removed = Secret removed for good.
flash-key-backed-up = Noted: the key file is backed up.
flash-steps-dismissed = Set-up steps dismissed.
flash-secret-restored = Secret restored: <a href="{ $address }">{ $name }</a>.
flash-secrets-deleted = { $count ->
    [one] 1 secret deleted.
    *[other] { $count } secrets deleted.
}
flash-secrets-restored = { $count ->
    [one] 1 secret restored.
    *[other] { $count } secrets restored.
}
flash-undo = Undo
flash-other-sessions-ended = All other sessions ended.
flash-mail-asked = Mail sent. Open the link in it to confirm the address.
flash-mail-forgotten = Address removed. No more mail is sent to it.
flash-mail-tested = Test mail sent.
flash-mail-chosen = Notifications saved.
flash-channel-saved = Channel saved.
flash-channel-deleted = Channel deleted.
flash-channel-paused = Channel paused. Its notifications wait.
flash-channel-resumed = Channel active.
flash-channel-tested = The receiver accepted the test.
flash-notice-rule-saved = Rule saved.
flash-notice-rule-deleted = Rule deleted.
flash-notice-settings-saved = Settings saved.
flash-notice-sent-again = The notification is sent again.
