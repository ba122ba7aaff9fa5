// Moves cards by mouse: those on the board, whose dragging is the calendar's own, and drafts from the list beside it.

import { hideTip, showTip } from "./announcing.js";
import { callWhenMoved, isDrawn, under } from "./drawing.js";
import { describe, forget, lookUp } from "./forbidden.js";
import { draftOf } from "./meetings.js";
import { board, isDay } from "./page.js";
import { save } from "./saving.js";

const DRAG_FROM_PX = 5;

let drag = null; // the card on its way, and where it started

export const isDragging = () => drag !== null;

export function listenToMouse() {
  callWhenMoved({
    dragConstraint: onTheWay,
    resizeConstraint: onTheWay,
    eventDragStart: begin,
    eventResizeStart: begin,
    eventDragStop: end,
    eventResizeStop: end,
    eventDrop: dropped,
    eventResize: dropped,
  });
  board.addEventListener("pointerdown", pressedOnDraft);
}

function begin({ event, jsEvent }) {
  const { card } = event.extendedProps;
  setOff(card, under(jsEvent.clientX, jsEvent.clientY)?.resource?.id || card.rows[0]);
}

function setOff(card, from) {
  drag = { card, from };
  lookUp(card, from);
}

// The click that ends a drag opens nothing.
function end() {
  forget();
  setTimeout(() => {
    drag = null;
  });
}

function onTheWay({ event, jsEvent }) {
  if (drag && jsEvent) {
    showTip(jsEvent.clientX, jsEvent.clientY, describe(rowOf(event), event.start, event.end));
  }
  return true; // the server decides
}

const rowOf = (event) => event.resourceIds.at(-1);

function dropped({ event, oldEvent, newResource, revert }) {
  const { card } = event.extendedProps;
  const from = drag?.from || rowOf(oldEvent);
  save(card, { start: event.start, end: event.end, from, row: newResource ? newResource.id : from }, revert);
}

// --- a draft from the list: the calendar knows nothing of it until it is dropped --------------------------------------

function pressedOnDraft(event) {
  const item = event.target.closest("[data-draft]");
  if (!item || event.button !== 0 || event.pointerType !== "mouse" || !isDrawn()) {
    return;
  }
  const card = draftOf(item.dataset.draft);
  if (card) {
    carry(card, item, event);
  }
}

function carry(card, item, down) {
  let isCarried = false;
  let wanted = null;

  function move(event) {
    if (!isCarried && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < DRAG_FROM_PX) {
      return;
    }
    event.preventDefault();
    if (!isCarried) {
      isCarried = true;
      item.classList.add("board-draft--carried");
      setOff(card, "");
    }
    const at = under(event.clientX, event.clientY);
    wanted = at?.resource ? placeFor(card, at) : null;
    if (wanted) {
      showTip(event.clientX, event.clientY, describe(wanted.row, wanted.start, wanted.end));
    } else {
      hideTip();
    }
  }

  function drop() {
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", drop);
    window.removeEventListener("pointercancel", drop);
    item.classList.remove("board-draft--carried");
    end();
    if (wanted) {
      save(card, wanted);
    }
  }

  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", drop);
  window.addEventListener("pointercancel", drop);
}

function placeFor(card, at) {
  const start = new Date(at.date);
  if (!isDay) {
    const own = new Date(card.start);
    start.setHours(own.getHours(), own.getMinutes(), 0, 0);
  }
  const length = new Date(card.end) - new Date(card.start);
  return { start, end: new Date(+start + length), from: "", row: at.resource.id };
}
