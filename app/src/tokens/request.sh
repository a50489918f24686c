read -rsp 'Token: ' LATCHKEY_TOKEN
printf 'Authorization: Bearer %s' "$LATCHKEY_TOKEN" |
  curl -H @- https://latchkey.example/api/v1/me
