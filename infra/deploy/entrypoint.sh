# Entry of every container: a master key that comes as a file becomes the setting a process reads; then Node runs the entry file it is given.
set -eu
if [ -n "${DCMS_MASTER_KEY_FILE:-}" ]; then
  DCMS_MASTER_KEY=$(cat "$DCMS_MASTER_KEY_FILE")
  export DCMS_MASTER_KEY
  unset DCMS_MASTER_KEY_FILE
fi
exec node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning "$@"
