# The scopes of API tokens, and why a token is rejected.

scope-read-metadata = Read metadata
scope-read-values = Read values
scope-write = Write
scope-read-audit = Read audit log
scope-read-metadata-allows = list secrets, without their values
scope-read-values-allows = list secrets and read their values
scope-write-allows = list, add, change and delete secrets; can't read values
scope-read-audit-allows = read the audit log, and list all tokens and secrets
scope-stopped-disabled = Rejected: the owner is disabled.
scope-stopped-suspended = Rejected until the owner signs in again: the identity provider has signed them out.
scope-stopped-not-seen = Rejected until the owner signs in again: their last sign-in is too long ago.
scope-manage-notices = Manage notifications
scope-manage-notices-allows = manage channels and rules of notifications, see their deliveries, and list secrets, images and datasets
