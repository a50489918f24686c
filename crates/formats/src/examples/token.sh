printf %s "$LATCHKEY_TOKEN" |
  kubectl create secret generic latchkey-token --namespace external-secrets --from-file=token=/dev/stdin \
    --dry-run=client --output=yaml |
  kubectl label --local --filename=- --output=yaml external-secrets.io/type=webhook |
  kubectl apply -f -
