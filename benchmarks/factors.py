"""iALS beside `implicit`, EASE beside numpy and LAPACK: the same split, settings, iterations and threads, in turn.

    ./mvnw -q -pl retrieval -am test-compile
    ./mvnw -q -pl retrieval dependency:build-classpath -Dmdep.outputFile=target/test.classpath -Dmdep.includeScope=test
    python3 -m venv VENV && VENV/bin/pip install implicit numpy scipy
    python3 benchmarks/factors.py VENV ../shared/data/splits [als|ease ...]

Every fit is of the train part; Recall@10 and NDCG@10 are of the validation part over the full ranking. Java and Python
processes take turns; of each the least CPU and wall time of the warm fits counts, and Java's first fit is shown too.
"""
import gzip
import os
import subprocess
import sys

TURNS = 2
THREADS = 2
# split, factors, alpha and regularisation as `implicit` names them, iterations, conjugate gradient steps
ALS = [
    ("ml1m_loo", 64, 2, 0.1, 10, 3),
    ("ml1m_loo", 128, 2, 0.1, 10, 3),
    ("games_loo", 64, 20, 10, 10, 3),
    ("games_loo", 128, 20, 10, 10, 3),
]
EASE = [("ml100k_loo", 100), ("ml1m_loo", 200), ("games_loo", 200)]


def rows(folder, part):
    path = os.path.join(folder, part + ".tsv")
    lines = open(path) if os.path.exists(path) else gzip.open(path + ".gz", "rt")
    with lines:
        next(lines)
        return [line.split("\t")[:2] for line in lines]


def matrix(folder):
    import numpy as np
    import scipy.sparse as sparse

    train = rows(folder, "train")
    users = {user: row for row, user in enumerate(dict.fromkeys(user for user, _ in train))}
    items = {item: row for row, item in enumerate(sorted({item for _, item in train}))}
    at = ([users[user] for user, _ in train], [items[item] for _, item in train])
    seen = sparse.csr_matrix((np.ones(len(train), np.float32), at), shape=(len(users), len(items)))
    seen.data[:] = 1
    wanted = [(users[u], items[i]) for u, i in rows(folder, "valid") if u in users and i in items]
    return seen, wanted


def quality(seen, wanted, scores_of):
    """Recall@10 and NDCG@10 of one wanted item a user; scores_of gives a dense block of users."""
    import numpy as np

    wanted = [(user, item) for user, item in wanted if seen[user, item] == 0]
    recall = gain = 0.0
    for start in range(0, len(wanted), 512):
        part = wanted[start : start + 512]
        users = [user for user, _ in part]
        scores = np.asarray(scores_of(users))
        had = seen[users]
        scores[had.nonzero()] = -np.inf
        for place, (_, item) in enumerate(part):
            rank = int((scores[place] > scores[place, item]).sum())
            if rank < 10:
                recall += 1
                gain += 1 / np.log2(rank + 2)
    return recall / len(wanted), gain / len(wanted)


def measured(fit):
    import time

    wall, cpu = time.perf_counter(), time.process_time()
    made = fit()
    print("fit %.3f %.3f" % (time.process_time() - cpu, time.perf_counter() - wall), flush=True)
    return made


def peer_als(folder, factors, alpha, regularization, iterations, steps):
    from implicit.cpu.als import AlternatingLeastSquares

    seen, wanted = matrix(folder)

    def fit():
        model = AlternatingLeastSquares(
            factors=factors, regularization=regularization, alpha=alpha, iterations=iterations,
            use_cg=True, num_threads=THREADS, random_state=1)
        model.cg_steps = steps
        model.fit(seen, show_progress=False)
        return model

    for _ in range(3):
        model = measured(fit)
    print("quality %.4f %.4f" % quality(seen, wanted, lambda u: model.user_factors[u] @ model.item_factors.T))


def peer_ease(folder, regularization, how):
    import numpy as np
    from scipy.linalg import lapack

    seen, wanted = matrix(folder)

    def fit():
        gram = (seen.T @ seen).toarray().astype(np.float32, copy=False)
        gram[np.diag_indices_from(gram)] += np.float32(regularization)
        if how == "inv":
            inverse = np.linalg.inv(gram)
        else:
            factor, _ = lapack.spotrf(gram.T, lower=1, overwrite_a=1, clean=0)
            inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
            inverse = np.tril(inverse) + np.tril(inverse, -1).T
        weights = inverse / -np.diag(inverse)
        weights[np.diag_indices_from(weights)] = 0
        return weights

    for _ in range(2):
        weights = measured(fit)
    print("quality %.4f %.4f" % quality(seen, wanted, lambda u: seen[u] @ weights))


