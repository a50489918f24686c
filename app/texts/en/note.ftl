# The notes on what was found in an import.

note-host-corrected = Host corrected to the form that clients look up.
note-same-registry = Another entry here is for the same registry. Import one of them.
note-disagreement = “auth” differs from “username” and “password”. “auth” is imported, because Docker and Kubernetes use it.
note-short-lived =
    { $hours ->
        [one] This kind of password expires after 1 hour and must be renewed automatically.
       *[other] This kind of password expires after { $hours } hours and must be renewed automatically.
    }
note-expires = The password contains its own end, { $when }. It becomes the end of the secret.
note-stored-by = This config keeps its credentials in { $helper } (“credsStore”), not in the file. Create a token at each registry and add it by hand.
note-made-by = { $helper } creates a new password for each use (“credHelpers”), so the file has none. Create a robot account or a long-lived token at the registry, if it offers them, and add it by hand.
note-helped-by = The credential is kept in { $helper }, not in the file. Create a token at the registry and add it by hand.
note-identity-token = This is an identity token of a personal docker login, not a username and password. Clusters can't use it. Create an access token at the registry and add it by hand.
note-token-as-username = The username and the password are the same long text, probably a token. It is left out, because usernames are visible to everyone who can see secrets. Add it by hand, with the account's name or email address as the username.
note-empty = There is no username or password here. Docker leaves such an entry when the credential is kept elsewhere. Create a token at the registry and add it by hand.
note-bad-auth = “auth” isn't base64 of username:password. It may be incomplete or edited. Sign in to the registry again, or add the credential by hand.
note-bad-data = The data isn't base64 of a text. If it was typed by hand, use “stringData”.
note-bad-config = The data isn't a Docker config. Check how the Secret was created.
note-helper-first = Docker doesn't use this entry: its config sends this registry to { $helper }. Kubernetes uses the entry, but it may be outdated.
note-docker-session = This is a token of Docker's own browser sign-in, which nothing else can use. Create an access token at Docker Hub and add it by hand.
note-number = The username or password is a number without quotes, which Docker and Kubernetes reject. Put it in quotes; leading zeros may be missing.
note-no-username = There is a password or token here, but no username. Add it by hand, with the account's name. If the registry accepts any username, its guide says which one to use.
note-no-password = There is a username here, but no password. Create a token at the registry and add it by hand.
note-https-repository = This is a username and password for a Git repository over HTTPS. Latchkey stores SSH keys for repositories: create a deploy key and add it.
note-chart-repository = This account is for a repository of Helm charts over HTTPS, not for an image registry.
note-github-app = This is the key of a GitHub App, not an SSH key. Create a deploy key for the repository and add it.
note-no-host = There is a username and a password here, but no registry. Add it by hand, with the registry host.
note-path-scoped = Only for images below this path. Podman, Skopeo, Buildah and the kubelet look accounts up by path, the longest first. Docker looks them up by host, and uses this one for the whole registry.
note-repository-prefix = The address stands for all repositories that begin with it, so no test repository is set.
note-repository-unread = The address isn't an SSH address such as ssh://git@host:2222/group/app.git, so no test repository is set.
note-other-repositories = The same key is used here for several repositories. The first one becomes the test repository.
note-known-hosts-unread = The known hosts stored with the key can't be read and are left out. Test the secret to approve the host's key.
note-known-hosts-cut = The known hosts stored with the key exceed { NUMBER($most) } KiB, so some or all of them are left out. Add those of its own host by hand, or test the secret to approve the host's key.
note-registries-cut = This account is for more registries than can be imported from one Secret, so the last of them are left out. Add it for those by hand.
note-other-version = Another version of the portal read this file. Import it again to see what is wrong here.

# Programs that keep credentials, for $helper.
note-helper-keychain = the macOS keychain
note-helper-desktop = Docker Desktop
note-helper-windows = the Windows credential manager
note-helper-secret-service = the desktop's secret service
note-helper-pass = the password store pass
note-helper-ecr = Amazon's helper
note-helper-google = Google's helper
note-helper-azure = Azure's helper
note-helper-other = another program
