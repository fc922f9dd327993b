// Runs before the first paint: the chosen theme, kept in this browser. Without a choice the system's is used.
(function () {
  "use strict";
  var chosen = null;
  try { chosen = localStorage.getItem("palate.theme"); } catch { /* storage is off: the system's theme */ }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
