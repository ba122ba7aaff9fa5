// Where a card that is on its way must not go, and why, as the server says it: coloured cells, and words for a place.
// It is help and may be old by now; what refuses is the server, when the card is put down.

import { hideTip } from "./announcing.js";
import { cells } from "./drawing.js";
import { data, pkOf, titleOfRow } from "./meetings.js";
import { afterPicture, isDay, order, words } from "./page.js";
import { askWhereForbidden } from "./server.js";
import { MINUTE_MS, fromTo, midnight } from "./times.js";

let onItsWay = null; // what is asked about: an answer for the card before it comes too late
let litFor = null; // what the colours on the board tell of
let forbidden = null; // by row, and under "" whatever the row; null until the server has answered

// Colours the board when the answer comes; without one, cards are moved as well.
export async function lookUp(card, from) {
  const asked = { card };
  onItsWay = asked;
  forbidden = null;
  try {
    const found = await askWhereForbidden(card, order === "trainer" ? pkOf(from) : 0);
    if (onItsWay === asked) {
      forbidden = withDates(found);
      light(card);
    }
  } catch {
    // The server will say it when the card is put down.
  }
}

export function forget() {
  onItsWay = null;
  hideTip();
  const old = litFor;
  afterPicture(() => litFor === old && unlight());
}

function withDates(found) {
  for (const one of Object.values(found).flat()) {
    one.start = new Date(one.start);
    one.end = new Date(one.end);
  }
  return found;
}

const timesIn = (row) => [...(forbidden[""] || []), ...(forbidden[row] || [])];

// The hard reasons first; without any the place is free.
function against(row, start, end) {
  return timesIn(row)
    .filter((one) => one.start < end && start < one.end)
    .sort((one, other) => one.soft - other.soft);
}

// "Room 201, 10:00–13:00: free", and how it looks.
export function describe(row, start, end) {
  const found = forbidden ? against(row, start, end) : [];
  const why = [...new Set(found.map((one) => one.why))].slice(0, 2).join(" ") || (forbidden ? words("Free") : "…");
  return {
    text: words("At", { row: titleOfRow(row), time: fromTo(start, end), why }),
    tone: found.length ? (found[0].soft ? "wait" : "bad") : "good",
  };
}

// Green where the card may go, hatched where not.
function light(card) {
  unlight();
  litFor = onItsWay;
  const all = cells();
  const perRow = all.length / data.rows.length;
  all.forEach((cell, index) => {
    const row = data.rows[Math.floor(index / perRow)].id;
    if (isDay) {
      lightHours(cell, row);
    } else {
      lightDay(cell, row, card, midnight(index % perRow));
    }
  });
}

function lightHours(cell, row) {
  cell.classList.add("board-lit");
  // The hard ones above the soft ones.
  for (const one of timesIn(row).sort((first, second) => second.soft - first.soft)) {
    cell.append(veil(one, cell));
  }
}

// A card keeps its hours on another day.
function lightDay(cell, row, card, at) {
  const start = new Date(card.start);
  at.setHours(start.getHours(), start.getMinutes());
  const found = against(row, at, new Date(+at + (new Date(card.end) - start)));
  cell.classList.add(found.length ? (found[0].soft ? "board-lit--soft" : "board-lit--no") : "board-lit");
}

function veil(one, cell) {
  const first = midnight();
  first.setHours(data.hours[0]);
  const whole = (data.hours[1] - data.hours[0]) * 60 * MINUTE_MS;
  const from = Math.max(0, (one.start - first) / whole);
  const to = Math.min(1, (one.end - first) / whole);
  const made = document.createElement("span");
  made.className = `board-veil${one.soft ? " board-veil--soft" : ""}`;
  made.hidden = to <= from;
  made.style.insetInlineStart = `${from * cell.offsetWidth}px`;
  made.style.inlineSize = `${Math.max(0, to - from) * cell.offsetWidth}px`;
  return made;
}

function unlight() {
  for (const cell of cells()) {
    cell.classList.remove("board-lit", "board-lit--soft", "board-lit--no");
    cell.querySelectorAll(".board-veil").forEach((one) => one.remove());
  }
}
