# What came of a test, and what to do.

cause-never-tested = Not tested since it was added or changed. Press Test connection.
cause-no-repository = Nothing to test yet: a key alone doesn't say which host to connect to. Enter a test repository first.
cause-host-key-unknown = New host. Compare its keys with those its operator publishes, then trust them. The key of this secret was not sent.
cause-value-for-another-host = The stored password was entered for another registry host and isn't sent to any other. Enter the password again.
cause-registry-opened = The registry accepts this username and password.
cause-image-found = The registry accepts this username and password, and the image can be pulled.
cause-registry-open = The registry doesn't ask for a password, so this test can't tell whether the account works. Enter a private image of this registry as the test image.
cause-repository-read = The host accepts this key, and the repository can be read.
cause-wrong-password = The registry doesn't accept this username and password. They may be mistyped, expired or revoked. Create a new password or token there, and enter it here.
cause-no-access-to-image = The registry doesn't let this account pull this image. Either the image or tag doesn't exist, or the account can't read it. Check the spelling, then the account's permissions there.
cause-key-not-accepted = The host doesn't accept this key. Add the public key there as a deploy key of the repository, and check the user name before the @.
cause-no-access-to-repository = The host accepts this key, but not for this repository. Either the repository doesn't exist, or the key can't read it.
cause-branch-not-found = The host accepts this key and the repository can be read, but it has no branch with this name. Correct the branch, or leave it empty for the default branch.
cause-key-not-usable = This key can't be used to sign in. Replace it with a key without a passphrase.
cause-host-key-changed = The host's key has changed. This may be an attack. Don't continue until its operator has confirmed the new key. The key of this secret was not sent.
cause-host-key-not-published = The host's key is not one that its operator publishes. This may be an attack. Don't continue until you know why. The key of this secret was not sent.
cause-name-not-found = The host name can't be resolved. Check the spelling, and the portal's DNS.
cause-address-not-allowed = The host has a private address, and the portal doesn't connect to those unless its operator allows it. Whoever runs the portal can add the host to LATCHKEY_ALLOW_PRIVATE_HOSTS.
cause-address-forbidden = The portal never connects to this address: it belongs to a cloud's metadata service or to the portal itself, or is reserved. Enter another host.
cause-connection-refused = The host refused the connection: nothing listens on this port. Check the port, and that the server is running.
cause-connection-failed = The connection failed or was cut off. Check the port, and firewalls between the portal and the host.
cause-timed-out = The host didn't respond in time. Test again later. If it keeps happening, check firewalls between the portal and the host.
cause-certificate-not-trusted = The host's TLS certificate isn't signed by an authority that the portal trusts. Whoever runs the portal can add the authority's certificate, or the host's own if it is self-signed: LATCHKEY_EXTRA_CA_FILE.
cause-certificate-expired = The host's TLS certificate has expired or isn't valid yet. Whoever runs the host has to renew it. Check the portal's clock, too.
cause-certificate-for-another = The host's TLS certificate is for another name. Enter the name it is for, or ask whoever runs the host to add this one.
cause-tls-failed = The host doesn't speak TLS on this port. Check the port. If it is meant to work without TLS, whoever runs the portal can list it: LATCHKEY_PLAIN_HTTP_HOSTS.
cause-redirected = The host redirects to another host. For safety the password is not sent there. Enter the final host.
cause-not-a-registry = The host responds, but it isn't an image registry. Check the host and its port: a registry often has its own host name, such as registry.gitlab.com for gitlab.com.
cause-not-ssh = The server on this port doesn't speak SSH correctly.
cause-not-git = The host accepts the key but offers no Git service.
cause-too-much = The response was too large and was ignored. Check the host and its port.
cause-too-many-requests = The host is rate-limiting. Try again later.
cause-image-public = The registry accepts this username and password. The image is public: it can also be pulled without them.
cause-image-open = Anyone can pull this image: it is public, so this test can't tell whether the account works. Enter a private image as the test image.
cause-certificate-without-name = The host's TLS certificate names it only in its common name, which clients no longer read. Whoever runs the host has to create one with a subject alternative name.
cause-certificate-unusable = The host's TLS certificate can't be used for a server: it is damaged, made for another purpose, or its key or signature is too weak, such as RSA below 2048 bits. Whoever runs the host has to create a new one.
cause-client-certificate-wanted = The host asks for a client certificate, and the portal has none. Enter an address of the host that doesn't ask for one, or ask whoever runs it to let the portal in without.
cause-tls-too-old = The host only supports old TLS versions, which are not safe. Whoever runs the host has to enable TLS 1.2 or newer.
cause-tls-not-agreed = The host speaks TLS but ended the handshake: it has no cipher in common with the portal, or doesn't know this name. Check the host name. Whoever runs the host can check its log.
cause-redirected-to-tls = The host redirects from plain HTTP to HTTPS. Whoever runs the portal can remove it from LATCHKEY_PLAIN_HTTP_HOSTS, or list it with its port.
cause-redirected-in-circles = The host redirects in circles. Check the host and its port. Whoever runs the host can check its proxy.
cause-token-elsewhere = The registry's token address redirects elsewhere. For safety the password is not sent there. Whoever runs the registry has to enter the final address in its settings, as the realm.
cause-token-by-plain-http = The registry wants the password sent to a plain HTTP address, which the portal doesn't do. Whoever runs the registry has to use HTTPS for its realm. If plain HTTP is intended, whoever runs the portal can list that host: LATCHKEY_PLAIN_HTTP_HOSTS.
cause-token-not-given = The registry's token address doesn't issue any. Whoever runs the registry has to check its authentication settings, such as the realm.
cause-other-side-failed = The host reported an error of its own. Try again later.
cause-host-key-revoked = The host's key is marked as revoked in the trusted host keys. Whoever has stolen it may be attacking you: ask the host's operator for the new key. The key of this secret was not sent.
cause-host-key-for-another-port = The trusted host keys list this host without its port, which only counts for port 22. Write it as [host]:port there, or compare the keys below and trust them. The key of this secret was not sent.
cause-second-factor-wanted = The host accepts this key but also asks for something else, such as a code, so it can't be used unattended. Ask its operator to let this user in with the key alone.
cause-no-keys-taken = The host doesn't let this user in with a key, or asks for something else first. Check the user name before the @, and ask its operator to allow keys.
cause-rsa-only-with-sha1 = The host accepts RSA keys only with SHA-1 signatures, which clients no longer support. Use an Ed25519 key for it.
cause-went-silent = The host sent nothing for 15 seconds, so the portal ended the test. Large repositories can take that long: try again, or check the host.
cause-took-too-long = The test wasn't finished after 30 seconds, so the portal ended it. The host is slow, or many tests run at once. Try again later.
cause-host-busy = The host responds but doesn't let the portal in: it is busy, or has too many connections. Try again later.
cause-speaks-http = The server on this port speaks HTTP, not SSH. Enter the SSH port.
cause-speaks-tls = The server on this port speaks TLS, not SSH. Enter the SSH port.
cause-no-key-exchange-in-common = The host speaks SSH, but with no key exchange method that the portal supports: they are outdated, or too new. Its operator has to enable another one, such as curve25519-sha256.
cause-no-cipher-in-common = The host speaks SSH, but with no cipher that the portal supports: they are outdated, or too new. Its operator has to enable another one, such as aes256-ctr.
cause-no-mac-in-common = The host speaks SSH, but with no message authentication code (MAC) that the portal supports. Its operator has to enable another one, such as hmac-sha2-256.
cause-no-host-key-in-common = The host speaks SSH, but only with host keys that aren't supported, such as DSA, RSA with SHA-1, or only a certificate. Its operator has to add an Ed25519 host key.
cause-branch-is-tag = The host accepts this key and the repository can be read, but this is the name of a tag, not of a branch. Enter a branch, or leave it empty for the default branch.
cause-no-default-branch = The host accepts this key and the repository can be read, but its default branch doesn't exist, so a clone would be empty. Enter a branch.
cause-label-no-such-branch = No such branch
cause-label-no-default-branch = No default branch
cause-wait-seconds =
    { $count ->
        [one] { $message } The host asks to wait for 1 second.
       *[other] { $message } The host asks to wait for { $count } seconds.
    }
cause-wait-minutes =
    { $count ->
        [one] { $message } The host asks to wait for 1 minute.
       *[other] { $message } The host asks to wait for { $count } minutes.
    }
cause-wait-hours =
    { $count ->
        [one] { $message } The host asks to wait for 1 hour.
       *[other] { $message } The host asks to wait for { $count } hours.
    }
