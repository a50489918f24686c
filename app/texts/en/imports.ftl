# The pages of an import.

imports-heading = Import secrets
imports-lead = Import registry accounts and SSH keys from a Docker config or Kubernetes Secrets.
imports-file = File
imports-file-hint = A config.json of Docker or Podman, or a manifest with Secrets, as YAML or JSON. At most 16 MiB, which is enough for a whole cluster.
imports-text = Or paste its text
imports-text-hint = You choose what to import on the next page.
imports-what = What can be imported?
imports-continue = Continue
imports-reading = Reading…
imports-canceled = Canceled. Nothing was imported.
imports-nothing = Nothing was imported
imports-not-kept = For security, your text isn't kept. Choose or paste it again, or go back to find it.
imports-signed-out = Your session expired. Sign in in another tab, then press Continue again.
imports-add-key = Add a Git Dataset secret

imports-gone = This import has ended
imports-again = Import again

imports-choose = Choose what to import
imports-found =
    { $count ->
        [0] No credentials found that can be imported.
        [one] 1 credential found. It is held encrypted until { MARKUP($when) }.
       *[other] { $count } credentials found. Those you select are saved together, or none of them. They are held encrypted until { MARKUP($when) }.
    }
imports-select = Select <a href="{ $all }">all</a>, <a href="{ $none }">none</a> or <a href="{ $new }">those not stored yet</a>. What you typed below is lost then.
imports-save = Import selected
imports-discard = Discard
imports-discard-question = Discard everything that was found? To import it later, upload the file again.
imports-discard-all = Discard all
imports-not-imported = Can't be imported
imports-skipped = Skipped (no credentials): { $objects }.
imports-skipped-helm-release =
    { $count ->
        [one] 1 Helm release
       *[other] { $count } Helm releases
    }
imports-skipped-service-account-token =
    { $count ->
        [one] 1 service account token
       *[other] { $count } service account tokens
    }
imports-skipped-certificate =
    { $count ->
        [one] 1 TLS certificate
       *[other] { $count } TLS certificates
    }
imports-skipped-basic-auth =
    { $count ->
        [one] 1 username with a password and no registry
       *[other] { $count } usernames with a password and no registry
    }
imports-skipped-other-secret =
    { $count ->
        [one] 1 other Secret
       *[other] { $count } other Secrets
    }
imports-skipped-other-object =
    { $count ->
        [one] 1 other object
       *[other] { $count } other objects
    }

# A row. $kind is a type of secrets.
imports-account = { $kind }: <code>{ $host }</code> as <code>{ $username }</code>
imports-of-host = { $kind }: <code>{ $host }</code>
imports-of-user = { $kind } as <code>{ $username }</code>
imports-display-name = { $place } as { $username }
imports-duplicate-key = <a href="{ $address }">{ $name }</a> already uses this key. Select this row only if you need another secret for it.
imports-duplicate-account = <a href="{ $address }">{ $name }</a> already uses this account at this registry. Select this row only if you need another secret for it.
imports-same-key = Another entry here has the same key.
imports-same-account = Another entry here is for the same account at this registry.
imports-test-repository = Test repository: <code>{ $repository }</code>
imports-remove-ends = Remove it from the password
imports-trust = Trust these host keys, which were stored with the key. Compare them with the ones that the host's operator publishes.
imports-hashed-name = a hashed name
imports-unreadable-key = an unreadable key

# What is wrong with a file.
imports-problem-missing = Paste the file's text, or choose the file.
imports-problem-both = There is pasted text and a chosen file. Import them one after the other.
imports-problem-too-large = This is more than { NUMBER($most) } MiB, so nothing was read. From a cluster, export only the pull secrets with kubectl get secret -A --field-selector type=kubernetes.io/dockerconfigjson -o json, or one namespace at a time, with -n instead of -A.
imports-problem-binary = This is not text. Choose the Docker config or the manifest itself.
imports-problem-json = Invalid JSON at line { NUMBER($line) }. It may be incomplete.
imports-problem-neither = This is neither JSON nor YAML. Paste the file as it is, with its indentation.
imports-problem-yaml = This is neither JSON nor YAML: check line { NUMBER($line) }. Paste the file as it is, with its indentation.
imports-problem-doubled = Duplicate key at line { NUMBER($line) }. Programs differ in which of the two they use: delete the one that doesn't count.
imports-problem-too-deep = This is nested too deeply, or refers to itself too often, for a Docker config or a Secret.
imports-problem-unknown = No credentials found. This should be a Docker config (with "auths"), or a Kubernetes Secret (kind: Secret) with one or with an SSH private key.
imports-problem-too-many = There are more than { NUMBER($most) } different credentials in this, so nothing was kept. Import it in parts, such as one namespace at a time: kubectl get secret -n NAMESPACE -o json.
imports-problem-private-key = This is a private key by itself. Add it as a Git Dataset secret.
imports-encrypted-sops = This is encrypted with SOPS. Decrypt it with sops decrypt FILE, and import the output.
imports-encrypted-sealed-secret = This is a SealedSecret, which only its cluster can open. Import the Secret that the cluster creates from it: kubectl get secret NAME -o yaml.
imports-encrypted-ansible-vault = This is encrypted with Ansible Vault. Decrypt it with ansible-vault view FILE, and import the output.
imports-encrypted-age = This is encrypted with age. Decrypt it with age --decrypt, and import the output.
imports-encrypted-pgp = This is encrypted with OpenPGP. Decrypt it with gpg --decrypt, and import the output.
