// Tells the reader some minutes before their session ends. Without a script nothing is lost either: a form that comes
// too late is kept on the server until they have signed in again.
"use strict";

const sessionNote = document.querySelector("[data-session-seconds]");
const WARN_BEFORE_MS = 5 * 60 * 1000;
const LOOK_EVERY_MS = 15 * 1000;
const ENDS_AT = "session-ends-at";

// Every open page of the site prolongs the session, so that the latest of their ends is true.
function rememberSessionEnd(seconds) {
  const ends = Date.now() + seconds * 1000;
  if (ends > Number(localStorage.getItem(ENDS_AT))) {
    localStorage.setItem(ENDS_AT, String(ends));
  }
}

function lookAtSession() {
  const left = Number(localStorage.getItem(ENDS_AT)) - Date.now();
  sessionNote.hidden = left > WARN_BEFORE_MS || left <= 0;
}

if (sessionNote) {
  rememberSessionEnd(Number(sessionNote.dataset.sessionSeconds));
  setInterval(lookAtSession, LOOK_EVERY_MS);
  lookAtSession();

  sessionNote.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation(); // app.js would wait for another page
    const form = event.target;
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (answer.ok) {
      rememberSessionEnd(Number(await answer.text()));
      lookAtSession();
    } else {
      window.location.reload(); // it has ended meanwhile: the page says so
    }
  });
}
