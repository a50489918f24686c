# How a secret is used.

examples-heading = How to use it
examples-lead = The examples read the value with an API token that has the scope Read values, from the variable <code>LATCHKEY_TOKEN</code>. <a href="{ $address }">Create a token</a>
examples-copy = the example
examples-kubectl-pods = kubectl and pods
examples-kubectl-pods-lead = Creates the Kubernetes Secret in a namespace. Pods in that namespace use it as an image pull secret.
examples-kubectl-git = kubectl and git-sync
examples-kubectl-git-lead = Creates the Kubernetes Secret with the keys ssh and known_hosts. git-sync needs both: trust the host's keys at the first test.
examples-external-secrets = External Secrets Operator
examples-external-secrets-lead = Keeps the Kubernetes Secret up to date. You need the first two parts only once in each cluster.
examples-argo-cd = Argo CD
examples-argo-cd-lead = Argo CD finds the Kubernetes Secret by its label. The application uses the same repository address.
examples-image-updater = Argo CD Image Updater
examples-image-updater-lead = In its configuration, refer to the key credentials of this Kubernetes Secret.
examples-flux = Flux
examples-flux-git-lead = A GitRepository refers to the Kubernetes Secret. Flux needs the host's keys: trust them at the first test.
examples-flux-image-lead = Use the Kubernetes Secret as the secretRef of an ImageRepository, OCIRepository or HelmRepository.
examples-docker-login = docker login
examples-docker-login-lead = Docker stores the password in ~/.docker/config.json.
examples-git-clone = git clone
examples-git-clone-lead = Run it as a script: it deletes the key when it ends. Without a test repository, set REPOSITORY to the address.
