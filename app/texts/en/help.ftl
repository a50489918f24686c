# The guides.

help-heading = Help
help-lead = How to get credentials, step by step, and how Latchkey protects them.
help-all = All guides
help-documents = Documentation
help-documents-about = For installing, operating and connecting Latchkey.
help-where = Where do I get this?

help-image-pull = Image pull
help-git = Git datasets
help-portal = This portal
help-docker-hub = Pull secret for Docker Hub
help-docker-hub-about = A read-only access token for a user or an organization.
help-ghcr = Pull secret for GitHub Container Registry
help-ghcr-about = A classic token that can only read packages.
help-gitlab = Pull secret for GitLab
help-gitlab-about = A deploy token of the project or group, with read_registry.
help-registries = Pull secrets for other registries
help-registries-about = Which host, username and password each one needs, and when passwords expire.
help-github-key = Deploy key for GitHub
help-github-key-about = The public key goes to the repository, the private key comes here.
help-gitlab-key = Deploy key for GitLab
help-gitlab-key-about = The public key goes to the project, the private key comes here.
help-import = Import from Docker or Kubernetes
help-import-about = What can be imported, and how to export it.
help-values = How Latchkey protects your values
help-values-about = Where a key or password goes, how it is stored, and who can read it.

help-docker-hub-open = Sign in at <code>app.docker.com</code>. For a personal access token, open Account settings, then Personal access tokens. For an organization access token, open the organization's Admin console, then Access tokens.
help-docker-hub-generate = Generate a token. Name it after this portal, set an expiry date, and give it <b>Read-only</b> access. “Public repo read-only” can't reach private images.
help-docker-hub-copy = Copy it now: it is shown only once.
help-docker-hub-here = Here, choose Docker Hub as the registry. The username is the Docker ID, not the email address; for an organization access token, it is the name of the organization. The password is the token.
help-docker-hub-names = Docker Hub has several names. Clients look its credentials up under <code>https://index.docker.io/v1/</code>, so that is what Latchkey stores, whichever name you type.

help-ghcr-account = Sign in to GitHub as the account that will pull the images. Prefer a machine user that can only read these packages: the token can read whatever its account can.
help-ghcr-open = Open Settings, Developer settings, Personal access tokens, <b>Tokens (classic)</b>, and generate a new token. Fine-grained tokens don't work with the registry.
help-ghcr-scope = Select only <code>read:packages</code>, and set an expiry date.
help-ghcr-copy = Copy it now: it is shown only once. If the organization uses single sign-on, press Configure SSO beside the token and authorize it.
help-ghcr-here = Here, choose GitHub Container Registry as the registry. The username is the name of that account, the password is the token.

help-gitlab-open = Open the project, or the group for all of its projects, then Settings, Repository, <b>Deploy tokens</b>. You need the Maintainer role (Owner for a group).
help-gitlab-add = Add a token. Name it after this portal, set an expiry date, and select only the scope <code>read_registry</code>.
help-gitlab-copy = Copy its username and the token now: the token is shown only once.
help-gitlab-here = Here, choose GitLab as the registry and paste both. For a self-managed GitLab, take the registry host from the project's page Deploy, Container registry.

help-pair = On your own machine, create a key pair only for this purpose:
help-pair-files = This creates two files: <code>deploy-key.pub</code> is the public key, <code>deploy-key</code> is the private key. Leave the passphrase empty, because nobody can type it when a dataset is pulled.
help-private = Here, add a secret of the type Git Dataset and choose the file <code>deploy-key</code>, the <b>private</b> key. It begins with <code>-----BEGIN OPENSSH PRIVATE KEY-----</code>.
help-delete-files = Delete both files. Latchkey stores the private key encrypted; nobody else needs it.
help-github-key-add = On GitHub, open the repository's Settings, then Deploy keys, and add one. Paste the text of <code>deploy-key.pub</code>, the <b>public</b> key: one line that begins with <code>ssh-ed25519</code>. Leave “Allow write access” unchecked.
help-github-key-address = Use the SSH address for the dataset: <code>git@github.com:owner/repository.git</code>. A deploy key works for one repository; create another pair for each further one.
help-gitlab-key-add = On GitLab, open the project, then Settings, Repository, Deploy keys, and add one. Paste the text of <code>deploy-key.pub</code>, the <b>public</b> key: one line that begins with <code>ssh-ed25519</code>. Leave “Grant write permissions” unchecked.
help-gitlab-key-address = Use the SSH address for the dataset: <code>git@gitlab.com:group/project.git</code>. For another project, enable the same key there under Deploy keys, or create another pair.
help-for-github = For a repository on GitHub:
help-for-gitlab = For a project on GitLab:

