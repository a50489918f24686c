# A change that was made in the meantime.

conflict-own-secret = You changed this secret in another window
conflict-own-image = You changed this image in another window
conflict-own-dataset = You changed this dataset in another window
conflict-own-channel = You changed this channel in another window
conflict-own-rule = You changed this rule in another window
conflict-other-secret = Someone else changed this secret
conflict-other-image = Someone else changed this image
conflict-other-dataset = Someone else changed this dataset
conflict-other-channel = Someone else changed this channel
conflict-other-rule = Someone else changed this rule
conflict-own = <b>You</b> changed { $fields } { MARKUP($when) }.
conflict-other = <b>{ $by }</b> changed { $fields } { MARKUP($when) }.
conflict-hint = Nothing was saved, and what you entered is still here. Reload to see the change, or overwrite it with your version.
conflict-reload = Reload
conflict-overwrite = Overwrite

# What was changed, for $fields.
conflict-it = it
conflict-display-name = the display name
conflict-private-key = the private key
conflict-test-repository = the test repository
conflict-known-hosts = the trusted host keys
conflict-registry-host = the registry host
conflict-username = the username
conflict-password = the password
conflict-image = the image
conflict-branch = the branch
conflict-pull-secret = the secret to use
conflict-other-fields = other fields
