# The fields of forms.

field-name = Name
field-display-name = Display Name
field-type = Type
field-secret = Secret
field-passphrase = Passphrase
field-repository = Test repository
field-known-hosts = Known hosts
field-registry-host = Registry Host
field-username = Username
field-password = Password
field-image = Test image
field-expires-at = Expires
field-renew-every-days = Renew every
field-stop-when-expired = Stop handing out when expired
field-branch = Branch
field-pull-secret = Pull secret
field-confirmation = Name of the secret
field-repeat-password = Repeat password
field-current-password = Current password
field-role = Role
field-scope = Scope
field-prefix = Only names that begin with
field-secrets = Only these secrets
field-expiry = Expires
field-revoke-tokens = Revoke API tokens
