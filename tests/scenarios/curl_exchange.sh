#!/usr/bin/env bash
# Generated from docs/curl.md by `python -m tests.scenarios.curl_doc`; do not edit.
set -euo pipefail

HOME_OF_HUB=${HOME_OF_HUB:-.hub}
URL=${URL:-http://127.0.0.1:8640}

# json PATH: one value of a JSON text, such as json '["messages"][0]["token"]'
json() { python3 -c "import json,sys; print(json.load(sys.stdin)$1)"; }

HUB=${HUB:-$(json '["hub"]' <"$HOME_OF_HUB/hub.json")}
ADMIN_TOKEN=${ADMIN_TOKEN:-$(cat "$HOME_OF_HUB/secrets/admin.token")}
cd "$(mktemp -d)"

# base64url without padding (RFC 7515, section 2)
b64url() { basenc --base64url -w0 | tr -d '='; }

# sign SYSTEM: a PS256 signature of the standard input (RFC 7518, section 3.5), in base64url
sign() {
  openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sign "$1.pem" |
    b64url
}

# Two names of our own, so that this page can be run again on the same hub
RUN=$(openssl rand -hex 3)
SENDER=mau-so-$RUN
RECEIVER=mau-phuong-$RUN

make_key() {
  openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$1.pem"
  openssl pkey -in "$1.pem" -pubout -out "$1.pub"
  local n
  n=$(openssl rsa -in "$1.pem" -noout -modulus | cut -d= -f2 | basenc -d --base16 | b64url)
  printf '{"e":"AQAB","kty":"RSA","n":"%s"}' "$n" >"$1.jwk"
  openssl dgst -sha256 -binary "$1.jwk" | b64url >"$1.kid"
}
make_key "$SENDER"
make_key "$RECEIVER"

# jws SYSTEM TYP CLAIMS: a compact JWS (RFC 7515)
jws() {
  local signed
  signed=$(printf '{"typ":"%s","alg":"PS256","kid":"%s"}' "$2" "$(cat "$1.kid")" | b64url)
  signed=$signed.$(printf '%s' "$3" | b64url)
  printf '%s.%s' "$signed" "$(printf '%s' "$signed" | sign "$1")"
}

key_proof() {
  jws "$1" hub-key-proof+jwt \
    "{\"sub\":\"$1\",\"aud\":\"$HUB\",\"iat\":$(date +%s),\"jti\":\"$(openssl rand -hex 16)\"}"
}

# registration SYSTEM NAME: the changes that make an agency, its system and its key
registration() {
  cat <<END
{"change": "put_organisation", "id": "$1", "name": "$2", "level": "province"},
{"change": "put_code", "code": "$1", "organisation": "$1", "scheme": "other"},
{"change": "put_system", "system": "$1", "organisation": "$1", "name": "$2"},
{"change": "register_key", "system": "$1", "alg": "PS256",
 "jwk": $(cat "$1.jwk"), "proof": "$(key_proof "$1")"}
END
}

cat >changes.json <<END
{"reason": "Chạy thử theo tài liệu curl",
 "changes": [
$(registration "$SENDER" "Sở mẫu"),
$(registration "$RECEIVER" "Phường mẫu"),
{"change": "put_endpoint", "organisation": "$RECEIVER", "system": "$RECEIVER",
 "types": ["vn.gov.dossier.received.v1"]},
{"change": "put_right", "id": "$SENDER", "system": "$SENDER",
 "types": ["vn.gov.dossier.received.v1"], "recipients": ["urn:hub:org:$RECEIVER"]}]}
END

curl --fail-with-body -sS "$URL/v1/admin/changes" \
  -H "authorization: Bearer $ADMIN_TOKEN" -H 'content-type: application/json' \
  --data-binary @changes.json
echo

token() {
  local now claims
  now=$(date +%s)
  claims="{\"iss\":\"$1\",\"sub\":\"$1\",\"aud\":\"$HUB\",\"iat\":$now,\"exp\":$((now + 60)),"
  claims+="\"jti\":\"$(openssl rand -hex 16)\"}"
  curl --fail -sS "$URL/oauth2/token" \
    -d grant_type=client_credentials \
    -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
    -d client_assertion="$(jws "$1" client-authentication+jwt "$claims")" |
    json '["access_token"]'
}

for _ in {1..30}; do
  SENDER_TOKEN=$(token "$SENDER" 2>/dev/null) && break
  sleep 1
done
SENDER_TOKEN=${SENDER_TOKEN:-$(token "$SENDER")}
RECEIVER_TOKEN=$(token "$RECEIVER")

# submit SYSTEM TOKEN PATH BODY-FILE NAME=VALUE…: sign the file with these attributes, send it
submit() {
  local system=$1 token=$2 path=$3 body=$4 pair ce='' protected signature
  local headers=()
  shift 4
  for pair in specversion=1.0 "id=$(openssl rand -hex 16)" "source=urn:hub:system:$system" \
    "time=$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$@"; do
    ce+="\"${pair%%=*}\":\"${pair#*=}\","
    headers+=(-H "ce-${pair%%=*}: ${pair#*=}")
  done
  ce="{$ce\"datacontenttype\":\"application/json\"}"
  protected=$(printf '{"typ":"hub-msg+jws","alg":"PS256","kid":"%s","hub":"%s",%s"ce":%s}' \
    "$(cat "$system.kid")" "$HUB" '"b64":false,"crit":["b64"],' "$ce" | b64url)
  signature=$({ printf '%s.' "$protected" && cat "$body"; } | sign "$system")
  curl --fail-with-body -sS "$URL$path" "${headers[@]}" \
    -H "authorization: Bearer $token" -H 'content-type: application/json' -H 'prefer: wait=20' \
    -H "hub-signature: $protected..$signature" --data-binary "@$body"
}

cat >body.json <<'END'
{"dossier_code": "000.00.15.H99-261122-0001", "state": 2,
 "agency": {"code": "H99.98.01", "name": "Phường mẫu"},
 "received_at": "2026-11-22T09:00:00+07:00"}
END

submit "$SENDER" "$SENDER_TOKEN" /v1/messages body.json \
  type=vn.gov.dossier.received.v1 dataschema=urn:hub:schema:dossier.received:1.0 \
  subject=000.00.15.H99-261122-0001 "recipients=urn:hub:org:$RECEIVER" >sent.json
cat sent.json && echo
test "$(json '["state"]' <sent.json)" = admitted
ID=$(json '["id"]' <sent.json)

curl --fail-with-body -sS "$URL/v1/inbox?wait=30" \
  -H "authorization: Bearer $RECEIVER_TOKEN" >inbox.json
json '["messages"][0]["data_base64"]' <inbox.json | base64 -d >received.json
cmp body.json received.json

# The receiver trusts the sender's public key, not the hub: header, dot, body, as they were signed
SIGNATURE=$(json '["messages"][0]["signature"]' <inbox.json)
{ printf '%s.' "${SIGNATURE%%.*}" && cat received.json; } >signed.bin
VALUE=${SIGNATURE##*.}
while ((${#VALUE} % 4)); do VALUE+='='; done
printf '%s' "$VALUE" | basenc -d --base64url >signature.bin
openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 \
  -verify "$SENDER.pub" -signature signature.bin signed.bin

cat >receipt.json <<END
{"stage": "acknowledged",
 "messages": [{"source": "urn:hub:system:$SENDER", "id": "$ID",
               "token": "$(json '["messages"][0]["token"]' <inbox.json)"}]}
END

submit "$RECEIVER" "$RECEIVER_TOKEN" /v1/inbox/ack receipt.json \
  type=vn.hub.receipt.v1 dataschema=urn:hub:schema:receipt:1.0 >acknowledged.json
cat acknowledged.json && echo

for _ in {1..30}; do
  curl --fail-with-body -sS "$URL/v1/messages/$SENDER/$ID" \
    -H "authorization: Bearer $SENDER_TOKEN" >status.json
  grep -q acknowledged status.json && break
  sleep 1
done
cat status.json && echo
grep -q acknowledged status.json
