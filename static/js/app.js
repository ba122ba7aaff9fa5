// Small helps on top of pages that work without them. Everything is delegated, so swapped-in fragments need no set-up.
"use strict";

// A filter form with data-auto-submit sends itself when a choice changes; its button stays for those without script.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto-submit]");
  if (form && event.target.type !== "search" && event.target.type !== "text") {
    form.requestSubmit();
  }
});

// Empty filters do not lengthen the address.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "get" && form.matches("[data-auto-submit], .filters, .list-tools form") && !form.hasAttribute("hx-get")) {
    for (const field of form.elements) {
      if (field.name && field.value === "") {
        field.disabled = true;
      }
    }
  }
});

// Coming back by the browser's Back finds those fields usable again.
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[method=get] :disabled[name]")) {
    field.disabled = false;
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) {
    window.print();
  }
});

// A print button without a script would do nothing, so it is hidden until one is here.
for (const button of document.querySelectorAll("[data-print][hidden]")) {
  button.hidden = false;
}

// A form with data-save-state says in its .save-state element whether what was typed is kept.
// The words are in data-saving, data-saved and data-failed, translated by the page.
function tellSaveState(form, state) {
  const place = form.querySelector(".save-state") || document.querySelector(".save-state");
  if (place) {
    place.dataset.state = state;
    place.textContent = place.dataset[state] || "";
  }
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest("[data-save-state]");
  if (form) {
    tellSaveState(form, "saving");
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("[data-save-state]");
  if (form) {
    tellSaveState(form, event.detail.successful ? "saved" : "failed");
  }
});

// Too much at once: the answer is a sentence for the messages of the page, not the fragment that was asked for.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 429) {
    event.detail.shouldSwap = true;
    event.detail.target = document.getElementById("messages");
    event.detail.swapOverride = "innerHTML";
  }
});

// The pressed button goes with the old panel. Whoever works by keyboard or by ear goes on at the new one, not at the top.
let pressedIn = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, target } = event.detail;
  pressedIn = target?.contains(requestConfig.elt) ? target.id : "";
});

document.addEventListener("htmx:afterSettle", () => {
  const panel = pressedIn && document.getElementById(pressedIn);
  if (panel && document.activeElement === document.body) {
    panel.tabIndex = -1;
    panel.focus({ preventScroll: true });
  }
  pressedIn = "";
});

document.addEventListener("htmx:afterSwap", (event) => {
  // On a whole page `autofocus` does this.
  event.target.querySelector(".error-summary")?.focus();
});

// The theme changes in place, so that nothing typed is lost; the same form tells the server, which keeps the choice.
document.addEventListener("submit", (event) => {
  const form = event.target.closest(".theme-switch");
  if (!form || !event.submitter) {
    return;
  }
  event.preventDefault();
  const theme = event.submitter.value;
  const wish = new FormData(form);
  wish.set("theme", theme);
  if (theme === "system") {
    delete document.documentElement.dataset.bsTheme;
  } else {
    document.documentElement.dataset.bsTheme = theme;
  }
  document.querySelector("meta[name=color-scheme]").content = theme === "system" ? "light dark" : theme;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
  fetch(form.action, { method: "POST", body: wish, redirect: "manual" });
});

// Pressing a button twice sends once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post") || event.defaultPrevented) {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 5000); // an answer that is a file leaves the page as it is
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
});

// A form with data-busy says in its [data-busy-words] element that the server works on it, and its button shows it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.busy || event.defaultPrevented) {
    return;
  }
  const place = form.querySelector("[data-busy-words]");
  if (place) {
    place.dataset.idle = place.textContent;
    place.textContent = form.dataset.busy;
  }
  event.submitter?.setAttribute("aria-disabled", "true"); // `disabled` would take its name out of what is sent
});

window.addEventListener("pageshow", () => {
  for (const place of document.querySelectorAll("[data-busy-words][data-idle]")) {
    place.textContent = place.dataset.idle;
    delete place.dataset.idle;
  }
  for (const button of document.querySelectorAll("form[data-busy] [aria-disabled]")) {
    button.removeAttribute("aria-disabled");
  }
});

// An element with data-ticked counts the ticks of its form whose names begin so, in the words of data-words.
function tellTicked(form) {
  for (const place of form?.querySelectorAll("[data-ticked]") ?? []) {
    const ticked = form.querySelectorAll(`[name^="${place.dataset.ticked}"]:checked`).length;
    place.textContent = place.dataset.words.replace("{number}", ticked);
  }
}

document.addEventListener("change", (event) => tellTicked(event.target.form));

// A box with data-tick-all ticks all of the form with that id; without this script nobody sees it.
for (const all of document.querySelectorAll("[data-tick-all]")) {
  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of document.getElementById(all.dataset.tickAll).elements) {
      if (box.type === "checkbox") {
        box.checked = all.checked;
      }
    }
  });
}

window.addEventListener("pageshow", () => {
  for (const place of document.querySelectorAll("[data-ticked]")) {
    tellTicked(place.closest("form"));
  }
});
