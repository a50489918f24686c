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
