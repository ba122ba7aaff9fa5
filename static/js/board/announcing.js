// What the planner is told: a line that screen readers hear, and a note beside the pointer while a card is dragged.

import { board, element, part } from "./page.js";

const status = part("status");
const tip = element("p", "board__tip");
tip.hidden = true;
tip.ariaHidden = "true";
board.append(tip);

export function say(text, tone = "") {
  status.dataset.tone = tone;
  status.textContent = text;
}

export function showTip(x, y, { text, tone }) {
  tip.textContent = text;
  tip.dataset.tone = tone;
  tip.hidden = false;
  tip.style.insetInlineStart = `${Math.min(x + 16, window.innerWidth - 340)}px`;
  tip.style.insetBlockStart = `${Math.min(y + 20, window.innerHeight - 90)}px`;
}

export function hideTip() {
  tip.hidden = true;
}
