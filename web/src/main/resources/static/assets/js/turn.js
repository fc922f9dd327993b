// One turn on the page: what was said, and the answer as its events arrive.
import { fragment } from "./http.js";

const spoken = document.getElementById("spoken");
const scroll = document.getElementById("scroll");
const levels = {
  T0: "T0 · rules and embeddings, no language model",
  T1: "T1 · small local model",
  T2: "T2 · local model",
  T3: "T3 · hosted model",
};

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** Speaks to screen readers, one sentence at a time. */
function announce(text) {
  const line = document.createElement("p");
  line.textContent = text;
  spoken.append(line);
  while (spoken.childElementCount > 12) spoken.firstElementChild.remove();
}

export class TurnOnPage {
  constructor(element) {
    this.element = element;
    this.answer = element.querySelector(".answer");
    this.words = this.answer.querySelector(".words");
    this.revision = 0;
    this.unannounced = "";
    this.unknown = [];
  }

  /** A new turn at the end of the thread. */
  static begin(thread, text) {
    const element = clone("turn-template");
    element.querySelector(".said").textContent = text;
    thread.append(element);
    const turn = new TurnOnPage(element);
    turn.show();
    return turn;
  }

  /** A turn that the page came with but without its answer: laid out as a new one. */
  static reopen(element) {
    const fresh = clone("turn-template");
    element.querySelector(".answer").replaceWith(fresh.querySelector(".answer"));
    return new TurnOnPage(element);
  }

  get text() {
    return this.element.querySelector(".said").textContent;
  }

  understood({ constraints = [], unknown = [] }) {
    const list = this.answer.querySelector("[data-understood]");
    while (list.children.length > 1) list.lastElementChild.remove();
    for (const constraint of constraints) {
      const chip = document.createElement("li");
      chip.className = "chip";
      chip.textContent = constraint;
      list.append(chip);
    }
    list.hidden = constraints.length === 0;
    const note = this.answer.querySelector("[data-unknown]");
    note.hidden = unknown.length === 0;
    this.unknown = unknown;
    note.querySelector("span").textContent =
      `The catalog knows nothing of ${unknown.map((wish) => `“${wish}”`).join(", ")}, so that did not change the list.`;
  }

  /** Films first: the cards come as a piece of HTML from the same template that history is drawn with. */
  async recommended({ id, revision = 1, items = [] }) {
    if (revision < this.revision) return;
    this.revision = revision;
    const cards = await fragment(`/chat/slates/${encodeURIComponent(id)}`);
    if (revision < this.revision) return;
    const place = this.answer.querySelector("[data-slate-place]") || this.answer.querySelector(".slate");
    place.replaceWith(cards);
    this.show();
    this.answer.querySelector(".thinking")?.remove();
    announce(items.length === 1 ? "One film." : `${items.length} films.`);
  }

  said(text) {
    const follow = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
    this.answer.querySelector(".thinking")?.remove();
    this.words.classList.add("flowing");
    this.words.textContent += text;
    this.unannounced += text;
    const end = this.unannounced.search(/[.!?]\s/);
    if (end >= 0) {
      announce(this.unannounced.slice(0, end + 1));
      this.unannounced = this.unannounced.slice(end + 2);
    }
    if (follow) this.show();
  }

  /** As far down as the words go, but never past the beginning of this turn. */
  show() {
    scroll.scrollTop = Math.min(scroll.scrollHeight - scroll.clientHeight, this.element.offsetTop - 24);
  }

  spoke(text) {
    if (this.unannounced.trim() || !this.words.textContent) announce(this.unannounced.trim() || text);
    this.unannounced = "";
    this.words.textContent = text;
    this.words.classList.remove("flowing");
    // The note stands in until the answer admits it in its own words.
    if (this.unknown.every((wish) => text.includes(wish))) this.answer.querySelector("[data-unknown]").hidden = true;
  }

  remembered({ id, memory: text }) {
    if (!id) return;
    const list = this.answer.querySelector("[data-remembered]");
    if (list.querySelector(`[data-memory="${CSS.escape(id)}"]`)) return;
    const chip = clone("chip-template");
    chip.dataset.memory = id;
    const link = chip.querySelector("a");
    link.textContent = text;
    link.href = `/memories?m=${encodeURIComponent(id)}`;
    chip.querySelector("button").setAttribute("aria-label", `Forget: ${text}`);
    list.append(chip);
    list.hidden = false;
  }

  forgot(id) {
    const chips = id
      ? this.answer.querySelectorAll(`[data-memory="${CSS.escape(id)}"]`)
      : document.querySelectorAll(".chip[data-memory]");
    for (const chip of chips) chip.classList.add("gone");
  }

  unremembered() {
    this.lost = true;
  }

  completed({ finish_reason: finish, model_level: level, ms }) {
    this.settle();
    const foot = this.answer.querySelector(".footnote");
    const parts = [levels[level] || level];
    if (ms !== undefined && ms !== null) parts.push(ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);
    if (this.lost) parts.push("what you said may not be remembered: the store could not write it");
    if (finish === "cancelled") parts.push("stopped by you");
    if (finish === "deadline") parts.push("cut short by its deadline");
    for (const part of parts.filter(Boolean)) {
      const span = document.createElement("span");
      span.textContent = part;
      foot.append(span);
    }
  }

  /** A friendly note, with a way to try again. */
  failed(message, retry) {
    this.settle();
    this.answer.querySelector(".note.warn")?.remove();
    const note = clone("note-template");
    note.querySelector("span").textContent = message;
    const button = note.querySelector("button");
    if (retry) button.addEventListener("click", () => { note.remove(); retry(); });
    else button.remove();
    this.answer.append(note);
  }

  waiting(message) {
    const line = this.answer.querySelector(".thinking");
    if (line) line.textContent = message;
  }

  settle() {
    this.answer.setAttribute("aria-busy", "false");
    this.answer.querySelector(".thinking")?.remove();
    this.words.classList.remove("flowing");
  }
}
