#!/usr/bin/env bash
# This store and Mem0, one after the other, on the same memories: texts, users, vectors, order and threads.
#
#   benchmarks/mem0_beside.sh [COUNT]
#
# COUNT memories (10,000), ten a user, each added by itself; 200 searches of one user's memories; 1,000 more adds by
# four threads, then read again. Vectors are given, no model is measured. Needs the tests compiled and their class path
# (docs/benchmarks.md) and `pip install mem0ai numpy`; PYTHON names another python than python3. Everything is in a
# folder below /tmp that is deleted at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
count=${1:-10000}
[ -f memory/target/test.classpath ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
work=$(mktemp -d /tmp/palate-beside.XXXXXX)
trap 'rm -rf "$work"' EXIT
java -Xmx2g --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
  -cp "memory/target/test-classes:memory/target/classes:$(cat memory/target/test.classpath)" \
  dev.palate.memory.tier.PeerBenchmark "$work" "$count" "$work/base.f32"
MEM0_TELEMETRY=False "${PYTHON:-python3}" benchmarks/mem0_store.py "$work" "$count"
