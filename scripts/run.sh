#!/bin/sh
# Runs a script on a Node that can: the one npm installed here, else the machine's own. `exec` all the way, so that
# signals sent to npm reach it. The installed one is found by its package: npm 10 does not link it into .bin.
here=$(CDPATH="" cd "$(dirname "$0")/.." && pwd)
# Node keeps what it compiled here, where it can write: from the second time on it starts in half the time.
case $1 in src/*) export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$here/node_modules/.cache/node}" ;; esac
for node in "$here"/node_modules/node-linux-*/bin/node "$npm_node_execpath" "$(command -v node)"; do
  if [ -n "$node" ] && [ -x "$node" ]; then
    # 22.18 is the first that runs TypeScript as it is. That it answers shows that it runs here at all.
    case $("$node" --version 2>/dev/null) in
      v22.1[89].* | v22.[2-9][0-9].* | v2[3-9].* | v[3-9][0-9].*) exec "$node" "$@" ;;
    esac
  fi
done
echo "Onereel needs Node 22.18 or newer and found none that runs here." >&2
echo "On Linux x64 and arm64 with glibc 2.28 or newer, 'npm ci' brings Node 24 (do not pass --omit=optional)." >&2
echo "On macOS install Node 24 from https://nodejs.org. On Windows and Alpine use a container with a glibc Linux." >&2
exit 1
