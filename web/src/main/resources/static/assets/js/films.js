// The three buttons of a film: liked, disliked, seen.
import { send } from "./http.js";
import { soon } from "./undo.js";

const words = { liked: "Liked", disliked: "Not for you:", consumed: "Seen:" };
const entries = new WeakMap();

function show(card, type) {
  for (const button of card.querySelectorAll("[data-feedback]")) {
    button.setAttribute("aria-pressed", String(button.dataset.feedback === type));
  }
  card.classList.toggle("away", type === "disliked");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-feedback]");
  if (!button) return;
  const card = button.closest(".film");
  const pressed = card.querySelector("[data-feedback][aria-pressed=true]")?.dataset.feedback ?? null;
  const waiting = entries.get(card);
  if (waiting && !waiting.done) {
    waiting.withdraw();
    if (pressed === button.dataset.feedback) return;
  } else if (pressed === button.dataset.feedback) {
    return;
  }
  const before = card.querySelector("[data-feedback][aria-pressed=true]")?.dataset.feedback ?? null;
  const type = button.dataset.feedback;
  const body = {
    interaction_id: crypto.randomUUID(),
    user_id: document.getElementById("thread").dataset.user,
    item_id: card.dataset.item,
    type,
    recommendation_id: card.closest(".slate").dataset.slate,
  };
  show(card, type);
  entries.set(card, soon(`${words[type]} ${card.dataset.title}`, (leaving) => send("POST", "/v1/interactions", body, leaving), () => show(card, before)));
});
