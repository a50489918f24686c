# The page of a secret, and those that add, edit and delete one.

secret-kubernetes-name = Kubernetes name
secret-copy-kubernetes-name = the Kubernetes name
secret-test = Test
secret-edit = Edit
secret-rotate = Rotate
secret-delete = Delete
secret-key-waits = <b>A new key is waiting.</b> The current key stays active until someone switches to the new one. <a href="{ $address }">Finish the rotation</a>
secret-key-waits-to-see = <b>A new key is waiting.</b> The current key stays active until someone switches to the new one. <a href="{ $address }">Show the new key</a>
secret-back = Back to the secret
secret-back-to-list = Back to the secrets

secret-details = Details
secret-private-key = Private key
secret-fingerprint = Fingerprint
secret-path = Scope
secret-path-alone = Only for images below this path: Podman, Skopeo, Buildah and the kubelet look accounts up by path, the longest first. Docker looks them up by host and uses it for the whole registry.
secret-never-shown = Encrypted, never shown
secret-trusted-keys = Trusted host keys
secret-keys =
    { $count ->
        [one] 1 key
       *[other] { $count } keys
    }
secret-last-changed = Last changed
secret-changed = { MARKUP($when) } by { $name }
secret-imported-from = Imported from
secret-imported-more =
    { $count ->
        [one] The name of 1 more wasn't kept.
       *[other] The names of { $count } more weren't kept.
    }

secret-status = Status
secret-review-host-keys = Test and review the host keys
secret-step-repository = Add a test repository
secret-step-password = Enter a new password
secret-step-public-key = Show the public key
secret-step-rotate = Rotate the key
secret-step-host-keys = Edit the trusted host keys
secret-step-image = Add a private test image
secret-last-tests =
    { $count ->
        [one] The last test: { $results }
       *[other] The last { $count } tests: { $results }
    }
secret-tests-with = { $result } { NUMBER($count) }
secret-test-at = { $result }, { $when }
secret-tests-as-table = Show these tests as a table
secret-tests-time = Time
secret-tests-result = Result
secret-tests-details = Details
secret-tests-by = Tested by
secret-automatic = automatic

secret-add = Add secret
secret-add-lead = Store an SSH key for a Git host or an account for an image registry. Values are encrypted before they are stored. Have a Docker config or a Kubernetes Secret? <a href="{ $address }">Import it</a>.
secret-add-test-hint = Tests what you entered. You can save even if the test fails.
secret-edit-heading = Edit secret
secret-edit-lead = { $kind } <a href="{ $address }">{ $name }</a>, last changed { MARKUP($when) } by { $by }.
secret-rotate-heading = Rotate password
secret-rotate-lead = { $kind } <a href="{ $address }">{ $name }</a>. Create a new password or token at the registry, enter it here, and test it before you save. Delete the old one afterwards.
secret-edit-test-hint = Tests what you entered, using the stored value for anything left empty. You can save even if the test fails.
secret-delete-heading = Delete Secret
