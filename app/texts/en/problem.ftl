# What is wrong with a field.

problem-user-name-missing = Enter a username.
problem-user-name-too-long = A username has at most { NUMBER($most) } characters. Choose a shorter one.
problem-user-name-character = Use letters a to z, digits and . _ - + @ only, and begin with a letter or digit.
problem-user-name-taken = A user with this name already exists. Choose another name.
problem-password-short = Use at least { NUMBER($least) } characters. Several words work well.
problem-password-long = Use at most { NUMBER($most) } characters.
problem-password-common = This password is too common.
problem-password-differs = The passwords don't match.
problem-password-wrong = This is not your current password.
problem-password-missing = Enter your current password.
problem-role = Choose { $reader }, { $editor } or { $admin }.
problem-token-name-missing = Enter a name.
problem-token-name = Use at most 100 characters, on one line.
problem-token-name-mark = The name has an invisible character, or a mark that changes the writing direction. Type it again.
problem-token-name-reserved = This is the name of a person, or reserved by the portal. Choose another name.
problem-token-name-of = Tokens are shown as “token NAME of PERSON”, so a name can't contain the word “of”. Choose another name.
problem-token-name-taken = You already have a token with this name. Choose another name, or revoke that one first.
problem-tokens-too-many = Nobody can have more than { NUMBER($most) } valid tokens, and you have as many or more. Revoke some that aren't in use.
problem-token-scope = Choose what the token can do.
problem-token-scope-beyond-role = A token can't do more than your own role, and “{ $scope }” needs the role { $role }. Choose another scope.
problem-token-prefix = No name starts like this: use lowercase letters, digits, - and . only.
problem-token-secret = Enter ids such as image-hub or gitsync-secret-data, separated by spaces or line breaks.
problem-token-no-secret = There is no secret { $id }. Check the id. For secrets that are added later, restrict the token to how their names start.
problem-token-no-secret-meant = There is no secret { $id }. Did you mean { $meant }?
problem-token-secret-meant = Enter the secret's id. Did you mean { $meant }?
problem-token-secrets-too-many = Choose at most { NUMBER($most) } secrets one by one, or use a prefix.
problem-token-restricted-twice = Use either a prefix or a list of secrets, not both.
problem-token-expiry = Enter a number of days from 1 to { NUMBER($most) }, or never.
problem-token-expiry-beyond =
    { $days ->
        [one] Tokens last 1 day at most. Enter 1.
       *[other] Tokens last { $days } days at most. Enter a number from 1 to { $days }.
    }
problem-token-unrestricted = Editors can only create restricted tokens. Enter how the names start, or the ids below.

