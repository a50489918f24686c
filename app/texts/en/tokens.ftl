# The pages of API tokens.

tokens-heading = Tokens
tokens-lead = API tokens for scripts and clusters. <a href="{ $address }">API reference</a>
tokens-none = No tokens yet.
tokens-none-text = Create one for a script or cluster that uses the API.
tokens-owner = Token owner
tokens-mine = My tokens
tokens-all = All tokens
tokens-name = Name
tokens-scope = Scope
tokens-secrets = Secrets
tokens-created = Created
tokens-used = Last used
tokens-expires = Expires
tokens-every-secret = all
tokens-prefix = names starting with { $prefix }
tokens-revoked = revoked { MARKUP($when) }
tokens-expired = expired { MARKUP($when) }
tokens-created-by = { MARKUP($when) } by { $name }
tokens-revoke = Revoke
tokens-revoke-one = Revoke { $name }
tokens-rejected-from = rejected from { MARKUP($when) } unless the owner signs in before

tokens-add = Add token
tokens-add-lead = You'll see the token once, on the next page. It can't do more than your own role.
tokens-name-hint = What it is for, such as the cluster or script that uses it.
tokens-only-prefix = Restrict to names starting with
tokens-only-prefix-hint = Names without the prefix of their type: harbor covers image-harbor-eu, and secrets that are added later.
tokens-only-secrets = Restrict to these secrets
tokens-only-secrets-hint = One id on each line, such as image-hub or gitsync-secret-data.
tokens-expiry = Expires after (days)
tokens-expiry-hint = 30 days if left empty. Enter never for a token that doesn't expire.
tokens-longest =
    { $days ->
        [one] Tokens last 1 day at most.
       *[other] Tokens last { $days } days at most.
    }
tokens-restricted = To read values or to write, your token must be restricted: enter how the names start, or the ids.
tokens-proof-hint = Needed for every scope except “Read metadata”: the token lasts longer than your session.
tokens-create = Create token

tokens-created-heading = Token created
tokens-created-never = Token <b>{ $name }</b> created. Copy it now; you won't see it again. It never expires.
tokens-created-until = Token <b>{ $name }</b> created. Copy it now; you won't see it again. It expires on { $when }.
tokens-token = Token
tokens-soon = Expires soon
tokens-try = To try it, paste the token when this asks for it:
tokens-again-heading = Token already created
tokens-again = You already sent this form, and it created the token <b>{ $name }</b>. A token is shown only once. If you didn't copy it, revoke it and create another one.
tokens-create-another = Create another token

tokens-revoke-heading = Revoke token
tokens-revoke-question = Revoke <b>{ $name }</b> of { $owner } (<code>{ $id }</code>)? Anything using it stops working immediately. This can't be undone.
tokens-command-line = the command line
