// Sends the sign-up form without leaving the page and puts errors beside their fields. A small proof of work, begun
// when the form is first touched, takes the place of the page that otherwise stands between. Without this file, or on
// any trouble, the form is sent the plain way, which does the same.

const form = document.querySelector("form[data-signup]");
const PATIENCE = 20_000; // milliseconds for the proof, and again for the answer
const FRESH = 15 * 60_000; // the service takes a proof for 20 minutes
let proof = null;

// What brought the visitor, if the address says so: it goes into the form, and along to this site's other pages in
// their addresses. Nothing is stored here; the service keeps it with the lead.
const brought = [...new URLSearchParams(location.search)]
  .filter(([name]) => /^(c|utm_[a-z]+)$/.test(name))
  .map(([name, value]) => [name, value.slice(0, 200)]);

for (const [name, value] of form ? brought.filter(([name]) => !form.elements.namedItem(name)) : [])
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
const base = new URL(document.body.dataset.base ?? "/", location).href;
for (const link of brought.length > 0 ? document.links : []) {
  // Not elsewhere, not to a file to save, and not to a place in this page.
  if (!link.href.startsWith(base) || !link.pathname.endsWith("/") || link.getAttribute("href")[0] === "#") continue;
  const to = new URL(link.href);
  for (const [name, value] of brought) if (!to.searchParams.has(name)) to.searchParams.append(name, value);
  link.href = to;
}

function prepare() {
  if (proof && Date.now() - proof.begun < FRESH) return proof.solution;
  const work = async () => {
    const { prove } = await import(form.dataset.proof);
    return prove(new URL("challenge", form.action), AbortSignal.timeout(PATIENCE));
  };
  proof = { begun: Date.now(), solution: work() };
  // Who never sends the form need not hear of it; the next try begins anew.
  proof.solution.catch(() => (proof = null));
  return proof.solution;
}

function showErrors(errors) {
  let first = null;
  for (const field of form.querySelectorAll("[data-field]")) {
    const words = errors[field.dataset.field] ?? [];
    const place = field.querySelector("[data-error]");
    const input = field.querySelector("input");
    place.textContent = words.join(" ");
    place.hidden = words.length === 0;
    if (words.length > 0) {
      input.setAttribute("aria-invalid", "true");
      field.closest("details")?.setAttribute("open", "");
      first ??= input;
    } else {
      input.removeAttribute("aria-invalid");
    }
  }
  form.querySelector("[data-summary]").hidden = !first;
  first?.focus();
  return first !== null;
}

function rest(button, status) {
  button.removeAttribute("aria-disabled");
  status.textContent = "";
}

async function post(status) {
  status.textContent = form.dataset.checking;
  const body = new URLSearchParams(new FormData(form));
  body.set("altcha", await prepare());
  status.textContent = form.dataset.sending;
  const headers = { Accept: "application/json" };
  return fetch(form.action, { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE) });
}

async function send(event) {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.getAttribute("aria-disabled") === "true") return;
  const status = form.querySelector("[data-status]");
  button.setAttribute("aria-disabled", "true");
  try {
    let answer = await post(status);
    if (answer.status === 428) {
      proof = null; // too old, or used by another window
      answer = await post(status);
    }
    const told = await answer.json();
    if (answer.status === 422 && showErrors(told.errors ?? {})) return rest(button, status);
    if (!answer.ok || !told.location) throw new Error("unexpected answer");
    proof = null;
    location.assign(told.location);
  } catch {
    HTMLFormElement.prototype.submit.call(form);
  }
}

form?.addEventListener("focusin", prepare, { once: true });
form?.addEventListener("submit", send);
// Coming back by the browser's back button finds the form ready again.
addEventListener("pageshow", () => form && rest(form.querySelector("[type=submit]"), form.querySelector("[data-status]")));
