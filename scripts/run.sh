#!/bin/sh
# Runs a script on a Node that can: the one npm installed here, else the machine's own. `exec` all the way, so that
# signals sent to npm reach it. The installed one is found by its package: npm 10 does not link it into .bin.
new_enough='const [a, b] = process.versions.node.split("."); process.exit(+a > 22 || (+a === 22 && +b >= 18) ? 0 : 1)'
here=$(dirname "$0")/..
for node in "$here"/node_modules/node-linux-*/bin/node "$npm_node_execpath" "$(command -v node)"; do
  if [ -n "$node" ] && [ -x "$node" ] && "$node" -e "$new_enough" 2>/dev/null; then exec "$node" "$@"; fi
done
echo "Onereel needs Node 22.18 or newer and found none that runs here." >&2
echo "On Linux x64 and arm64 with glibc 2.28 or newer, 'npm ci' brings Node 24 (do not pass --omit=optional)." >&2
echo "On macOS install Node 24 from https://nodejs.org. On Windows and Alpine use a container with a glibc Linux." >&2
exit 1
