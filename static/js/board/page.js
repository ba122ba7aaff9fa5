// The board's part of the page: what the template says to these scripts, and where they draw and write.

export const board = document.querySelector("[data-board]");
export const { view, rows: order } = board.dataset;
export const isDay = view === "day";

export const part = (name) => board.querySelector(`[data-${name}]`);
export const place = part("calendar");

// What is said stands in the page, in the reader's language (_words.html); {row}, {time} and the like are filled in.
export function words(name, values = {}) {
  return (board.dataset[`words${name}`] || "").replace(/\{(\w+)\}/g, (_whole, key) => values[key] ?? "");
}

// What a press need not wait for: it is done after the next picture.
export function afterPicture(act) {
  requestAnimationFrame(() => setTimeout(act));
}

export function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
