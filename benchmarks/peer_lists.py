"""Lists of a peer for every user of a split, in the form that `palate evaluate --peers` reads.

    python3 -m venv VENV && VENV/bin/pip install implicit numpy scipy
    VENV/bin/python benchmarks/peer_lists.py als SPLIT OUT.tsv.gz FACTORS ALPHA REGULARIZATION ITERATIONS
    VENV/bin/python benchmarks/peer_lists.py ease SPLIT OUT.tsv.gz LAMBDA

`als` is that of `implicit` (conjugate gradient, seed 1), `ease` the closed form in numpy. Learns from the train and valid
rows; what a user had is left out; the best 20 of every user who has a test row. Settings are the caller's: those of the
tables in docs/evaluation.md were chosen by others on the validation part.
"""
import gzip
import os
import sys

SHOWN = 20


def rows(folder, part):
    path = os.path.join(folder, part + ".tsv")
    lines = open(path) if os.path.exists(path) else gzip.open(path + ".gz", "rt")
    with lines:
        next(lines)
        return [line.split("\t")[:2] for line in lines]


def als(seen, factors, alpha, regularization, iterations):
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(
        factors=int(factors), regularization=float(regularization), alpha=float(alpha), iterations=int(iterations),
        use_cg=True, random_state=1)
    model.fit(seen, show_progress=False)
    return lambda users: model.user_factors[users] @ model.item_factors.T


def ease(seen, regularization):
    import numpy as np

    gram = (seen.T @ seen).toarray().astype(np.float32, copy=False)
    gram[np.diag_indices_from(gram)] += np.float32(regularization)
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    weights[np.diag_indices_from(weights)] = 0
    return lambda users: seen[users] @ weights


def main(peer, folder, out, *settings):
    import numpy as np
    import scipy.sparse as sparse

    known = rows(folder, "train") + rows(folder, "valid")
    users = {user: row for row, user in enumerate(dict.fromkeys(user for user, _ in known))}
    items = sorted({item for _, item in known})
    row_of = {item: row for row, item in enumerate(items)}
    at = ([users[user] for user, _ in known], [row_of[item] for _, item in known])
    seen = sparse.csr_matrix((np.ones(len(known), np.float32), at), shape=(len(users), len(items)))
    seen.data[:] = 1
    scores_of = {"als": als, "ease": ease}[peer](seen, *settings)
    wanted = [user for user in dict.fromkeys(user for user, _ in rows(folder, "test")) if user in users]
    with gzip.open(out, "wt") as lists:
        lists.write("user_id\titem_id\trank\tscore\n")
        for start in range(0, len(wanted), 512):
            part = wanted[start : start + 512]
            block = [users[user] for user in part]
            scores = np.asarray(scores_of(block), dtype=np.float64)
            scores[seen[block].nonzero()] = -np.inf
            for user, of_user in zip(part, scores):
                best = np.argsort(-of_user, kind="stable")[:SHOWN]
                for rank, item in enumerate(best):
                    if np.isfinite(of_user[item]):
                        lists.write("%s\t%s\t%d\t%.6f\n" % (user, items[item], rank + 1, of_user[item]))


if __name__ == "__main__":
    if len(sys.argv) < 5 or sys.argv[1] not in ("als", "ease"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
