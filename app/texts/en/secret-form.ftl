# The form of a secret.

secret-form-git-dataset = An SSH key that reads a Git repository.
secret-form-image-pull = A registry account that pulls container images.
secret-form-type-hint = You can't change it later.
secret-form-locked = Can't be changed.
secret-form-registry-facts = Registry facts
secret-form-private-key = SSH private key
secret-form-paste = Paste
secret-form-file = Choose a file
secret-form-generate = Generate
secret-form-generate-hint = Latchkey generates a key pair. The private key is encrypted and never shown in the browser: only an API token with the scope “Read values” can read it. The next page shows the public key and where to add it. Only a name is needed.
secret-form-key-type = Key type
secret-form-rsa = RSA 4096, for older servers
# What is fixed in the form.
secret-form-name-hint = Lowercase letters, digits, hyphens and dots. You can't change it later.
secret-form-display-name-hint = Shown in lists. Leave empty to use the name.
secret-form-key-hint = The private key: the file without .pub. It is encrypted on arrival and never shown again.
secret-form-stored-key = Stored key: { $kind }, <code>{ $fingerprint }</code>
secret-form-generate-instead = To rotate the key, <a href="{ $address }">generate a new key pair</a>, or paste another private key below.
secret-form-key-stored = A private key is stored. Leave this empty to keep it.
secret-form-key-replace = Paste a secret to replace it
secret-form-key-begin = -----BEGIN OPENSSH PRIVATE KEY-----
secret-form-host-hint = The host in your image names, for example ghcr.io or registry.example.com:5000. With a path, such as quay.io/team, only for images below it.
secret-form-username-hint = Usually a deploy token or robot account.
secret-form-password-hint = The token or password, exactly as issued. It is encrypted on arrival and never shown again.
secret-form-password-stored = A password is stored. Leave this empty to keep it.
secret-form-password-replace = Type a password to replace it
secret-form-password-ends = The ends of the password
secret-form-password-ends-choose = Choose
secret-form-password-ends-without = Remove it
secret-form-password-ends-keep = Keep it
secret-form-browse = Browse…
secret-form-browse-hint = Your browser reads the file into the box.
secret-form-cancel = Cancel

# What the form shows once it responds.
secret-form-confirm = Confirm
secret-form-saving = Saving…
secret-form-not-saved = Not saved
secret-form-value-dropped = For security the key or password isn't kept. Enter it again.
secret-form-sign-in = Sign in in another tab
secret-form-reload = Reload
secret-form-overwrite = Overwrite
secret-form-duplicate-key = Duplicate key
secret-form-duplicate-account = Duplicate account
secret-form-same-key = { $name } already uses this key.
secret-form-same-account = { $name } already uses this account at this registry.
secret-form-save-anyway = Save anyway
secret-form-open = Open it
secret-form-use = Use “{ $name }”
secret-form-show = Show
secret-form-hide = Hide
secret-form-unreadable = The file couldn't be read. Choose it again, or paste its text.
secret-form-corrected = Will be saved as { $host }, the form Docker and Kubernetes expect.