problem-usage-name-taken = This name is taken. Choose another name.
problem-usage-image-form = This is not an image reference, such as ghcr.io/group/app:tag. Without a registry, Docker Hub is used.
problem-usage-git-form = This is not a repository address, such as git@github.com:group/app.git or https://github.com/group/app.git.
problem-usage-git-user-info = Remove the username and password from the address. Use a secret instead.
problem-usage-branch = This is not a branch name, such as main.
problem-usage-no-such-secret = That secret no longer exists. Choose another one, or none.
problem-usage-key-for-https = SSH keys need an SSH address. Enter it, or choose no secret.
problem-usage-nothing-to-test = Choose the secret to test with.
problem-usage-other-registry = This secret is for another registry than the image, so it wasn't sent there.
problem-usage-name-not-typed = It is in use. Type its name, as shown above, to delete it.
problem-usage-confirmation-not-typed = Some of them are in use. Type the words, as shown above, to delete them.
problem-usage-no-such-branch = The repository has no branch with this name. Correct it, or leave it empty for the default branch.
problem-usage-branch-is-tag = This is the name of a tag, not of a branch. Enter a branch.
problem-usage-no-default-branch = The repository's default branch doesn't exist. Enter a branch.
problem-usage-hub-otherwise = Docker and Kubernetes treat this host as a registry of its own and don't look for a Docker Hub account there. Use docker.io instead, such as docker.io/group/app:tag.
problem-key-missing = Enter the private key.
problem-key-too-long = This text is longer than 64 KiB, which no private key is. Paste only the contents of the key file.
problem-key-binary = This is not a text. Enter the private key in OpenSSH, PEM or PuTTY form.
problem-key-public-key = This is the public key. Paste the private key: the file without .pub.
problem-key-certificate = This is a certificate. Paste the private key that belongs to it.
problem-key-two-keys = There is more than one key here. Paste one; each secret holds one key.
problem-key-one-line = The line breaks of this key were lost. Paste it from the file itself, with each line on a line of its own.
problem-key-written-newlines = The line breaks of this key are written as \n. Paste it from the file itself, with real line breaks.
problem-key-truncated = A part of this key is missing. Paste all of it, from the first line to the last.
problem-key-damaged = This key is damaged: there is no complete key between its first and last line. Copy it again.
problem-key-surrounded = There is something before or after the key. Paste the key alone, from its first line to its last.
problem-key-dsa = This is a DSA key, which servers no longer accept. Generate an Ed25519 key instead.
problem-key-passphrase = This key has a passphrase. Enter it; Latchkey stores the key without it, encrypted.
problem-key-wrong-passphrase = This is not the passphrase of the key. Enter it again.
problem-key-too-protected = Its passphrase takes too much time or memory to try. Make a copy without one: ssh-keygen -p -N "" -f COPY; of a PuTTY file, with PuTTYgen.
problem-key-unknown-protection = This key is protected in a way that Latchkey can't read. Make a copy without a passphrase: openssl pkey -provider legacy -provider default -in KEY -out COPY.
problem-key-old-putty = This is PuTTY's oldest form. Load it in PuTTYgen and save it again.
problem-key-short-rsa = This RSA key has fewer than 2048 bits, which isn't safe, and many hosts refuse it. Generate a new key instead.
problem-key-hardware-key = This key needs a hardware token, so it can't be used unattended. Generate a key without one.
problem-key-unsupported = Git servers don't accept this key type. Use Ed25519, RSA or ECDSA on P-256, P-384 or P-521.
problem-key-not-a-key = This is not a private key. It begins with a line such as -----BEGIN OPENSSH PRIVATE KEY-----.
problem-key-base64 = This is the key in base64, as in a Kubernetes Secret. Decode it: base64 -d.
problem-key-smart-dashes = The hyphens around this key became dashes. Copy it from the file itself.
problem-key-ssh-com = This is a key in ssh.com's form. Convert it: puttygen KEY -O private-openssh -o COPY.
problem-key-uneven-primes = The primes of this RSA key differ in length, which is not supported. Generate a new key.
problem-key-reader-failed = The portal failed on this key, which may be sound. Use another, and tell whoever runs the portal.
problem-key-stray-character = This key is damaged: there is a character between its first and last line that belongs to no key. Copy it again.
problem-key-uneven-base64 = This key is damaged: characters are missing in its base64, or there are too many. Copy it again.
problem-key-longer = This key is damaged: it is longer than it says. Something was put into it or behind it. Copy it again.
problem-key-other-form = This key is damaged, or has the first and last line of another: what is between them is in another form than they say. Copy it again.
problem-key-halves-differ = This key is damaged: its public half is not that of its private half. Copy it again.
problem-key-rsa-primes = This RSA key is damaged: its modulus is not the product of its primes. Copy it again.
problem-key-rsa-exponents = This RSA key is damaged: its private exponent does not fit its public one. Copy it again.
problem-key-large-exponent = The public exponent of this RSA key is too large. Generate a new key.
problem-key-check-numbers = This key is damaged: the two check numbers in its private part differ. Copy it again.
problem-key-padding = This key is damaged at its end: its last block is not filled up as OpenSSH does it. Copy it again.
problem-key-checksum = This PuTTY file is damaged or was edited: its checksum (Private-MAC) doesn't match its contents. Copy the file again, as PuTTYgen saved it.
problem-key-unknown-cipher = This key is encrypted with a cipher that neither the portal nor OpenSSH since 7.6 reads, such as Blowfish. Where you have an older OpenSSH, make a copy without a passphrase: ssh-keygen -p -N "" -f COPY. Otherwise generate a new key.

problem-host-missing = Enter the registry host, such as registry.gitlab.com.
problem-host-user-info = The registry host has an '@'. Enter the host alone; username and password have fields of their own.
problem-host-query = The registry host has a '?' or '#'. Enter the host alone, such as registry.gitlab.com.
problem-host-scheme = The registry host has another scheme than https. Enter only the host, such as registry.gitlab.com.
problem-host-port = The port of the registry host is not a number from 1 to 65535.
problem-host-path = This is not a path that images can have. Enter the host alone, or with the path of a group, such as quay.io/team, without a tag.
problem-host-label = The registry host is not a host name. Use letters, digits and hyphens between dots, such as registry.gitlab.com.
problem-host-not-ascii = The registry host has letters outside ASCII. Enter its encoded form, which begins with xn--.
problem-host-too-long = The registry host is too long: host names have at most 253 characters.
problem-host-address = The registry host looks like an IP address but isn't valid. IPv4: 192.0.2.1; IPv6 in brackets: [2001:db8::1]:5000.
problem-host-pattern = The registry host has a '*'. Enter one host: only the kubelet reads patterns, and the password would go to every host that matches.

problem-username-missing = Enter the username.
problem-username-colon = A username can't contain ':'. If you pasted username:password, split them.
problem-username-control = The username has a control character. Type it again.
problem-username-space = The username has a space before or after it. Remove it.
problem-username-too-long = The username is longer than 255 characters.

