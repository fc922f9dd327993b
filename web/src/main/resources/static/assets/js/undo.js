// Acts that wait before they are sent, with an Undo in between; a page that is left sends what is waiting.
const place = document.getElementById("toasts");
const waiting = new Set();
const LIMIT = 20;

function toast(label, action, act) {
  const element = document.createElement("div");
  element.className = "toast";
  const words = document.createElement("span");
  words.textContent = label;
  element.append(words);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action;
    button.addEventListener("click", act);
    element.append(button);
  }
  place.append(element);
  return element;
}

/** Says something for a few seconds. */
export function say(label, milliseconds = 6000) {
  const element = toast(label);
  setTimeout(() => element.remove(), milliseconds);
}

/** Shows `label` with Undo; calls `commit(leaving)` after the wait or `revert()` on Undo. Gives the entry for [withdraw]. */
export function soon(label, commit, revert, milliseconds = 8000) {
  const entry = { done: false };
  const origin = document.activeElement;
  entry.settle = async (leaving) => {
    if (entry.done) return;
    close(entry);
    try {
      await commit(leaving);
    } catch (problem) {
      revert();
      say(problem.message);
    }
  };
  entry.withdraw = () => {
    if (entry.done) return;
    close(entry);
    revert();
  };
  entry.element = toast(label, "Undo", () => {
    if (origin?.isConnected) origin.focus();
    entry.withdraw();
  });
  entry.timer = setTimeout(() => entry.settle(false), milliseconds);
  waiting.add(entry);
  if (waiting.size > LIMIT) waiting.values().next().value.settle(false);
  return entry;
}

function close(entry) {
  entry.done = true;
  clearTimeout(entry.timer);
  entry.element.remove();
  waiting.delete(entry);
}

/** Sends everything that waits, now. */
export async function flush(leaving = false) {
  await Promise.all([...waiting].map((entry) => entry.settle(leaving)));
}

addEventListener("pagehide", () => void flush(true));
