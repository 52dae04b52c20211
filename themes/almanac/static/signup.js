// Sends the sign-up form without leaving the page and puts errors beside their fields. Without this file, or
// on any trouble, the form is sent the plain way, which does the same.

const form = document.querySelector("form[data-signup]");

// Where the visitor came from, if the address says so: the service stores it with the lead.
for (const [name, value] of new URLSearchParams(location.search)) {
  if (!form || !/^utm_[a-z]+$/.test(name) || form.elements.namedItem(name)) continue;
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value: value.slice(0, 200) });
  form.append(input);
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

async function send(event) {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.getAttribute("aria-disabled") === "true") return;
  const status = form.querySelector("[data-status]");
  button.setAttribute("aria-disabled", "true");
  status.textContent = form.dataset.sending;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    const told = await answer.json();
    if (answer.status === 422 && showErrors(told.errors ?? {})) return rest(button, status);
    if (!answer.ok || !told.location) throw new Error("unexpected answer");
    location.assign(told.location);
  } catch {
    HTMLFormElement.prototype.submit.call(form);
  }
}

form?.addEventListener("submit", send);
// Coming back by the browser's back button finds the form ready again.
addEventListener("pageshow", () => form && rest(form.querySelector("[type=submit]"), form.querySelector("[data-status]")));
