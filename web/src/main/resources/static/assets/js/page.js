// What every page has: the theme toggle, the picker, errors of htmx.
import { flush, say } from "./undo.js";

const root = document.documentElement;

document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const next = (root.dataset.theme || system) === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  try { localStorage.setItem("palate.theme", next); } catch { /* storage is off: for this page only */ }
});

const picker = document.querySelector("details.picker");
if (picker) {
  addEventListener("click", (event) => { if (!picker.contains(event.target)) picker.open = false; });
  picker.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    picker.open = false;
    picker.querySelector("summary").focus();
  });
  picker.addEventListener("submit", () => void flush());
  picker.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.matches(".panel")) picker.querySelector("input[type=search]")?.focus();
  });
}

document.body.addEventListener("htmx:responseError", (event) => {
  if (event.target.closest("#health")) return;
  const status = event.detail.xhr.status;
  say(status === 401 || status === 403 ? "Your session has ended. Open a fresh link from ./palate login." : `That did not work: the server answered ${status}.`);
});
document.body.addEventListener("htmx:sendError", (event) => {
  const health = event.target.closest("#health");
  if (!health) return say("Palate cannot be reached. Is it still running?");
  const state = health.querySelector(".state");
  state.className = "state";
  state.textContent = "Palate cannot be reached";
});
