"""Mem0's store over the same memories as TierBenchmark, with vectors given: no model is measured.

MEM0_TELEMETRY=False python mem0_store.py FOLDER COUNT    # pip install mem0ai numpy; FOLDER holds base.f32, queries.f32
"""

import os
import sys
import tempfile
import threading
import time

os.environ.setdefault("MEM0_TELEMETRY", "False")
os.environ.setdefault("OPENAI_API_KEY", "none")

import numpy
from mem0 import Memory
from mem0.embeddings.base import EmbeddingBase
from mem0.utils.factory import EmbedderFactory

DIMENSION = 384
PER_USER = 10
THREADS = 4


class Given(EmbeddingBase):
    """The vector whose number ends the text."""

    base = None

    def embed(self, text, memory_action=None):
        return self.base[int(text.rsplit(" ", 1)[1]) % len(self.base)].tolist()

    def embed_batch(self, texts, memory_action=None):
        return [self.embed(text) for text in texts]


def percentiles(took):
    took = sorted(took)
    return f"p50 {took[len(took) // 2] * 1e3:.2f} ms, p99 {took[int(len(took) * 0.99)] * 1e3:.2f} ms"


def add(memory, number):
    memory.add(f"likes thing number {number}", user_id=f"u{number // PER_USER}", infer=False)


def in_threads(memory, start, count):
    failed = []

    def work(part):
        for number in range(start + part, start + count, THREADS):
            try:
                add(memory, number)
            except Exception as error:
                failed.append(type(error).__name__)

    threads = [threading.Thread(target=work, args=(part,)) for part in range(THREADS)]
    began = time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.time() - began
    there, unreadable = 0, 0
    for user in range(start // PER_USER, (start + count) // PER_USER):
        try:
            there += len(memory.get_all(filters={"user_id": f"u{user}"}, top_k=100)["results"])
        except Exception:
            unreadable += 1
    print(
        f"mem0, {count} adds by {THREADS} threads: {count / took:.0f} a second, {len(failed)} failed,"
        f" {count - there} not found, {unreadable} of {count // PER_USER} users unreadable",
        flush=True,
    )


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    Given.base = numpy.fromfile(os.path.join(folder, "base.f32"), dtype="<f4", count=DIMENSION * count).reshape(
        -1, DIMENSION
    )
    EmbedderFactory.provider_to_class["langchain"] = "__main__.Given"
    with tempfile.TemporaryDirectory() as place:
        memory = Memory.from_config(
            {
                "embedder": {"provider": "langchain", "config": {"embedding_dims": DIMENSION}},
                "vector_store": {
                    "provider": "qdrant",
                    "config": {
                        "collection_name": "memories",
                        "embedding_model_dims": DIMENSION,
                        "path": os.path.join(place, "qdrant"),
                        "on_disk": True,
                    },
                },
                "history_db_path": os.path.join(place, "history.db"),
            }
        )
        took, began = [], time.time()
        for number in range(count):
            start = time.perf_counter()
            add(memory, number)
            took.append(time.perf_counter() - start)
        print(
            f"mem0, {count} adds: {count / (time.time() - began):.0f} a second, {percentiles(took)},"
            f" load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        took = []
        for number in range(200):
            start = time.perf_counter()
            memory.search(f"likes thing number {number}", filters={"user_id": f"u{number // PER_USER}"}, top_k=10)
            took.append(time.perf_counter() - start)
        print(f"mem0, one user's search: {percentiles(took)}, load {os.getloadavg()[0]:.1f}", flush=True)
        in_threads(memory, count, 1_000)


if __name__ == "__main__":
    main()
