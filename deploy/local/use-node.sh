# Sourced by the scripts of package.json: puts the Node that came with `npm ci` first, and keeps turbo's telemetry off.
TRIBUTARY_NODE=$(node deploy/local/node-directory.mjs) || exit 1
PATH="$TRIBUTARY_NODE:$PATH"
TURBO_TELEMETRY_DISABLED=1
export PATH TURBO_TELEMETRY_DISABLED
