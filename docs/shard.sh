#!/usr/bin/env bash
# Checks one shard of a list of targets, and goes on where an earlier attempt was ended.
#
#   shard.sh INDEX SHARDS LIST RESULTS [OPTION...]
#
# INDEX is 0 to SHARDS - 1. LIST has a URL with its port on each line; `#` begins a comment. Results go to a new file of
# the folder RESULTS; what earlier attempts of this shard finished is in others there, and is not checked again. The
# options are those of the command, which is `java -jar conformance.jar`, with the jar in the working folder, unless
# CONFORMANCE says otherwise.
#
# Exit status: 0 if every target of the shard has its result, good or bad; 2 if the list or the command is missing;
# otherwise the command's, or 70 if the command reported success without a result for each target.
set -euo pipefail

index=$1 shards=$2 list=$3 results=$4
shift 4
read -ra conformance <<<"${CONFORMANCE:-java -jar conformance.jar}"

unusable() {
  echo "shard.sh: $1" >&2
  exit 2
}

[[ $index =~ ^(0|[1-9][0-9]*)$ && $shards =~ ^[1-9][0-9]*$ ]] && ((index < shards)) ||
  unusable "INDEX is 0 to SHARDS - 1, not '$index' of '$shards'"
# It is read several times, so it cannot be a pipe.
[[ -f $list && -r $list ]] || unusable "cannot read the list of targets: $list"
command -v "${conformance[0]}" >/dev/null || unusable "cannot run the command: ${conformance[0]}"
for ((i = 1; i < ${#conformance[@]}; i++)); do
  if [[ ${conformance[i - 1]} == -jar && ! -r ${conformance[i]} ]]; then
    unusable "cannot read ${conformance[i]}: set CONFORMANCE, as in CONFORMANCE='java -jar /path/to/conformance.jar'"
  fi
done

# A line that was cut off, by SIGKILL or a power failure, is no result.
finished() {
  find "$results" -name "$index.*.ndjson" -exec cat {} + | sed -n 's/^{"target":"\([^"]*\)".*}$/\1/p'
}

# The URLs alone, without what the command ignores: white space around them, comments, and lines without a URL.
remaining() {
  awk -v n="$shards" -v i="$index" '
    NR % n == i { sub(/(^|[ \t])#.*/, ""); gsub(/^[ \t\r]+|[ \t\r]+$/, ""); if ($0 != "") print }' "$list" |
    { grep -vxFf <(finished) || true; }
}

mkdir -p "$results"
todo=$(remaining)
if [[ -z $todo ]]; then
  exit 0
fi
out=$(mktemp "$results/$index.XXXXXXXX.ndjson")
"${conformance[@]}" "$@" --targets-file <(printf '%s\n' "$todo") --format ndjson >"$out" &
child=$!
# A signal that ends this shard leaves the command time to write what it has finished.
trap 'kill -TERM "$child"' INT TERM
status=0
wait "$child" || status=$?
if ((status > 128)); then
  status=0
  wait "$child" || status=$?
fi
# 1 and 3 judge targets. Java has 1 as well for a failure to start, so only the results show that all is done.
if ((status == 0 || status == 1 || status == 3)); then
  missing=$(remaining)
  if [[ -z $missing ]]; then
    exit 0
  fi
  echo "shard.sh: no result for $(wc -l <<<"$missing") of the targets (a URL needs its port in the list), the first is" \
    "$(head -n 1 <<<"$missing")" >&2
  ((status == 0)) && status=70
fi
exit "$status"
