# The export of manifests.

manifests-lead =
    { $count ->
        [one] Downloads a file with a Kubernetes Secret for <code>kubectl apply</code>. It contains the value in clear text.
       *[other] Downloads one file with { $count } Kubernetes Secrets for <code>kubectl apply</code>. It contains the values in clear text.
    }
manifests-git-format = Format for Git secrets
manifests-image-format = Format for pull secrets
manifests-namespace = Namespace
manifests-namespace-hint = Leave empty for kubectl's current namespace.
manifests-namespace-rule = A namespace has lowercase letters, digits and hyphens, at most 63, such as team-a.
manifests-file-format = File format
manifests-yaml = YAML: one document for each
manifests-json = JSON: one List
manifests-token = API token
manifests-token-hint = Needs an API token with the scope “Read values”. The export is logged under the token's name; the token isn't stored.
manifests-add-token = Add a token in another tab
manifests-token-missing = Paste an API token with the scope “Read values”.
manifests-token-not-good = Invalid token. It may have expired or been revoked. Paste another one.
manifests-token-not-for-these = This token can't read the values of all these secrets. Paste one with the scope “Read values” that covers each of them.
manifests-gone = Some of them have been deleted in the meantime. Select again what to export.
manifests-without = Nothing can be exported with it. <a href="{ $address }">Continue without it</a>
manifests-proof = The file contains values, so confirm that it's you.
manifests-export = Export
manifests-command-line = On the command line
manifests-git-sync = git-sync: ssh, known_hosts
manifests-ssh-auth = Kubernetes ssh-auth: ssh-privatekey
manifests-rancher = Rancher and Fleet: ssh-publickey, ssh-privatekey, known_hosts
manifests-flux = Flux: identity, identity.pub, known_hosts
manifests-argo-cd = Argo CD: url, type, sshPrivateKey
manifests-docker-config = Pull secret: .dockerconfigjson
manifests-basic-auth = Kubernetes basic-auth: username, password
manifests-image-updater = Argo CD Image Updater: credentials
manifests-raw = The value alone
