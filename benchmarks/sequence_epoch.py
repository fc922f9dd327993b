"""One epoch of the sequence models in the training child beside the same model in PyTorch from Python.

    python3 -m venv VENV && VENV/bin/pip install torch numpy
    python3 benchmarks/sequence_epoch.py VENV ../shared/data/splits/ml100k_loo [EPOCHS]

Both train on the split's train and validation parts without each user's last event, ids only, in batches of 800
positions of about one length, with one thread: shape, loss (full softmax), dropout, Adam and the running average of
the weights are those of `SequenceSettings`. Processes take turns; the least CPU time of an epoch counts on both
sides, evaluations apart, and the loss after each epoch is shown, since the same work should bring the same loss.
"""
import gzip
import os
import re
import subprocess
import sys
import time

TURNS = 2
DIMENSION, HEADS, LAYERS, LENGTH, INNER, BUCKETS = 64, 2, 2, 50, 256, 48
DROPOUT, RATE, AVERAGING, POSITIONS, POOLED = 0.2, 0.0015, 0.998, 800, 40


def histories(folder):
    """Rows of items with times, by user, oldest first, without the last event."""
    users = {}
    for part in ("train", "valid"):
        path = os.path.join(folder, part + ".tsv")
        with open(path) if os.path.exists(path) else gzip.open(path + ".gz", "rt") as lines:
            next(lines)
            for line in lines:
                user, item, _, at = line.rstrip("\n").split("\t")
                users.setdefault(user, []).append((int(float(at)), item))
    names = sorted({item for events in users.values() for _, item in events})
    rows = {item: row for row, item in enumerate(names)}
    ordered = [sorted(events, key=lambda event: event[0])[:-1] for events in users.values()]
    return [[(rows[item], at) for at, item in events] for events in ordered], len(names)


def windows(users):
    cut = []
    for events in users:
        end = len(events)
        while end > 1:
            start = max(0, end - LENGTH - 1)
            cut.append(events[start:end])
            if start == 0:
                break
            end = start + 1
    return cut


def batches(cut, random):
    order = random.permutation(len(cut))
    made, at = [], 0
    while at < len(order):
        pool, size = [], 0
        while at < len(order) and size < POOLED * POSITIONS:
            pool.append(cut[order[at]])
            size += len(pool[-1]) - 1
            at += 1
        pool.sort(key=len)
        start = 0
        for end in range(1, len(pool) + 1):
            if end == len(pool) or (end + 1 - start) * (len(pool[end]) - 1) > POSITIONS:
                made.append(pool[start:end])
                start = end
    return [made[place] for place in random.permutation(len(made))]


def bucket(numpy, elapsed):
    _, exponent = numpy.frexp(numpy.maximum(elapsed, 0))
    return numpy.minimum(exponent, BUCKETS - 1).astype("int64")