def run(command, environment=None):
    """CPU and wall seconds of each fit, and the quality."""
    printed = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if printed.returncode != 0:
        sys.exit(" ".join(command) + "\n" + printed.stderr[-2000:])
    fits, quality_seen = [], (0.0, 0.0)
    for line in printed.stdout.splitlines():
        words = line.split()
        if words and words[0] == "fit":
            fits.append((float(words[1]), float(words[2])))
            if len(words) > 3:
                quality_seen = (float(words[3]), float(words[4]))
        elif words and words[0] == "quality":
            quality_seen = (float(words[1]), float(words[2]))
    return fits, quality_seen


def java(*arguments):
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    classes = os.environ.get("CLASSPATH")
    if not classes:
        with open(os.path.join(here, "retrieval/target/test.classpath")) as file:
            libraries = file.read().strip()
        parts = ["retrieval/target/test-classes", "retrieval/target/classes", "memory/target/classes"]
        classes = ":".join([os.path.join(here, part) for part in parts] + [libraries])
    home = os.environ.get("JAVA_HOME")
    return run([
        os.path.join(home, "bin/java") if home else "java", "-Xmx4g", "--add-modules", "jdk.incubator.vector",
        "-cp", classes, "dev.palate.retrieval.factor.FactorBenchmark", *map(str, arguments)])


def python(venv, *arguments):
    # OpenBLAS threads beside those of `implicit` would fight over the cores; `implicit` asks for one itself.
    blas = "1" if arguments[0] == "als" else str(THREADS)
    return run(
        [os.path.join(venv, "bin/python"), os.path.abspath(__file__), "--peer", *map(str, arguments)],
        {"OPENBLAS_NUM_THREADS": blas})


def best(runs):
    warm = [fit for fits, _ in runs for fit in fits[1:]]
    return min(cpu for cpu, _ in warm), min(wall for _, wall in warm)


def report(name, ours, peers):
    cpu, wall = best(ours)
    cold = ours[0][0][0]
    load = os.getloadavg()[0]
    print("| %s | %.2f / %.2f (first %.2f / %.2f) | %.4f / %.4f |" % (name, cpu, wall, *cold, *ours[0][1]), end="")
    for peer in peers:
        peer_cpu, peer_wall = best(peer)
        print(" %.2f / %.2f | %.4f / %.4f | **%.2f / %.2f** |"
              % (peer_cpu, peer_wall, *peer[0][1], peer_cpu / cpu, peer_wall / wall), end="")
    print(" %.1f |" % load, flush=True)


def main(venv, splits, what):
    if "als" in what:
        print("| iALS | Palate, cpu / wall s | R@10 / N@10 | implicit, cpu / wall s | R@10 / N@10 | ratio | load |")
        print("|---|---|---|---|---|---|---|")
        for split, factors, alpha, regularization, iterations, steps in ALS:
            folder = os.path.join(splits, split)
            ours, peers = [], []
            for _ in range(TURNS):
                ours.append(java("als", folder, factors, 1 / (alpha - 1), regularization / (alpha - 1), iterations,
                                 steps, THREADS, 5))
                peers.append(python(venv, "als", folder, factors, alpha, regularization, iterations, steps))
            report("%s, %d factors" % (split, factors), ours, [peers])
    if "ease" in what:
        print("| EASE | Palate, cpu / wall s | R@10 / N@10 | numpy inv, cpu / wall s | R@10 / N@10 | ratio"
              " | LAPACK potrf, potri, cpu / wall s | R@10 / N@10 | ratio | load |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        for split, regularization in EASE:
            folder = os.path.join(splits, split)
            repeats = 2 if split.startswith("games") else 4
            ours = [java("ease", folder, regularization, THREADS, repeats)]
            peers = [[python(venv, "ease", folder, regularization, how)] for how in ("inv", "potri")]
            report(split, ours, peers)


if __name__ == "__main__":
    if sys.argv[1] == "--peer":
        arguments = sys.argv[3:]
        if sys.argv[2] == "als":
            peer_als(arguments[0], int(arguments[1]), float(arguments[2]), float(arguments[3]), int(arguments[4]),
                     int(arguments[5]))
        else:
            peer_ease(arguments[0], float(arguments[1]), arguments[2])
    else:
        main(sys.argv[1], sys.argv[2], sys.argv[3:] or ["als", "ease"])
