#!/usr/bin/env bash
# Checks one shard of a list of targets, and goes on where an earlier attempt was ended.
#
#   shard.sh INDEX SHARDS LIST RESULTS [OPTION...]
#
# INDEX is 0 to SHARDS - 1. LIST has a URL with its port on each line. Results go to a new file of the folder RESULTS;
# what earlier attempts of this shard finished is in others there, and is not checked again. The options are those of
# the command, which is `java -jar conformance.jar` unless CONFORMANCE says otherwise.
#
# Exit status: 0 if every target has its result, good or bad; otherwise the command's.
set -euo pipefail

index=$1 shards=$2 list=$3 results=$4
shift 4
read -ra conformance <<<"${CONFORMANCE:-java -jar conformance.jar}"

# A line that was cut off, by SIGKILL or a power failure, is no result.
finished() {
  find "$results" -name "$index.*.ndjson" -exec cat {} + | sed -n 's/^{"target":"\([^"]*\)".*}$/\1/p'
}

remaining() {
  awk -v n="$shards" -v i="$index" 'NR % n == i' "$list" | { grep -vxFf <(finished) || true; }
}

mkdir -p "$results"
out=$(mktemp "$results/$index.XXXXXXXX.ndjson")
"${conformance[@]}" "$@" --targets-file <(remaining) --format ndjson >"$out" &
child=$!
# A signal that ends this shard leaves the command time to write what it has finished.
trap 'kill -TERM "$child"' INT TERM
status=0
wait "$child" || status=$?
if ((status > 128)); then
  status=0
  wait "$child" || status=$?
fi
((status == 1 || status == 3)) && status=0
exit "$status"
