# Notices about what was just done.

notice-saved = Secret saved: <a href="{ $address }">{ $name }</a>.
notice-saved-host = Secret saved: <a href="{ $address }">{ $name }</a>. Its registry host was changed to <code>{ $host }</code>.
notice-deleted = Secret deleted: <b>{ $name }</b>.
notice-deleted-several = { $count ->
    [one] 1 secret deleted.
    *[other] { $count } secrets deleted.
}
notice-undo = Undo
notice-restored = Secret restored: <a href="{ $address }">{ $name }</a>.
notice-restored-several = { $count ->
    [one] 1 secret restored.
    *[other] { $count } secrets restored.
}
notice-imported = { $count ->
    [one] 1 secret imported.
    *[other] { $count } secrets imported.
}
notice-password-changed = Password changed.
notice-session-ended = Session ended.
notice-other-sessions-ended = All other sessions ended.
notice-sessions-ended = All sessions of this user ended.
notice-role-changed = Role changed.
notice-user-disabled = User disabled.
notice-user-enabled = User enabled.
notice-token-revoked = Token revoked.
notice-signed-out = You are signed out.
notice-import-discarded = Nothing was imported.
notice-key-switched = The new key is in use.
notice-key-discarded = New key discarded.
notice-image-saved = Image saved.
notice-image-deleted = Image deleted.
notice-dataset-saved = Dataset saved.
notice-dataset-deleted = Dataset deleted.
notice-secret-removed = Secret removed for good.
notice-key-backed-up = Noted: the key file is backed up.
notice-steps-dismissed = Set-up steps dismissed.
