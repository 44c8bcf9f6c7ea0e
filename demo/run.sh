#!/bin/bash
# Two network namespaces, a build with a hidden exfiltration, once without and once with a fence.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

build_ns=rf-demo-build
world_ns=rf-demo-world
work=$(mktemp -d)
server=

clean_up() {
  if [[ -n $server ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  ip netns del "$build_ns" 2>/dev/null || true
  ip netns del "$world_ns" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say() {
  if [[ -t 1 && -z ${NO_COLOR:-} ]]; then printf '\n\033[1m%s\033[0m\n' "$1"; else printf '\n%s\n' "$1"; fi
}

[[ $(id -u) == 0 ]] || { echo 'demo: needs root, for network namespaces and BPF: sudo make demo' >&2; exit 1; }
ip netns del "$build_ns" 2>/dev/null || true
ip netns del "$world_ns" 2>/dev/null || true

ip netns add "$build_ns"
ip netns add "$world_ns"
ip -n "$build_ns" link add name up0 type veth peer name down0 netns "$world_ns"
ip -n "$build_ns" addr add 10.66.0.2/24 dev up0
ip -n "$build_ns" link set up0 up
ip -n "$build_ns" link set lo up
ip -n "$build_ns" route add default via 10.66.0.1
for address in 10.66.0.1/24 10.66.0.9/24 169.254.169.254/32; do
  ip -n "$world_ns" addr add "$address" dev down0
done
ip -n "$world_ns" link set down0 up

ip netns exec "$world_ns" node pong.mjs >>"$work/world" &
server=$!
for _ in {1..100}; do
  grep -q '^ready' "$work/world" && break
  sleep 0.1
done

say '1. The build as it is: it works, and tells the attacker what it knows.'
ip netns exec "$build_ns" ./build.sh
sleep 0.2
echo '   what the other side saw:'
sed -n '/^ready/!s/^/     /p' "$work/world"

say '2. The same build inside a fence: in demo/, ringfence run --policy policy.yaml -- ./build.sh'
: >"$work/world"
ip netns exec "$build_ns" ../ringfence run --policy policy.yaml --log "$work/log" -- ./build.sh
sleep 0.2
echo '   what the other side saw:'
sed 's/^/     /' "$work/world"

say '3. What each verdict means'
node explain.mjs "$work/log"

if grep -q '^\(attacker\|metadata\)' "$work/world"; then
  echo 'demo: something reached the attacker: the fence did not hold' >&2
  exit 1
fi
grep -q '^mirror' "$work/world" || { echo 'demo: the download did not work' >&2; exit 1; }
