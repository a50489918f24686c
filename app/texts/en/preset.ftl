# The registries in common use.

preset-registry = Registry
preset-hint = Fills in the host and explains which username and password to use.
preset-choose = Choose…
preset-all = All registries, in a new tab
preset-lead = For every registry: create an account only for this purpose, allow it to pull and nothing else, and note when its password expires.
preset-host = Registry Host
preset-username = Username
preset-password = Password
preset-expires = Expires
preset-other = Harbor or another

preset-docker-hub-host = Clients look credentials up under this name. If you type docker.io or another name of Docker Hub, Latchkey changes it to this one.
preset-docker-hub-username = The Docker ID, or the organization's name with an organization access token. Not an email address.
preset-docker-hub-password = An access token with read access. The account's own password also works, but gives access to everything.
preset-docker-hub-lifetime = On the date set for the token, or when it is revoked.

preset-ghcr-host = The same for every organization. GitHub Enterprise Server has its own host.
preset-ghcr-username = The GitHub account that the token belongs to.
preset-ghcr-password = A personal access token (classic) with read:packages. Fine-grained tokens don't work.
preset-ghcr-lifetime = On the date set for the token. An organization may have to authorize it for single sign-on.

preset-gitlab-host = A self-managed GitLab shows its registry host on the page Deploy, Container registry.
preset-gitlab-username = The deploy token's username, such as gitlab+deploy-token-1.
preset-gitlab-password = The deploy token, with read_registry. GitLab shows it only once.
preset-gitlab-lifetime = On the date set for the token; without one, when it is revoked.

preset-quay-host = Self-hosted Quay: its host, with the port if it isn't 443.
preset-quay-username = The full name of the robot account: organization+robot.
preset-quay-password = The robot account's token, with read access to the repository.
preset-quay-lifetime = When the token is regenerated, or the robot account deleted.

preset-ecr-host = ACCOUNT.dkr.ecr.REGION.amazonaws.com, for example 123456789012.dkr.ecr.eu-central-1.amazonaws.com.
preset-ecr-username = Always AWS.
preset-ecr-password = The output of aws ecr get-login-password.
preset-ecr-lifetime = After 12 hours. Something must store a new one before that. In a cluster on AWS, let the role of the nodes pull instead.

preset-gar-host = REGION-docker.pkg.dev, for example europe-west1-docker.pkg.dev.
preset-gar-username = _json_key for the key of a service account as it is, _json_key_base64 for the key in base64.
preset-gar-password = The whole key file of a service account with the role Artifact Registry Reader.
preset-gar-lifetime = A key: when it is deleted. An access token, with the username oauth2accesstoken: after 1 hour.

preset-acr-host = NAME.azurecr.io, in lower case.
preset-acr-username = The name of a repository-scoped token, or the application ID of a service principal.
preset-acr-password = The token's password, or the service principal's secret, with AcrPull.
preset-acr-lifetime = On the date set for it; a token from az acr login after 3 hours.

preset-other-host = As in the names of its images, with the port if it isn't 443: harbor.example.org, images.example.org:8443.
preset-other-username = Harbor: the full name of the robot account, such as robot$project+puller. Others: an account that can pull.
preset-other-password = The robot account's secret, or a token that can only pull.
preset-other-lifetime = Harbor: after 30 days, unless the robot account says otherwise. Others: ask the registry's operator.