problem-name-missing = Enter a name.
problem-name-too-long = A name has at most { NUMBER($most) } characters. Choose a shorter one.
problem-name-character = Use lowercase letters, digits, '-' or '.' only.
problem-name-start = The name starts with '-' or '.'. It must start and end with a letter or digit.
problem-name-end = The name ends with '-' or '.'. It must start and end with a letter or digit.
problem-name-label = The name has a '.' next to a '.' or '-'. Each part between dots must start and end with a letter or digit.
problem-name-taken-git = A Git Dataset secret with this name already exists.
problem-name-taken-image = An Image Pull secret with this name already exists.
problem-name-same = Another row has this name. Choose another one here or there.
problem-display-too-long = A display name has at most { NUMBER($most) } characters. Choose a shorter one.
problem-display-control = The display name has a control character or line break. Type it on one line.
problem-display-direction = The display name has an invisible mark that changes the writing direction. Remove it, or type the name again.
problem-type = Choose Git Dataset or Image Pull.
problem-unknown = The portal doesn't accept this. Load the page again and retry.

problem-value-missing = Enter the password or token.
problem-value-too-long = The password is longer than 64 KiB.
problem-value-host-changed = Enter the password again, because the host changed.
problem-value-line-break = The password begins or ends with a line break, and registries refuse it like that. Remove it, unless it belongs to the password.
problem-value-blank = The password begins or ends with a space, and registries refuse it like that. Remove it, unless it belongs to the password.
problem-value-invisible = The password begins or ends with an invisible character, and registries refuse it like that. Remove it, unless it belongs to the password.

problem-repository-by-https = SSH keys need an SSH address, such as git@github.com:group/app.git.
problem-repository-form = This is not the SSH address of a repository, such as git@github.com:group/app.git or ssh://git@host:2222/group/app.git.
problem-repository-quoted = The address is in quotation marks or brackets. Remove them.
problem-repository-prefix = The part before '::' is for another program. Enter only the address after it.
problem-repository-command = This is a command. Enter only the address, which follows git clone.
problem-repository-local = This is a path on a machine and names no host. Enter the SSH address, such as git@host:group/app.git.
problem-repository-drive = This begins like a path on a Windows drive. Enter the SSH address, such as git@host:group/app.git; a host of one letter needs the git@, too.
problem-repository-brackets = Only Git reads a port in brackets. Write ssh://git@host:2222/path, with the path as it is on the server.
problem-repository-port = After ssh:// and the host, a colon begins a port. Write ssh://git@host/path, or git@host:path without ssh://.
problem-repository-path = The address ends with its host. Add the path of the repository, such as git@host:group/app.git.
problem-repository-path-form = The path of the repository begins with '-' or has a control character. Copy the address again.
problem-repository-user = There is no user before the '@', or one that begins with '-'. Most hosts expect git there.
problem-repository-user-has = The user before the '@' can't contain { $character }.
problem-repository-host-has = A host name can't contain { $character }.
problem-character = '{ $character }'
problem-character-space = a space
problem-character-unseen = an invisible character ({ $code })
problem-repository-host = The host of this address is not a host name or an address. Write IPv6 in brackets: ssh://git@[2001:db8::1]/path.
problem-repository-too-long = The address is longer than 1024 bytes.
problem-image-form = This is not the name of an image, such as group/app:tag.
problem-image-elsewhere = This image is in another registry than the one above.
problem-image-outside = This image is not below the path of the registry host above. Enter one that is, with its whole name.
problem-image-hub-otherwise = Docker and Kubernetes treat this host as a registry of its own and don't look for a Docker Hub account there. Use docker.io instead, such as docker.io/group/app:tag.
problem-known-hosts-line = Line { $line } is not a line of a known_hosts file: host, type and key, such as github.com ssh-ed25519 AAAA…. Correct or remove it.
problem-known-hosts-port = Line { $line } names a port without brackets, so it matches no host. Write the host in brackets, such as [git.example.com]:2222.
problem-known-hosts-too-long = The known hosts are longer than 32 KiB. Keep only the lines of this repository's host.
problem-mail-address = Enter a mail address such as ana@example.org.
problem-mail-too-soon =
    { $seconds ->
        [one] A mail was sent a moment ago. Wait 1 second, then try again.
       *[other] A mail was sent a moment ago. Wait { $seconds } seconds, then try again.
    }
problem-mail-rejected = The mail server doesn't accept this address. Check the spelling.
problem-mail-not-sent = The mail couldn't be sent. Try again later. If it fails again, ask an administrator to look at the page System.
problem-time-zone = Enter a time zone such as Europe/Berlin or Asia/Taipei.
