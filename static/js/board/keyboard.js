// Moves a card by keyboard: Space takes it, arrows move it, Shift with arrows changes its length, Enter saves.

import { say } from "./announcing.js";
import { describe, forget, lookUp } from "./forbidden.js";
import { lift } from "./lifting.js";
import { cardOf, data } from "./meetings.js";
import { isDay, words } from "./page.js";
import { save } from "./saving.js";
import { STEP_MINUTES, later } from "./times.js";

let taken = null; // the card, lifted, the row it came from, and where it would stand now

export const isTaken = () => taken !== null;

export function listenToKeys() {
  // Asked of the whole window while a card is taken: if the board is drawn anew meanwhile, it has no focus for a moment.
  window.addEventListener("keydown", pressed, true);
  window.addEventListener(
    "pointerdown",
    () => {
      if (taken) {
        leave();
        say(words("PutBack"));
      }
    },
    true,
  );
}

function pressed(event) {
  if (taken) {
    move(event);
    return;
  }
  const card = cardOf(event.target.closest?.("[data-board] .board-card__button")?.dataset.card);
  if (card && event.key === " ") {
    swallow(event);
    take(card);
  }
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

function take(card) {
  if (!card.canMove) {
    say(words("Fixed"), "bad");
    return;
  }
  const [row] = card.rows;
  taken = { card, lifted: lift(card, row), from: row, row, start: new Date(card.start), end: new Date(card.end) };
  say(words("Taken", { what: card.title }));
  lookUp(card, row);
}

function move(event) {
  const sign = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (sign && event.shiftKey) {
    lengthen(sign * STEP_MINUTES);
  } else if (sign) {
    shift(isDay ? { minutes: sign * STEP_MINUTES } : { days: sign });
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    changeRow(event.key === "ArrowUp" ? -1 : 1);
  } else if (event.key === "Enter" || event.key === " ") {
    putDown();
  } else if (event.key === "Escape") {
    leave();
    say(words("PutBack"));
  } else {
    if (event.key === "Tab") {
      leave();
    }
    return;
  }
  swallow(event);
}

function lengthen(minutes) {
  const end = later(taken.end, { minutes });
  if (end > taken.start) {
    taken.end = end;
    redraw();
  }
}

function shift(by) {
  taken.start = later(taken.start, by);
  taken.end = later(taken.end, by);
  redraw();
}

function changeRow(by) {
  const index = data.rows.findIndex((row) => row.id === taken.row) + by;
  if (index >= 0 && index < data.rows.length) {
    taken.row = data.rows[index].id;
    redraw();
  }
}

function redraw() {
  const { lifted, row, start, end } = taken;
  lifted.show(taken);
  lifted.bringIntoView();
  const told = describe(row, start, end);
  say(told.text, told.tone);
}

function putDown() {
  const { card, lifted, ...wanted } = taken;
  taken = null;
  forget();
  save(card, wanted, lifted.putBack);
}

function leave() {
  const { lifted } = taken;
  taken = null;
  forget();
  lifted.putBack();
}
