# Sourced by the benchmarks over HTTP: a data directory of their own with a catalog, a split's events and a model trained
# on them, and a server over it on a free loopback port, ended by its id with the script. Gives work, data, url and key.
#
#   open_data CATALOG.jsonl SPLIT     # in PALATE_BENCH_DIR, which is kept and used again, or below /tmp
#   begin_server [OPTION...]          # of ./palate serve; PALATE_JAVA_OPTIONS of the caller are the server's only
#   end_server
#   users SPLIT FILE                  # the users of the split's train part, one a line
options=${PALATE_JAVA_OPTIONS:-}
unset PALATE_JAVA_OPTIONS
work=$(mktemp -d /tmp/palate-http.XXXXXX)
kept=${PALATE_BENCH_DIR:-}
data=${kept:-$work/data}
server=
end_server() {
  if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
    kill "$server"
    wait "$server" 2>/dev/null || true
  fi
  server=
}
end() {
  end_server
  rm -rf "$work"
}
trap end EXIT

open_data() {
  [ ! -e "$data/truth.db" ] || return 0
  mkdir -p "$work/items" "$(dirname "$data")"
  cp "$1" "$work/items/items.jsonl"
  { gzip -dc "$2/train.tsv.gz"; tail -qn +2 "$2/valid.tsv" "$2/test.tsv"; } >"$work/ratings.tsv"
  ./palate import --format jsonl "$work/items" --data "$data"
  ./palate import --format delimited "$work/ratings.tsv" --data "$data"
  ./palate train --data "$data"
}

# The log of the server holds the first key, so it goes with the folder; an earlier run left its key beside the data.
begin_server() {
  PALATE_JAVA_OPTIONS=$options ./palate serve --port 0 --data "$data" "$@" >"$work/server.log" 2>&1 &
  server=$!
  for _ in $(seq 600); do
    grep -q '^Ready at' "$work/server.log" && break
    kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
    sleep .2
  done
  url=$(sed -n 's/^Ready at \([^ ]*\).*/\1/p' "$work/server.log")
  key=$(sed -n 's/^Admin key, shown only this once: //p' "$work/server.log")
  if [ -n "$key" ]; then
    (umask 077 && printf %s "$key" >"$data.key")
  else
    key=$(cat "$data.key")
  fi
}

users() {
  gzip -dc "$1/train.tsv.gz" | tail -n +2 | cut -f1 | sort -u >"$2"
}
