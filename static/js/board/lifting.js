// A card on its way: its own elements are moved over the board. The calendar hears of a place only when the server has
// taken it, for at each change it works out, styles and lays out all cards anew, which takes longer than a press may.

import { timeOf } from "./cards.js";
import { elementsOf, rowOf } from "./drawing.js";
import { isDay } from "./page.js";
import { cornerOf, measure, widthOf } from "./places.js";

const lifted = new Set();

// When the board has been drawn anew; what is in the hand is lifted again with its next step.
export function putAllBack() {
  [...lifted].forEach((one) => one.putBack());
}

// Lifts a card out of a row; of others it stands in, it keeps the row and goes along in time.
export function lift(card, from) {
  const home = { start: new Date(card.start), end: new Date(card.end) };
  let parts = [];

  // Anew if the board was drawn anew meanwhile.
  function find() {
    if (!parts.length || !parts.every((part) => part.element.isConnected)) {
      measure();
      parts = elementsOf(card.id).map((element) => partOf(element));
      parts.forEach(({ element }) => element.classList.add("board-card--taken"));
      lifted.add(handle);
    }
  }

  function partOf(element) {
    const row = rowOf(element);
    const { inlineSize, marginBlockStart } = element.style;
    return { element, row, corner: cornerOf(row, home.start), inlineSize, margin: parseFloat(marginBlockStart) - 1 };
  }

  function showPart(part, row, start, end) {
    const { style, classList } = part.element;
    const to = cornerOf(row, start);
    classList.toggle("board-card--away", !to || !part.corner);
    if (to && part.corner) {
      // At the top of another cell, whatever it stood below in its own.
      const isOwn = to.y === part.corner.y && (isDay || to.x === part.corner.x);
      style.translate = `${to.x - part.corner.x}px ${to.y - part.corner.y - (isOwn ? 0 : part.margin)}px`;
    }
    if (isDay && end - start !== home.end - home.start) {
      style.inlineSize = `${widthOf(start, end)}px`;
    }
    part.element.querySelector(".board-card__time").textContent = timeOf(start, end);
  }

  const handle = {
    show({ row, start, end }) {
      find();
      parts.forEach((part) => showPart(part, part.row === from ? row : part.row, start, end));
    },
    bringIntoView() {
      parts.find((part) => part.row === from)?.element.scrollIntoView({ block: "nearest", inline: "nearest" });
    },
    putBack() {
      for (const { element, inlineSize } of parts) {
        element.classList.remove("board-card--taken", "board-card--away");
        element.style.translate = "";
        element.style.inlineSize = inlineSize;
        element.querySelector(".board-card__time").textContent = timeOf(home.start, home.end);
      }
      parts = [];
      lifted.delete(handle);
    },
  };
  find();
  return handle;
}
