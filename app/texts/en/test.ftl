# The test of a form's connection.

test-connection = Test connection
test-running = Testing…
test-cancel = Cancel test
test-canceled = Test canceled.
test-without-script = Without JavaScript, a key or password has to be entered again after a test.
test-heading = Connection
test-lead = { $kind } <a href="{ $address }">{ $display_name }</a> (<code>{ $name }</code>)
test-tested = Tested { MARKUP($when) } by { $name }.
test-tested-automatically = Tested automatically { MARKUP($when) }.
test-no-target = none
test-hosts-hint = A host that has changed its key is trusted again only after you remove its old lines under Edit.
test-hashed-name = a hashed name
test-unreadable-key = a key that can't be read
test-repository-hint = SSH address, for example git@github.com:group/app.git. A key alone doesn't say which host to connect to.
test-image-hint = For example group/app:tag. Without it, only the sign-in is tested.
test-known-hosts-hint = Trusted host keys in known_hosts format. Leave empty to review them at the first test.

test-not-signed-in = Your session expired; nothing was tested. Sign in in another tab, then test again.
test-values-dropped = For security the key or password isn't kept. Enter it again before you save.
test-at-port = <code>{ $host }</code>, port { $port }
test-port-hint = In this form, the number after the colon is a folder. If it is a port, write { $address }.
test-refs =
    { $count ->
        [one] Default branch { $branch }, 1 ref.
       *[other] Default branch { $branch }, { $count } refs.
    }
test-refs-more = Default branch { $branch }, more than { NUMBER($count) } refs.
test-refs-headless =
    { $count ->
        [one] The default branch doesn't exist, so a clone would be empty; 1 ref.
       *[other] The default branch doesn't exist, so a clone would be empty; { $count } refs.
    }
test-refs-headless-more = The default branch doesn't exist, so a clone would be empty; more than { NUMBER($count) } refs.
test-refs-empty = It is empty: no branch and no tag.
test-refs-no-default =
    { $count ->
        [one] No default branch, 1 ref.
       *[other] No default branch, { $count } refs.
    }
test-refs-no-default-more = No default branch, more than { NUMBER($count) } refs.
test-unused =
    { $count ->
        [one] 1 line of the known hosts isn't used here: { $lines }.
       *[other] { $count } lines of the known hosts aren't used here: { $lines }.
    }
test-unused-line = { $hosts } ({ $why })
test-unused-others = { $lines } and others
test-unused-authority = a certificate authority
test-unused-hardware-key = a key in a hardware token
test-unused-dsa = a DSA key
test-unused-certificate = a certificate
test-unused-first-protocol = an SSH 1 key
test-unused-other-type = an unknown type of key
test-keys-of = Keys of <code>{ $host }</code>:
test-published = published by { $operator }
test-not-published = not one that { $operator } publishes
test-approve = I have verified these keys. Trust this host.
test-trust = Trust these keys and test
test-no-answer = The portal didn't respond. Try again in a minute.
