"""hnswlib over the vectors that VectorBenchmark leaves, with the same M and efConstruction.

python ann_hnswlib.py FOLDER    # of base.f32 and queries.f32: little-endian float32, 384 numbers a row

The index is left in the folder; a second run only searches.
"""

import os
import sys
import time

import hnswlib
import numpy

DIMENSION = 384
CONNECTIONS = 16
BEAM = 100


def build(index, base):
    index.init_index(max_elements=len(base), M=CONNECTIONS, ef_construction=BEAM, random_seed=20260101)
    threads = int(os.environ.get("THREADS", "1"))
    index.set_num_threads(threads)
    began, cpu = time.time(), time.process_time()
    index.add_items(base)
    print(
        f"hnswlib, {len(base)} vectors: built in {time.time() - began:.1f} s, cpu {time.process_time() - cpu:.1f} s,"
        f" {threads} threads, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def main():
    folder = sys.argv[1]
    base = numpy.fromfile(os.path.join(folder, "base.f32"), dtype="<f4").reshape(-1, DIMENSION)
    queries = numpy.fromfile(os.path.join(folder, "queries.f32"), dtype="<f4").reshape(-1, DIMENSION)
    best = numpy.empty((len(queries), 10), dtype=numpy.int64)
    for start in range(0, len(queries), 50):
        scores = queries[start : start + 50] @ base.T
        best[start : start + 50] = numpy.argpartition(-scores, 10, axis=1)[:, :10]
    wanted = [set(row) for row in best]
    index = hnswlib.Index(space="ip", dim=DIMENSION)
    built = os.path.join(folder, f"hnswlib-{len(base)}.bin")
    if os.path.exists(built):
        index.load_index(built, max_elements=len(base))
    else:
        build(index, base)
        index.save_index(built)
    index.set_num_threads(1)
    for ef in (10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1000):
        index.set_ef(ef)
        took, found = [], 0
        for _ in range(2):
            took, found = [], 0
            for number, query in enumerate(queries):
                start = time.perf_counter()
                labels, _distances = index.knn_query(query, k=10)
                took.append(time.perf_counter() - start)
                found += len(wanted[number] & set(labels[0].tolist()))
        took.sort()
        print(
            f"hnswlib ef {ef}: recall@10 {found / len(queries) / 10:.4f}, p50 {took[len(took) // 2] * 1e3:.3f} ms,"
            f" p99 {took[int(len(took) * 0.99)] * 1e3:.3f} ms, load {os.getloadavg()[0]:.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
