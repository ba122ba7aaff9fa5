// Draws the planners' board, and moves meetings on it by mouse and by keyboard. The list below the board holds the same
// cards and links, day by day, so that everything works without this script; on a phone the list is all there is.
// docs/architecture.md, "The board", tells what stands in which module; each imports only those before it there.

import { say } from "./announcing.js";
import { listenToDialog } from "./dialog.js";
import { isDragging, listenToPointer } from "./dragging.js";
import { isTaken, listenToKeys } from "./keyboard.js";
import { anyCardOf, cardOf } from "./meetings.js";
import { board, part, place } from "./page.js";
import { listenToForms, openCard, reload } from "./saving.js";
import { trouble } from "./server.js";

const isWide = window.matchMedia("(min-width: 60rem)");
const list = part("list-box");
let isStarted = false;

function follow() {
  list.open = !isWide.matches || location.hash === `#${list.id}`;
  if (isWide.matches && !isStarted && window.EventCalendar) {
    isStarted = true;
    start();
  }
}

function start() {
  listenToPointer();
  listenToKeys();
  listenToDialog();
  listenToForms();
  place.addEventListener("click", clickedOnBoard);
  board.addEventListener("click", clickedOnLink);
  reload().catch((error) => say(trouble(error), "bad"));
}

function clickedOnBoard(event) {
  const card = cardOf(event.target.closest("[data-card]")?.dataset.card);
  if (card && !isTaken() && !isDragging()) {
    openCard(card);
  }
}

function clickedOnLink(event) {
  const link = event.target.closest("[data-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  const card = anyCardOf(link.dataset.open);
  if (isDragging()) {
    event.preventDefault();
  } else if (card) {
    event.preventDefault();
    openCard(card);
  }
}

isWide.addEventListener("change", follow);
follow();
