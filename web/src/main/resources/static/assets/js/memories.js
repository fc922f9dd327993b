// The memories page: deleting with Undo, the history drawer, the memory a link points at.
import { flush, soon } from "./undo.js";

const side = document.getElementById("side");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-delete]")) return;
  event.preventDefault();
  const card = form.closest(".memory");
  const next = card.nextElementSibling || card.previousElementSibling;
  const body = new URLSearchParams(new FormData(form));
  card.hidden = true;
  (next?.querySelector("form[data-delete] button") || document.getElementById("q")).focus();
  soon("Memory deleted", async (leaving) => {
    const response = await fetch(form.action, { method: "POST", body, keepalive: leaving, credentials: "same-origin", headers: { "HX-Request": "true" } });
    if (!response.ok && response.status !== 404) throw new Error("It could not be deleted: the server answered " + response.status + ".");
    card.remove();
    if (!leaving && response.ok) show(await response.text());
    if (!leaving && !document.querySelector("#list form.edit")) window.htmx?.trigger("#filter", "submit");
  }, () => {
    card.hidden = false;
    card.querySelector("form[data-delete] button").focus();
  });
});

// What went from where, as the server says. The newest stands first; it asks again by itself until it is complete.
function show(receipt) {
  const place = document.getElementById("receipts");
  place.innerHTML = receipt;
  window.htmx?.process(place);
}

// A list that is asked for again must not bring back what is about to be deleted.
document.body.addEventListener("htmx:confirm", (event) => {
  if (event.target.id !== "filter") return;
  event.preventDefault();
  flush().then(() => event.detail.issueRequest(true));
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === side) side.showModal();
  else if (side.open && event.detail.requestConfig.verb === "post") side.close();
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  const field = event.detail.elt.querySelector?.("form.edit textarea");
  if (field) {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  } else if (event.detail.elt.matches?.(".memory")) {
    event.detail.elt.querySelector(".acts .icon-button")?.focus();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.closest("form.edit")?.querySelector("[data-cancel]").click();
});
side.addEventListener("click", (event) => { if (event.target === side) side.close(); });

const wanted = new URLSearchParams(location.search).get("m");
if (wanted) document.getElementById("m-" + wanted)?.scrollIntoView({ block: "center" });
