"""Talks to a Palate server by server-sent events, and says how long people would have waited.

    PALATE_KEY=KEY python3 benchmarks/chat_turns.py URL USERS CONVERSATIONS TURNS AT_A_TIME WARM

USERS has a user id a line; conversation i is of user i. Each conversation sends its messages one after the other, each
when the answer to the one before is complete; AT_A_TIME of them go on at once. WARM conversations of other users are
held before. Times are from sending a message until the event has come. Standard library only; to loopback only. Ends
with status 1 when a turn did not complete. benchmarks/chat_http.sh starts a server and this.
"""
import http.client
import json
import os
import queue
import statistics
import sys
import threading
import time
import urllib.parse

OPENINGS = [
    "I loved Alien and The Thing, but no slashers, before 2000",
    "something funny for the whole family",
    "a western without comedies",
    "I want a thriller from the nineties",
    "a romantic drama, nothing before 1980",
    "animation or fantasy, please",
    "I liked Fargo and Pulp Fiction",
    "a war film, but no romance",
]
LATER = ["something else", "older, please", "no comedies", "and a drama", "I have seen the first one", "more like the second one"]
DEADLINE_SECONDS = 40


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Server:
    def __init__(self, url, key):
        self.address = urllib.parse.urlsplit(url)
        if self.address.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise SystemExit(f"the server must be on this machine, was {self.address.hostname}")
        self.headers = {"Content-Type": "application/json", "X-API-Key": key}

    def connect(self):
        return http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=DEADLINE_SECONDS)

    def conversation(self, user):
        connection = self.connect()
        connection.request("POST", "/v1/conversations", json.dumps({"user_id": user}).encode(), self.headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        if answer.status != 201:
            raise RuntimeError(f"a conversation was answered with {answer.status}")
        return body["id"]

    def turn(self, connection, conversation, text):
        """One message; the times in seconds of the events, and what they said."""
        headers = dict(self.headers, Accept="text/event-stream")
        start = time.perf_counter()
        connection.request(
            "POST", f"/v1/conversations/{conversation}/messages", json.dumps({"content": text}).encode(), headers
        )
        answer = connection.getresponse()
        seen = {"status": answer.status, "level": "", "tokens": (0, 0), "calls": 0, "items": 0, "finish": ""}
        if answer.status != 200:
            seen["finish"] = answer.read().decode(errors="replace")[:200]
            return seen
        name = ""
        # A server that keeps the stream alive without an end would hold us for ever.
        while time.perf_counter() - start < DEADLINE_SECONDS:
            line = answer.readline()
            if not line:
                break
            now = time.perf_counter() - start
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
            elif line.startswith(b"data: "):
                data = json.loads(line[6:])
                if name == "recommendations":
                    seen["items"] = len(data["items"])
                    seen.setdefault("items_at", now)
                elif name == "message.delta":
                    seen.setdefault("word_at", now)
                elif name == "message.completed":
                    seen["level"] = data["model_level"]
                elif name == "usage":
                    seen["tokens"] = (data["prompt_tokens"], data["completion_tokens"])
                    seen["calls"] = data["llm_calls"]
                elif name in ("turn.completed", "error"):
                    seen["finish"] = data.get("finish_reason", "error " + str(data.get("code", "")))
                    seen["done_at"] = now
        return seen


def talk(server, user, number, turns):
    conversation = server.conversation(user)
    connection = server.connect()
    seen = []
    for turn in range(turns):
        text = OPENINGS[number % len(OPENINGS)] if turn == 0 else LATER[(number + turn) % len(LATER)]
        seen.append(server.turn(connection, conversation, text))
    connection.close()
    return seen


def hold(server, users, first, count, turns, at_a_time):
    waiting = queue.SimpleQueue()
    for number in range(first, first + count):
        waiting.put(number)
    results = {}
    errors = []

    def work():
        while True:
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                results[number] = talk(server, users[number % len(users)], number, turns)
            except Exception as error:  # the conversation is counted as lost
                errors.append(repr(error))

    threads = [threading.Thread(target=work) for _ in range(min(at_a_time, count))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[number] for number in sorted(results)], errors


def row(what, values, unit=1e3):
    if values:
        print(
            f"{what:34s} n {len(values):5d}  p50 {unit * percentile(values, .5):9.1f}  p95 {unit * percentile(values, .95):9.1f}"
            f"  p99 {unit * percentile(values, .99):9.1f}  most {unit * max(values):9.1f}"
        )


def load():
    with open("/proc/loadavg") as file:
        return " ".join(file.read().split()[:3])


def main():
    url, users_file, conversations, turns, at_a_time, warm = sys.argv[1:7]
    conversations, turns, at_a_time, warm = int(conversations), int(turns), int(at_a_time), int(warm)
    server = Server(url, os.environ["PALATE_KEY"])
    with open(users_file) as file:
        users = file.read().split()
    hold(server, users, conversations, warm, turns, min(4, at_a_time))
    print(f"load before {load()}; {conversations} conversations of {turns} turns, {at_a_time} at a time")
    start = time.perf_counter()
    talks, errors = hold(server, users, 0, conversations, turns, at_a_time)
    seconds = time.perf_counter() - start
    all_turns = [turn for talk_ in talks for turn in talk_]
    completed = [turn for turn in all_turns if turn["finish"] == "stop"]
    print(f"{len(completed)} of {conversations * turns} turns completed in {seconds:.1f} s; load after {load()}")
    for problem in errors[:3] + [f"{t['status']} {t['finish']}" for t in all_turns if t["finish"] != "stop"][:3]:
        print("not completed:", problem)
    print("times in ms")
    row("films visible", [turn["items_at"] for turn in completed if "items_at" in turn])
    by_model = [turn for turn in completed if turn["level"] not in ("", "T0")]
    row("first word, by the model", [turn["word_at"] for turn in by_model if "word_at" in turn])
    row("first word, by the template", [t["word_at"] for t in completed if t["level"] == "T0" and "word_at" in t])
    row("complete", [turn["done_at"] for turn in completed])
    asked = [turn for turn in completed if turn["calls"] > 0]
    levels = {level: sum(turn["level"] == level for turn in completed) for level in {t["level"] for t in completed}}
    print("turns by level of their words:", ", ".join(f"{level} {count}" for level, count in sorted(levels.items())))
    for what, group in (("turns that asked the model", asked), ("turns in its words", by_model)):
        if group:
            print(
                f"tokens of {len(group)} {what}: read {statistics.mean(t['tokens'][0] for t in group):.0f},"
                f" written {statistics.mean(t['tokens'][1] for t in group):.1f} (means)"
            )
    print(f"tokens a turn, over all: {sum(sum(turn['tokens']) for turn in completed) / max(1, len(completed)):.1f}")
    if at_a_time > 1 and by_model:
        shares = [sum(t["level"] not in ("", "T0") for t in talk_) / len(talk_) for talk_ in talks]
        waits = [max(t.get("word_at", 0) for t in talk_) for talk_ in talks]
        means = [statistics.mean(t.get("done_at", 0) for t in talk_) for talk_ in talks]
        print(
            f"share of turns in the model's words {len(by_model) / len(completed):.3f}; by conversation"
            f" {min(shares):.2f} to {max(shares):.2f}, standard deviation {statistics.pstdev(shares):.3f},"
            f" {sum(share == 0 for share in shares)} of {len(shares)} without any"
        )
        print(
            f"longest wait for a word {max(waits):.2f} s; by conversation {min(waits):.2f} to {max(waits):.2f} s;"
            f" mean turn by conversation {min(means):.2f} to {max(means):.2f} s"
        )
    return 0 if len(completed) == conversations * turns else 1


if __name__ == "__main__":
    sys.exit(main())
