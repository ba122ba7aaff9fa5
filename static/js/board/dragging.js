// Moves cards by mouse or finger: those on the board, and drafts from the list beside it.

import { hideTip, showTip } from "./announcing.js";
import { frame, isDrawn, rowOf } from "./drawing.js";
import { describe, forget, lookUp } from "./forbidden.js";
import { lift } from "./lifting.js";
import { cardOf, data, draftOf } from "./meetings.js";
import { board, isDay, place } from "./page.js";
import { isWithin, limit, measure, under, visible } from "./places.js";
import { save } from "./saving.js";
import { DAY_MS, MINUTE_MS, STEP_MINUTES, later } from "./times.js";

const DRAG_FROM_PX = 5;
const LONG_PRESS_MS = 1000;
const EDGE_PX = 24;
const SCROLL_PX = 8;

let isOnItsWay = false;

export const isDragging = () => isOnItsWay;

export function listenToPointer() {
  place.addEventListener("pointerdown", pressedOnCard);
  board.addEventListener("pointerdown", pressedOnDraft);
}

const isFirstButton = (event) => event.isPrimary && event.button === 0;

function pressedOnCard(event) {
  const element = event.target.closest(".board-card");
  const card = cardOf(element?.querySelector("[data-card]").dataset.card);
  if (card?.canMove && isFirstButton(event)) {
    const isEnd = event.target.closest(".board-card__end");
    follow(event, wayOnBoard(card, rowOf(element), isEnd ? lengthened : moved));
  }
}

function pressedOnDraft(event) {
  const item = event.target.closest("[data-draft]");
  const card = item && isDrawn() && data.rows.length && draftOf(item.dataset.draft);
  if (card && isFirstButton(event) && event.pointerType === "mouse") {
    follow(event, wayFromList(card, item));
  }
}

// --- the way of the pointer -------------------------------------------------------------------------------------------

// From a press on: a mouse sets off after a few pixels, a finger, which else scrolls, after a long press.
function follow(down, way) {
  const listening = new AbortController();
  const listen = (name, heard) =>
    window.addEventListener(name, heard, { signal: listening.signal, capture: true, passive: false });
  const isMouse = down.pointerType === "mouse";
  const waiting = isMouse ? null : setTimeout(() => setOff(), LONG_PRESS_MS);
  let last = down;
  let hasSetOff = false;

  function setOff() {
    hasSetOff = true;
    isOnItsWay = true;
    down.target.setPointerCapture(down.pointerId); // nothing else wakes up under a pointer on its way
    way.setOff(down.clientX, down.clientY);
    move();
  }

  function move() {
    way.move(last.clientX, last.clientY);
    scrollAtEdges(last.clientX, last.clientY);
  }

  function end(finish) {
    listening.abort();
    clearTimeout(waiting);
    if (hasSetOff) {
      forget();
      finish();
      setTimeout(() => {
        isOnItsWay = false; // the click that ends a drag opens nothing
      });
    }
  }

  listen("pointermove", (event) => {
    if (!event.isPrimary) {
      return;
    }
    last = event;
    if (hasSetOff) {
      move();
    } else if (isMouse && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) >= DRAG_FROM_PX) {
      setOff();
    }
    if (hasSetOff) {
      event.preventDefault();
    }
  });
  listen("scroll", () => hasSetOff && move());
  listen("pointerup", (event) => event.isPrimary && end(way.drop));
  listen("pointercancel", (event) => event.isPrimary && end(way.putBack));
  listen("touchmove", (event) => hasSetOff && event.preventDefault());
  listen("contextmenu", (event) => !isMouse && event.preventDefault());
}

let isScrolling = false;

// One step before the next picture; that it scrolled moves the card, which scrolls again.
function scrollAtEdges(x, y) {
  if (isScrolling) {
    return;
  }
  isScrolling = true;
  requestAnimationFrame(() => {
    isScrolling = false;
    if (isOnItsWay) {
      const { left, right, top, bottom } = visible();
      const step = (at, least, most) =>
        limit((Math.min(0, at - least - EDGE_PX) + Math.max(0, at - most + EDGE_PX)) / 3, -SCROLL_PX, SCROLL_PX);
      frame().scrollBy(step(x, left, right), step(y, top, bottom));
      window.scrollBy(0, step(y, 0, window.innerHeight));
    }
  });
}

// --- what goes along --------------------------------------------------------------------------------------------------

function wayOnBoard(card, from, placeFor) {
  let lifted = null;
  let start = null;
  let wanted = { row: from, start: new Date(card.start), end: new Date(card.end) };
  const home = wanted;

  function move(x, y) {
    const { left, right, top, bottom } = visible();
    const next = placeFor(home, start, under(limit(x, left, right), limit(y, top, bottom)));
    if (!isSame(next, wanted)) {
      wanted = next;
      lifted.show(wanted);
    }
    showTip(x, y, describe(wanted.row, wanted.start, wanted.end));
  }

  return {
    setOff(x, y) {
      lifted = lift(card, from);
      start = under(x, y);
      lookUp(card, from);
    },
    move,
    drop() {
      if (isSame(wanted, home)) {
        lifted.putBack();
      } else {
        save(card, { ...wanted, from }, lifted.putBack);
      }
    },
    putBack: () => lifted.putBack(),
  };
}

const isSame = (one, other) => one.row === other.row && +one.start === +other.start && +one.end === +other.end;

// As far from where it stood as the pointer from where it was pressed.
function moved(home, from, to) {
  const way = to.date - from.date;
  const by = isDay ? { minutes: way / MINUTE_MS } : { days: Math.round(way / DAY_MS) };
  return { row: to.row, start: later(home.start, by), end: later(home.end, by) };
}

function lengthened(home, _from, to) {
  const least = later(home.start, { minutes: STEP_MINUTES });
  const end = later(to.date, { minutes: STEP_MINUTES });
  return { ...home, end: end > least ? end : least };
}

function wayFromList(card, item) {
  let wanted = null;
  return {
    setOff() {
      measure();
      item.classList.add("board-draft--carried");
      lookUp(card, "");
    },
    move(x, y) {
      wanted = isWithin(x, y, visible()) ? placeOfDraft(card, under(x, y)) : null;
      if (wanted) {
        showTip(x, y, describe(wanted.row, wanted.start, wanted.end));
      } else {
        hideTip();
      }
    },
    drop() {
      item.classList.remove("board-draft--carried");
      if (wanted) {
        save(card, wanted);
      }
    },
    putBack: () => item.classList.remove("board-draft--carried"),
  };
}

function placeOfDraft(card, { row, date }) {
  const own = new Date(card.start);
  const start = new Date(date);
  if (!isDay) {
    start.setHours(own.getHours(), own.getMinutes());
  }
  return { start, end: new Date(+start + (new Date(card.end) - own)), from: "", row };
}
