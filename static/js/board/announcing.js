// What the planner is told: a line that screen readers hear, and a note beside the pointer while a card is dragged.

import { board, element, part } from "./page.js";

const status = part("status");
const tip = element("p", "board__tip");
tip.hidden = true;
tip.ariaHidden = "true";
board.append(tip);
let room = null; // for the note's corner in the window; asked once a drag, for to ask is to lay the page out

export function say(text, tone = "") {
  status.dataset.tone = tone;
  status.textContent = text;
}

export function showTip(x, y, { text, tone }) {
  if (tip.hidden) {
    room = { x: window.innerWidth - 340, y: window.innerHeight - 90 };
  }
  tip.textContent = text;
  tip.dataset.tone = tone;
  tip.hidden = false;
  tip.style.transform = `translate(${Math.min(x + 16, room.x)}px, ${Math.min(y + 20, room.y)}px)`;
}

export function hideTip() {
  tip.hidden = true;
}