def network(kind, items):
    import torch
    from torch import nn
    from torch.nn import functional

    def start(module, spread):
        for name, weight in module.named_parameters():
            if name.endswith("weight") and weight.dim() == 2:
                nn.init.normal_(weight, std=spread)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(items, DIMENSION)
            self.position = nn.Embedding(LENGTH, DIMENSION)
            self.input = nn.LayerNorm(DIMENSION, eps=1e-12)
            self.layers = nn.ModuleList(
                nn.ModuleDict(
                    {
                        "qkv": nn.Linear(DIMENSION, 3 * DIMENSION),
                        "output": nn.Linear(DIMENSION, DIMENSION),
                        "attention": nn.LayerNorm(DIMENSION, eps=1e-12),
                        "widen": nn.Linear(DIMENSION, INNER),
                        "narrow": nn.Linear(INNER, DIMENSION),
                        "feed": nn.LayerNorm(DIMENSION, eps=1e-12),
                    }
                )
                for _ in range(LAYERS)
            )
            self.drop = nn.Dropout(DROPOUT)
            start(self, 0.02)

        def forward(self, rows, buckets):
            size, length = rows.shape
            x = self.drop(self.input(self.table(rows) + self.position.weight[:length]))
            mask = torch.full((length, length), -1e4).triu(1)
            for layer in self.layers:
                query, key, value = (
                    part.view(size, length, HEADS, -1).transpose(1, 2) for part in layer["qkv"](x).chunk(3, -1)
                )
                shares = self.drop((query @ key.transpose(-1, -2) / (DIMENSION // HEADS) ** 0.5 + mask).softmax(-1))
                seen = (shares @ value).transpose(1, 2).reshape(size, length, DIMENSION)
                x = layer["attention"](self.drop(layer["output"](seen)) + x)
                x = layer["feed"](self.drop(layer["narrow"](functional.gelu(layer["widen"](x)))) + x)
            return x

    class Gated(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(items, DIMENSION)
            self.layers = nn.ModuleList(
                nn.ModuleDict(
                    {
                        "before": nn.LayerNorm(DIMENSION, eps=1e-6),
                        "project": nn.Linear(DIMENSION, 4 * DIMENSION),
                        "attended": nn.LayerNorm(DIMENSION, eps=1e-6),
                        "output": nn.Linear(DIMENSION, DIMENSION),
                    }
                )
                for _ in range(LAYERS)
            )
            self.distance = nn.Parameter(torch.zeros(LAYERS, LENGTH))
            self.time = nn.Parameter(torch.zeros(LAYERS, BUCKETS))
            self.last = nn.LayerNorm(DIMENSION, eps=1e-6)
            self.drop = nn.Dropout(DROPOUT)
            start(self, 0.05)
            nn.init.normal_(self.table.weight, std=0.02)

        def forward(self, rows, buckets):
            size, length = rows.shape
            x = self.drop(self.table(rows))
            share = torch.full((length, length), 1 / LENGTH).tril()
            places = torch.arange(length)
            back = (places[:, None] - places[None, :]).clamp(min=0)
            for number, layer in enumerate(self.layers):
                gate, value, query, key = functional.silu(layer["project"](layer["before"](x))).chunk(4, -1)
                value, query, key = (
                    part.reshape(size, length, HEADS, -1).transpose(1, 2) for part in (value, query, key)
                )
                bias = self.distance[number][back] + self.time[number][buckets].unsqueeze(1)
                shares = functional.silu(query @ key.transpose(-1, -2) + bias) * share
                seen = (shares @ value).transpose(1, 2).reshape(size, length, DIMENSION)
                x = layer["output"](self.drop(layer["attended"](seen) * gate)) + x
            return self.last(x)

    return Attention() if kind == "sasrec" else Gated()


def python(folder, kind, epochs):
    import numpy
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    random = numpy.random.default_rng(1)
    users, items = histories(folder)
    cut = windows(users)
    model = network(kind, items)
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGING)
    )
    adam = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    for epoch in range(1, epochs + 1):
        before, total, count = time.process_time(), 0.0, 0
        for batch in batches(cut, random):
            length = max(len(window) for window in batch) - 1
            rows = numpy.zeros((len(batch), length), "int64")
            times = numpy.zeros((len(batch), length), "int64")
            wanted = numpy.full((len(batch), length), -1, "int64")
            for row, window in enumerate(batch):
                rows[row, : len(window) - 1] = [item for item, _ in window[:-1]]
                times[row, : len(window) - 1] = [at for _, at in window[:-1]]
                wanted[row, : len(window) - 1] = [item for item, _ in window[1:]]
            buckets = None if kind == "sasrec" else torch.from_numpy(bucket(numpy, times[:, :, None] - times[:, None, :]))
            hidden = model(torch.from_numpy(rows), buckets).reshape(-1, DIMENSION)
            wanted = torch.from_numpy(wanted.reshape(-1))
            told = wanted >= 0
            logits = hidden[told] @ model.table.weight.T
            loss = torch.nn.functional.cross_entropy(logits, wanted[told])
            adam.zero_grad()
            loss.backward()
            adam.step()
            average.update_parameters(model)
            total += loss.item() * len(logits)
            count += len(logits)
        print(f"epoch {epoch}: loss {total / count:.4f}, {time.process_time() - before:.2f} cpu s", flush=True)


def told(command, env):
    made = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return [
        (float(loss), float(seconds))
        for loss, seconds in re.findall(r"loss ([0-9.]+), ([0-9.]+) cpu s", made.stdout + made.stderr)
    ]


def main(venv, folder, epochs):
    env = dict(os.environ, OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    for kind in ("sasrec", "hstu"):
        both = {"Palate": [], "Python": []}
        for _ in range(TURNS):
            java = ["./palate", "evaluate", "--split", folder, "--model", kind, "--curve", "--threads", "1"]
            both["Palate"].append(told(java + ["--sequence-loss", "full", "--epochs", str(epochs)], env))
            here = [os.path.join(venv, "bin", "python"), os.path.abspath(__file__), "python", folder, kind, str(epochs)]
            both["Python"].append(told(here, env))
        least = {name: min(seconds for run in runs for _, seconds in run) for name, runs in both.items()}
        for name, runs in both.items():
            losses = " ".join(f"{loss:.3f}" for loss, _ in runs[0])
            print(f"{kind} {name}: {least[name]:.2f} cpu s an epoch, loss {losses}")
        print(f"{kind}: {least['Python'] / least['Palate']:.2f} times as fast, load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "python":
        python(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 6)