help-importable = Paste one of these, or choose it as a file. Each credential that is found becomes a row; those you select are saved together, or none of them.
help-importable-docker = What Docker or Podman stored when you signed in: <code>~/.docker/config.json</code> or <code>${ "{" }XDG_RUNTIME_DIR{ "}" }/containers/auth.json</code>. On a desktop, credentials are often kept elsewhere and the file has none; the rows then say what to do.
help-importable-registry = A registry Secret of a cluster: <code>kubectl get secret regcred -o yaml</code>, of the type <code>kubernetes.io/dockerconfigjson</code> or <code>kubernetes.io/dockercfg</code>.
help-importable-key = A Secret with an SSH private key, as Kubernetes (<code>ssh-privatekey</code>), git-sync (<code>ssh</code>), Flux (<code>identity</code>) or Argo CD (<code>sshPrivateKey</code>) store it.
help-importable-cluster = All Secrets of a cluster: <code>kubectl get secret -A -o json</code>, up to 16 MiB and 2,000 different credentials. The same account or key in several namespaces becomes one row that lists them. Helm releases, service account tokens and other Secrets are skipped and counted.
help-importable-beside = What is stored with a key: known hosts, which you approve, and the repository addresses of Argo CD. Keys with a passphrase get a field for it.
help-importable-several = Several at once: a List, YAML documents separated by lines of three hyphens, a JSON list, or JSON lines.
help-importable-wait = Until you have chosen, the credentials are held encrypted for 15 minutes, for your session only. What you don't select is discarded.

help-values-transit = <b>In transit:</b> A value is sent when you press a button of its form, such as Confirm, Test connection or Continue, and not while you type or paste. A test uses the value and doesn't store it. No page shows it again: not a rejected form, not Edit, not even to an administrator.
help-values-rest = <b>At rest:</b> Each value is encrypted with AES-256-GCM before it is stored, under a key of its own, which is encrypted under the portal's key. Nobody can decrypt a value with the database or its backup alone; names, hosts and usernames in it are readable. A value that was changed, or moved to another secret, is rejected.
help-values-elsewhere = <b>Elsewhere:</b> Values never appear in logs, audit records, addresses or error messages.
help-values-readers = <b>Who can read it:</b> Anyone with an API token with the scope “Read values”: a cluster, a script, or a person who exports manifests. Each read is recorded, with who and when, before the value is handed out. A test sends a password only to the registry host that it was entered for, and to the address where this registry exchanges it for a token. A private key is never sent; it only signs.
help-values-changes =
    { $days ->
        [0] <b>Changes:</b> On Edit, an empty field keeps the stored value. Deleting a secret deletes its value from the database immediately. Backups of the database contain the value, encrypted, for as long as you keep them.
        [one] <b>Changes:</b> On Edit, an empty field keeps the stored value. The value of a deleted secret is kept, encrypted, for 1 day so that you can restore it, and then deleted from the database; “Remove for good” does that immediately. Backups of the database contain the value, encrypted, for as long as you keep them.
       *[other] <b>Changes:</b> On Edit, an empty field keeps the stored value. The value of a deleted secret is kept, encrypted, for { $days } days so that you can restore it, and then deleted from the database; “Remove for good” does that immediately. Backups of the database contain the value, encrypted, for as long as you keep them.
    }
help-values-limits = Latchkey can't take back a value that someone has already seen. If a value was shared by mail, replace it.
