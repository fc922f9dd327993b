#!/usr/bin/env bash
# Recommendations over HTTP, by wrk at 1, 16 and 64 connections: requests a second, latencies, CPU a request, memory.
#
#   benchmarks/recommend_http.sh CATALOG.jsonl SPLIT [SECONDS]
#
# CATALOG.jsonl has the items, SPLIT is a folder with train.tsv.gz, valid.tsv and test.tsv (user_id, item_id, rating,
# timestamp). Both are imported into a data directory of their own below /tmp, a model is trained, a server is started
# on a free port of the loopback address, asked, and ended by its id. Every list is recorded. Needs wrk (Debian: wrk).
#
# Environment: PALATE_HEAP as for ./palate; PALATE_JAVA_OPTIONS for the server only, such as a flight recording;
# PALATE_BENCH_DIR keeps the data directory there and uses it again; PALATE_BENCH_BODY replaces the JSON after user_id;
# PALATE_BENCH_WARMUP seconds before anything is measured (30).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -ge 2 ] || { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
catalog=$1 split=$2 seconds=${3:-15}
command -v wrk >/dev/null || { echo "needs wrk (Debian: apt-get install wrk)" >&2; exit 1; }
source benchmarks/server.sh
open_data "$catalog" "$split"
begin_server --no-llm
users "$split" "$work/users"
cat >"$work/ask.lua" <<LUA
local users = {}
for line in io.lines("$work/users") do users[#users + 1] = line end
local next = 0
function init(args) math.randomseed(1) end
function request()
  next = next % #users + 1
  return wrk.format("POST", "/v1/recommendations",
    { ["Content-Type"] = "application/json", ["X-API-Key"] = "$key" },
    '{"user_id":"' .. users[next] .. '"${PALATE_BENCH_BODY:-,\"n\":10,\"record\":true}}')
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %.3f %.3f %d\n", summary.requests, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
LUA

ticks=$(getconf CLK_TCK)
cpu() { awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$server/stat"; }
rss() { awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$server/status"; }
ask() { # connections seconds
  wrk -t1 -c"$1" -d"$2s" --timeout 10s -s "$work/ask.lua" "$url" | sed -n 's/^RESULT //p'
}

warm=${PALATE_BENCH_WARMUP:-30}
echo "users $(wc -l <"$work/users"), load $(cut -d' ' -f1-3 /proc/loadavg), warming up $warm s"
ask 16 "$warm" >/dev/null
printf '%11s %10s %8s %8s %14s %8s %7s %s\n' connections requests/s p50-ms p99-ms cpu-ms/request rss-MiB errors load
for connections in 1 16 64; do
  before=$(cpu)
  read -r requests micros p50 p99 errors < <(ask "$connections" "$seconds")
  after=$(cpu)
  awk -v c="$connections" -v n="$requests" -v us="$micros" -v p50="$p50" -v p99="$p99" -v e="$errors" \
    -v t="$((after - before))" -v hz="$ticks" -v rss="$(rss)" -v load="$(cut -d' ' -f1 /proc/loadavg)" \
    'BEGIN { printf "%11d %10.0f %8.2f %8.2f %14.2f %8d %7d %s\n", c, n / us * 1e6, p50, p99, t / hz * 1e3 / n, rss, e, load }'
done
