// Requests to our own server, with the CSRF token of the page.
const meta = document.querySelector("meta[name=csrf]");

/** A refused request: `message` is fit to be shown. */
export class Refused extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

function headers(extra) {
  const all = { Accept: "application/json", ...extra };
  if (meta) all[meta.dataset.header] = meta.content;
  return all;
}

const friendly = {
  401: "Your session has ended. Open a fresh link from ./palate login.",
  403: "This session may not do that. Reload the page, or open a fresh login link.",
  404: "That is no longer there.",
  412: "It was changed in the meantime. Reload to see the newer state.",
  429: "Palate is busy with other answers. Try again in a moment.",
};

async function refusal(response) {
  let detail = friendly[response.status];
  if (!detail) {
    try { detail = (await response.json()).detail; } catch { /* not a problem document */ }
  }
  return new Refused(response.status, detail || `The server answered ${response.status}.`, Number(response.headers.get("Retry-After")) || 0);
}

/** Sends JSON (or nothing) and gives the parsed answer, null when it is empty. */
export async function send(method, url, body, keepalive = false) {
  let response;
  try {
    response = await fetch(url, {
      method,
      keepalive,
      credentials: "same-origin",
      headers: headers(body === undefined ? {} : { "Content-Type": "application/json" }),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, "Palate cannot be reached. Is it still running?", 0);
  }
  if (!response.ok) throw await refusal(response);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

/** A piece of a page, as elements. */
export async function fragment(url) {
  const response = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true", Accept: "text/html" } });
  if (!response.ok) throw await refusal(response);
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  return holder.content;
}
