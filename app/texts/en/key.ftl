# The SSH key of a secret, and a new pair beside it.

key-heading = SSH key
key-lead = Git Dataset secret <a href="{ $address }">{ $name }</a>
key-none = No SSH key
key-none-text = This secret is a registry account and has no SSH key.
key-to-secret = Go to the secret
key-back = Back to the key
key-not-done = Not done
key-replaced = The new key was replaced in the meantime. This page shows the one that is waiting now.
key-gone = No new key is waiting: it was discarded or is already in use.

key-in-use = Key in use
key-public = Public key
key-unreadable = The stored key was saved before keys were checked, and can't be read. Replace it: nothing can pull with it.
key-unknown = The stored key was saved before keys were checked. Latchkey is reading it now: load this page again in a minute.
key-comment = Comment
key-type = Type
key-kind = { $algorithm }, { $bits } bits
key-fingerprint = Fingerprint
key-download = Download .pub

key-waiting = New key, not in use yet
key-generated = Generated { MARKUP($when) } by { $name }. The current key stays active until you switch.
key-new-public = New public key
key-test-step = Test that the repository accepts the new key:
key-test = Test the new key
key-switch-step = Switch to it. This deletes the current key and can't be undone:
key-works = The new key works. You can switch to it.
key-approve-first = Trusting these keys tests the key in use. Come back here afterwards to test the new one.
key-replace-hint = This replaces the new key above; the current key stays active.
key-generate-hint = Creates a second key. The current key stays active until you switch.
key-generate-rsa = Generate RSA 4096 (older servers)

key-switch-question = Switch <b>{ $name }</b> to the new key? The old key is deleted immediately. This can't be undone.
key-old = Old key (will be deleted)
key-old-unknown = unknown
key-new = New key (will be used)
key-tested-works = The new key was tested just now and works.
key-tested-fails = The test of the new key just now failed: { MARKUP($status) }. { $cause } If you switch anyway, anything that pulls with this secret may stop working.
key-not-tested = The new key was not tested just now. If its public key isn't registered yet, anything that pulls with this secret stops working. Cancel, and press “Test the new key” first.
key-discard-question = Discard the new key of <b>{ $name }</b>? Its private key is deleted immediately. This can't be undone. The key in use stays.
key-replace-question = A new key for <b>{ $name }</b> is already waiting. Generate another one? The waiting key is deleted immediately. This can't be undone. If you have registered its public key somewhere, register the other one there instead. The key in use stays.
key-doomed = New key (will be deleted)
key-made = Generated
key-made-by = { MARKUP($when) } by { $name }

key-steps = Add the public key to the repository, read-only:
key-github = GitHub
key-github-open = In the repository, open Settings, then Deploy keys, and press Add deploy key.
key-github-paste = Give it a title that names this portal, and paste the public key. Leave Allow write access unticked.
key-github-add = Press Add key. On GitHub a key works for one repository: for another one, add another secret, or a machine user that has the key.
key-gitlab = GitLab
key-gitlab-open = In the project, open Settings, then Repository, and expand Deploy keys.
key-gitlab-paste = Press Add new key, give it a title, and paste the public key. Leave Grant write permissions unticked.
key-gitlab-add = Press Add key. For more projects, enable the same key there, under Privately accessible deploy keys.
key-bitbucket = Bitbucket
key-bitbucket-open = In the repository, open Repository settings, then Access keys.
key-bitbucket-paste = Press Add key, give it a label, and paste the public key. Access keys are read-only.
key-bitbucket-add = Press Add SSH key. For several repositories, add it to their project instead.
key-gitea = Gitea
key-gitea-open = In the repository, open Settings, then Deploy Keys, and press Add Deploy Key.
key-gitea-paste = Give it a title, and paste the public key. Leave Enable Write Access unticked.
key-gitea-add = Press Add Deploy Key.
