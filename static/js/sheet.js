// The attendance sheet saves each tap. Without this script the same form is saved whole, by its button.
// Rows that wait to be sent are kept until the server has answered; one request at a time, so that an answer never
// meets a newer tap of its own row unawares.
"use strict";

const form = document.querySelector("form[data-sheet]");

if (form) {
  const RETRY_MS = 4000;
  const words = form.querySelector("[data-state-words]");
  const count = form.querySelector("[data-count]");
  const unmarked = form.querySelector("[data-unmarked]");
  const waiting = new Set(); // rows whose newest state the server has not confirmed
  const wrong = new Set(); // rows that cannot be saved as they are: they lack their minutes, say
  const asked = new Set(); // rows just marked late or left early, whose minutes are being typed
  const atOnce = new Set(); // rows that "All present" has marked and the server has not confirmed
  let markedAtOnce = 0; // and how many it has confirmed since the click
  let isSending = false;
  let retryTimer = 0;

  const rowOf = (element) => element.closest("[data-person]");
  const field = (row, name) => form.elements[`${row.dataset.person}-${name}`];
  const fieldsOf = (row) => [...row.querySelectorAll("input")].filter((input) => input.type !== "radio" || input.checked);
  const stateOf = (row) => fieldsOf(row).map((input) => input.value).join("|");
  const needsMinutes = (row) => ["late", "left_early"].includes(field(row, "mark").value);

  function tell(state, text) {
    words.dataset.state = ["saved", "saving", "asking"].includes(state) ? state : "failed";
    words.textContent = text || form.dataset[state] || "";
  }

  // How many rows "All present" would mark now, told beside it.
  function tellUnmarked() {
    const rows = [...form.querySelectorAll("[data-person]")];
    unmarked.textContent = rows.filter((row) => field(row, "mark").value === "").length;
  }

  const problemOf = (row) => row.querySelector(".sheet__problem");

  function tellProblem(row, text, isUnsaved = true) {
    problemOf(row).textContent = text;
    row.classList.toggle("sheet__row--problem", Boolean(text));
    if (text && isUnsaved) {
      wrong.add(row);
    } else {
      wrong.delete(row);
    }
  }

  // `overtaken`: the sentence about a mark that somebody else had changed; it is said aloud, and stays at its row.
  function tellOutcome(overtaken = "") {
    if (wrong.size) {
      tell("unsaved", wrong.size === 1 ? problemOf([...wrong][0]).textContent : "");
    } else if (overtaken) {
      tell("overtaken", overtaken);
    } else if (asked.size) {
      tell("asking", form.dataset.minutes);
    } else if (!waiting.size) {
      tell("saved", markedAtOnce ? form.dataset.marked.replace("{number}", markedAtOnce) : "");
    }
  }

  async function send() {
    if (isSending || !waiting.size) {
      return;
    }
    isSending = true;
    clearTimeout(retryTimer);
    const rows = new Map([...waiting].map((row) => [row, stateOf(row)]));
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    for (const row of rows.keys()) {
      for (const input of fieldsOf(row)) {
        data.append(input.name, input.value);
      }
    }
    tell("saving");
    let overtaken = "";
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: data,
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
      if (!isJson && (response.redirected || response.status === 403)) {
        isSending = false;
        tell("signedOut");
        return;
      }
      if (!isJson) {
        throw new Error(`answer ${response.status}`);
      }
      const answer = await response.json();
      if (answer.refusal) {
        isSending = false;
        waiting.clear();
        tell("refused", answer.refusal);
        return;
      }
      for (const [row, sent] of rows) {
        overtaken = take(row, sent, answer.rows[row.dataset.person]) || overtaken;
      }
      count.textContent = answer.count;
      tellUnmarked();
    } catch {
      isSending = false;
      tell("offline");
      retryTimer = setTimeout(send, RETRY_MS);
      return;
    }
    isSending = false;
    tellOutcome(overtaken);
    send(); // what was tapped meanwhile
  }

  // What the server says of a row: it stands there now, unless the row was tapped again meanwhile.
  // Returns the sentence when somebody else's mark was kept.
  function take(row, sent, answer) {
    const isNewer = stateOf(row) !== sent;
    if (!answer) {
      waiting.delete(row);
      return "";
    }
    field(row, "seen").value = answer.seen;
    if (field(row, "seen_score")) {
      field(row, "seen_score").value = answer.score ?? "";
    }
    if (isNewer) {
      return ""; // it stays among the waiting, and goes with the next request
    }
    waiting.delete(row);
    tellProblem(row, answer.problem, !answer.is_saved);
    if (!answer.is_saved) {
      return "";
    }
    if (atOnce.delete(row) && !answer.problem) {
      markedAtOnce += 1;
    }
    field(row, "mark").value = answer.mark;
    field(row, "minutes").value = answer.minutes ?? "";
    if (field(row, "score")) {
      field(row, "score").value = answer.score ?? "";
    }
    return answer.problem;
  }

  // A row that has just been marked late is asked for its minutes; only who goes on without them has made a mistake.
  function changed(row, isJustMarked = false) {
    asked.delete(row);
    if (needsMinutes(row) && !field(row, "minutes").value) {
      waiting.delete(row);
      tellProblem(row, isJustMarked ? "" : form.dataset.minutes);
      if (isJustMarked) {
        asked.add(row);
      }
      tellOutcome();
      return;
    }
    tellProblem(row, "");
    waiting.add(row);
  }

  form.addEventListener("change", (event) => {
    const row = rowOf(event.target);
    const isMark = event.target.type === "radio";
    for (const other of asked) {
      if (other !== row) {
        changed(other);
      }
    }
    markedAtOnce = 0;
    atOnce.delete(row);
    changed(row, isMark);
    tellUnmarked();
    if (isMark && needsMinutes(row) && !field(row, "minutes").value) {
      field(row, "minutes").focus();
    }
    send();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.name === "all_present") {
      markedAtOnce = 0;
      for (const row of form.querySelectorAll("[data-person]")) {
        if (field(row, "mark").value === "") {
          field(row, "mark").value = "present";
          atOnce.add(row);
          changed(row);
        }
      }
      tellUnmarked();
    }
    for (const row of [...wrong, ...asked]) {
      changed(row);
    }
    send();
    tellOutcome();
  });

  window.addEventListener("online", send);

  window.addEventListener("beforeunload", (event) => {
    if (waiting.size || wrong.size || asked.size) {
      event.preventDefault();
    }
  });

  form.querySelector("[data-save]").hidden = true;
  tellUnmarked(); // a page that the browser brought back may hold other marks than the server's answer
}
