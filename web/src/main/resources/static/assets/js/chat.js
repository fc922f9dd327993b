// The chat page: the composer, the stream of a turn, forgetting, the drawer of conversations.
import { Refused, send } from "./http.js";
import { flush, soon } from "./undo.js";
import { TurnOnPage } from "./turn.js";
import "./films.js";

const LIMIT = 4000;
const thread = document.getElementById("thread");
const form = document.getElementById("composer");
const field = document.getElementById("message");
const button = document.getElementById("send");
const count = document.getElementById("count");
const talks = document.getElementById("talks");
const opener = document.querySelector("[data-drawer]");
const narrow = matchMedia("(max-width: 60rem)");

/** The turn under way: { conversation, turn, source }, or null. */
let current = null;
let sending = false;

// --- composer
function refresh() {
  const length = field.value.trim().length;
  const busy = sending || current !== null;
  count.hidden = length < LIMIT * 0.9;
  count.textContent = `${length.toLocaleString("en")} / ${LIMIT.toLocaleString("en")}`;
  count.classList.toggle("over", length > LIMIT);
  button.type = current ? "button" : "submit";
  button.disabled = current ? false : busy || length === 0 || length > LIMIT;
  button.setAttribute("aria-label", current ? "Stop" : "Send");
  button.querySelector("use").setAttribute("href", current ? "/assets/icons.svg#stop" : "/assets/icons.svg#send");
  form.classList.toggle("busy", busy);
}

field.addEventListener("input", refresh);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (!button.disabled && !current) form.requestSubmit();
  }
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (document.body.classList.contains("drawer-open")) drawer(false);
  else if (current && !document.querySelector("details.picker[open]")) stop();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text || text.length > LIMIT || sending || current) return;
  field.value = "";
  void ask(text);
});
button.addEventListener("click", (event) => {
  if (!current) return;
  event.preventDefault();
  stop();
});
for (const prompt of document.querySelectorAll("[data-prompt]")) {
  prompt.addEventListener("click", () => void ask(prompt.textContent));
}

// --- a turn
async function ask(text, failed) {
  if (sending || current) return;
  sending = true;
  document.getElementById("empty")?.remove();
  failed?.element.remove();
  const turn = TurnOnPage.begin(thread, text);
  refresh();
  field.focus();
  try {
    await flush();
    const conversation = thread.dataset.conversation || (await start());
    const { turn_id: id } = await send("POST", `/v1/conversations/${conversation}/messages`, { content: text });
    follow(turn, conversation, id);
  } catch (problem) {
    turn.failed(problem instanceof Refused ? problem.message : "Something broke in this page. Reload it.", () => void ask(text, turn));
  } finally {
    sending = false;
    refresh();
  }
}

async function start() {
  const { id } = await send("POST", "/v1/conversations", { user_id: thread.dataset.user });
  thread.dataset.conversation = id;
  history.replaceState(null, "", `/chat/${id}`);
  return id;
}

/** Listens to a turn. EventSource comes back by itself with Last-Event-ID when the line breaks. */
function follow(turn, conversation, id) {
  const source = new EventSource(`/v1/conversations/${conversation}/turns/${id}/events`);
  const own = { conversation, turn: id, source };
  let cards = Promise.resolve();
  let over = false;
  current = own;
  remember(conversation, id);
  turn.element.dataset.turn = id;
  const on = (name, act) => source.addEventListener(name, (event) => {
    if (!over) act(JSON.parse(event.data));
  });
  const end = () => {
    over = true;
    source.close();
    if (current === own) current = null;
    remember(null);
    refresh();
    window.htmx?.ajax("GET", `/chat/talks?current=${conversation}`, "#talks-list");
  };
  on("intent.parsed", (data) => turn.understood(data));
  on("recommendations", (data) => {
    cards = turn.recommended(data).catch((problem) => turn.failed(`The films could not be drawn. ${problem.message}`));
  });
  on("message.delta", (data) => cards.then(() => turn.said(data.text)));
  on("message.completed", (data) => cards.then(() => turn.spoke(data.text)));
  on("memory.written", (data) => cards.then(() => (data.event === "FORGET" ? turn.forgot(data.id) : turn.remembered(data))));
  on("memory.failed", () => cards.then(() => turn.unremembered()));
  on("turn.completed", (data) => {
    end();
    void cards.then(() => turn.completed(data));
  });
  source.addEventListener("error", (event) => {
    if (over) return;
    if (event.data) {
      const problem = JSON.parse(event.data);
      end();
      void cards.then(() => turn.failed(problem.detail || problem.title || "The answer could not be made.", () => void ask(turn.text, turn)));
    } else if (source.readyState === EventSource.CLOSED) {
      end();
      turn.failed("The connection broke before the answer was complete.", () => location.reload());
    } else {
      turn.waiting("Reconnecting");
    }
  });
  source.addEventListener("open", () => turn.waiting("Looking through the catalog"));
  refresh();
}

function stop() {
  send("POST", `/v1/conversations/${current.conversation}/cancel`).catch(() => { /* it was over already */ });
}

// --- a turn that was under way when the page was left
function remember(conversation, turn) {
  try {
    if (conversation) sessionStorage.setItem("palate.turn", JSON.stringify({ conversation, turn }));
    else sessionStorage.removeItem("palate.turn");
  } catch { /* storage is off: a reload will not resume */ }
}

function resume() {
  const open = thread.querySelector(".turn[data-open]:last-child");
  if (!open) return;
  const turn = TurnOnPage.reopen(open);
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem("palate.turn")); } catch { /* nothing kept */ }
  if (kept?.turn === open.dataset.turn) follow(turn, kept.conversation, kept.turn);
  else turn.failed("This message has no answer yet.", () => void ask(turn.text, turn));
}

// --- forgetting what was just remembered
thread.addEventListener("click", (event) => {
  const forget = event.target.closest("[data-forget]");
  if (!forget) return;
  const chip = forget.closest(".chip");
  chip.classList.add("gone");
  forget.hidden = true;
  soon("Memory deleted", (leaving) => send("DELETE", `/v1/memories/${chip.dataset.memory}`, undefined, leaving), () => {
    chip.classList.remove("gone");
    forget.hidden = false;
  });
});

// --- the drawer of conversations, on narrow screens
function drawer(open) {
  document.body.classList.toggle("drawer-open", open);
  opener.setAttribute("aria-expanded", String(open));
  if (narrow.matches) (open ? talks.querySelector("a") : opener).focus();
}
opener.addEventListener("click", () => drawer(!document.body.classList.contains("drawer-open")));
document.querySelector("[data-drawer-close]").addEventListener("click", () => drawer(false));
narrow.addEventListener("change", () => { if (!narrow.matches) document.body.classList.remove("drawer-open"); });

document.getElementById("scroll").scrollTop = document.getElementById("scroll").scrollHeight;
const linked = location.hash && document.getElementById(location.hash.slice(1));
if (linked) linked.scrollIntoView({ block: "start" });
resume();
refresh();
