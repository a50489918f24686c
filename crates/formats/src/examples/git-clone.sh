folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
umask 077
value() {
  printf 'Authorization: Bearer %s' "$LATCHKEY_TOKEN" |
    curl -fsS -H @- "$LATCHKEY_URL/api/v1/secrets/gitsync-secret-data/value$1"
}
value '?shape=raw' >"$folder/ssh"
value '' | python3 -c 'import json, sys; print(json.load(sys.stdin)["known_hosts"], end="")' >"$folder/known_hosts"
export GIT_SSH_COMMAND="ssh -i $folder/ssh -o IdentitiesOnly=yes \
  -o StrictHostKeyChecking=yes -o UserKnownHostsFile=$folder/known_hosts"
git clone "$REPOSITORY"
