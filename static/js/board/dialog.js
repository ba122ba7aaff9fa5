// The dialog over the board, with the card of a meeting and its form.

import { say } from "./announcing.js";
import { element, part, words } from "./page.js";

export const dialog = part("dialog");
let whenLeft = null; // what to do if the dialog is left without saving

// A form that answers another one in the open dialog keeps what the first was to do when it is left.
export function show(html, title, leave) {
  whenLeft = whenLeft && dialog.open ? whenLeft : leave;
  dialog.innerHTML = html;
  dialog.prepend(head(title));
  dialog.setAttribute("aria-label", title);
  if (!dialog.open) {
    dialog.showModal();
  }
  dialog.scrollTop = 0;
  dialog.querySelector("[autofocus]")?.focus();
}

function head(title) {
  const made = element("div", "board__dialog-head");
  const close = element("button", "button button--secondary button--small", words("Close"));
  close.type = "button";
  close.addEventListener("click", () => dialog.close());
  made.append(element("h2", "board__dialog-title", title), close);
  return made;
}

// What was asked for is done.
export function closeDialog() {
  whenLeft = null;
  if (dialog.open) {
    dialog.close();
  }
}

export function listenToDialog() {
  dialog.addEventListener("close", () => {
    const leave = whenLeft;
    whenLeft = null;
    if (leave) {
      leave();
      say(words("PutBack"));
    }
  });
}
