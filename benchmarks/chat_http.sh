#!/usr/bin/env bash
# Turns over the chat endpoint, by server-sent events: when the films are there, when the first word, when all; tokens a
# turn; how a local model is shared by conversations at once.
#
#   benchmarks/chat_http.sh CATALOG.jsonl SPLIT T0|T2 [CONVERSATIONS [TURNS [AT_A_TIME]]]
#
# CATALOG.jsonl and SPLIT are imported and learnt from as benchmarks/recommend_http.sh does. T0 serves without a
# language model. T2 serves with the local one, which must be there (./palate model pull): the default, or the GGUF file
# of PALATE_MODEL_PATH; it is waited for until it is ready, and the script ends if it is found too slow. CONVERSATIONS
# (20), each of another user with TURNS (5) messages one after the other, AT_A_TIME (1) of them at once. The server is
# one of its own on a free loopback port, ended by its id.
#
# Environment: PALATE_BENCH_DIR keeps the data directory there and uses it again; PALATE_BENCH_WARMUP conversations
# before anything is measured (20 at T0, 1 at T2); PALATE_HEAP as for ./palate.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -ge 3 ] || { sed -n '2,16s/^# \{0,1\}//p' "$0" >&2; exit 2; }
catalog=$1 split=$2 level=$3 conversations=${4:-20} turns=${5:-5} at_a_time=${6:-1}
source benchmarks/server.sh
open_data "$catalog" "$split"
case $level in
  T0) begin_server --no-llm ;;
  T2) begin_server ;;
  *) echo "the level is T0 or T2, was $level" >&2; exit 2 ;;
esac
if [ "$level" = T2 ]; then
  for _ in $(seq 1200); do
    grep -q 'ready at level T2' "$work/server.log" && break
    ! grep -q 'left out for now\|none, level T0\|given up' "$work/server.log" || { tail -n 3 "$work/server.log" >&2; exit 1; }
    kill -0 "$server" 2>/dev/null || { tail -n 20 "$work/server.log" >&2; exit 1; }
    sleep .2
  done
  grep 'ready at level' "$work/server.log"
fi
users "$split" "$work/users"
PALATE_KEY=$key "${PYTHON:-python3}" benchmarks/chat_turns.py "$url" "$work/users" "$conversations" "$turns" "$at_a_time" \
  "${PALATE_BENCH_WARMUP:-$([ "$level" = T0 ] && echo 20 || echo 1)}"
