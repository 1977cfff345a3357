# Entry of every container: keys that come as files become the settings a process reads; then Node runs the entry file it is given.
set -eu
if [ -n "${DCMS_MASTER_KEY_FILE:-}" ]; then
  DCMS_MASTER_KEY=$(cat "$DCMS_MASTER_KEY_FILE")
  export DCMS_MASTER_KEY
  unset DCMS_MASTER_KEY_FILE
fi
if [ -n "${DCMS_ZONE_KEY_FILE:-}" ]; then
  DCMS_ZONE_KEY=$(cat "$DCMS_ZONE_KEY_FILE")
  export DCMS_ZONE_KEY
  unset DCMS_ZONE_KEY_FILE
fi
exec node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning "$@"
