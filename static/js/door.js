// The page at a door renews itself by htmx. When that fails, or a sleeping tablet slept too long, it says since when.
"use strict";

const LOOK_AGAIN_MS = 10 * 1000;
const TOO_OLD_MS = 150 * 1000;
let renewedAt = Date.now();

function clockOfPage() {
  return document.querySelector("[data-renewed-at]")?.textContent || "";
}

function tellLost(isLost) {
  const place = document.querySelector("[data-lost]");
  place.querySelector("[data-lost-since]").textContent = clockOfPage();
  place.hidden = !isLost;
}

document.addEventListener("htmx:afterRequest", (event) => {
  const status = event.detail.xhr.status;
  if (status === 404 || status === 403) {
    window.location.reload(); // the address was withdrawn: nothing of it stays on the screen
    return;
  }
  if (event.detail.successful) {
    renewedAt = Date.now();
  }
});

// After the swap, so that the hour is the one of what is shown.
document.addEventListener("htmx:afterSettle", () => tellLost(false));
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => tellLost(true));
}

setInterval(() => {
  if (Date.now() - renewedAt > TOO_OLD_MS) {
    tellLost(true);
  }
}, LOOK_AGAIN_MS);
