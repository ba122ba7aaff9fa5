// A card and a band of the background as the calendar takes them, and what a card shows.

import { element, isDay, order, view } from "./page.js";
import { clock, dayAfter } from "./times.js";

// What speaks against a card, and what waits for it, in sentences.
const toldOf = (card) => [card.label, ...card.flags, ...(card.prepared ? [card.prepared.text] : [])];

export function eventOf(card) {
  const classes = ["board-card", `board-card--${card.state}`];
  if (card.canMove) {
    classes.push("board-card--loose");
  }
  if (card.tone) {
    classes.push(`board-card--${card.tone}`);
  }
  if (card.prepared) {
    classes.push("board-card--prepared");
  }
  return {
    id: String(card.id),
    resourceIds: card.rows,
    start: card.start,
    end: card.end,
    title: card.title,
    classNames: classes,
    extendedProps: { card },
  };
}

export function backgroundOf(band, index) {
  return {
    id: `band-${index}`,
    resourceIds: [band.row],
    start: isDay ? band.start : band.start.slice(0, 10),
    end: isDay ? band.end : dayAfter(band.end),
    allDay: !isDay,
    display: "background",
    classNames: ["board-band", `board-band--${band.kind}`],
    extendedProps: { words: band.words },
  };
}

// What a card shows, by card and then by how and when it is shown. The calendar asks for all cards anew when one is taken or
// put down, and leaves those alone whose answer is the very same object; in several rows it wants several elements, so
// that the answer is a text.
const shown = new WeakMap();
const NOTHING = { domNodes: [] };

export function contentOf({ event }) {
  const { card } = event.extendedProps;
  if (!card) {
    return NOTHING;
  }
  if (!shown.has(card)) {
    shown.set(card, new Map());
  }
  const known = shown.get(card);
  const key = `${event.display} ${+event.start} ${+event.end}`;
  if (!known.has(key)) {
    known.set(key, { html: buttonOf(card, event).outerHTML });
  }
  return known.get(key);
}

export const timeOf = (start, end) => (view === "month" ? clock(start) : `${clock(start)}–${clock(end)}`);

// A card is a button; what its place on the board shows is said in it for those who do not see it.
function buttonOf(card, event) {
  const button = element("button", "board-card__button");
  button.type = "button";
  button.dataset.card = card.id;
  const seats = `${card.seats}${card.number ? ` · ${card.number}` : ""}`;
  button.append(
    element("span", "board-card__time", timeOf(event.start, event.end)),
    " ",
    element("span", "board-card__title", card.title),
    " ",
    element("span", "board-card__words", order === "trainer" ? card.place : card.names),
    " ",
    element("span", "board-card__words", `${seats} · ${card.stateWord}`),
    ...(card.prepared ? [" ", element("b", "board-card__prepared", card.prepared.word)] : []),
    element("span", "visually-hidden", `, ${toldOf(card).join("; ")}`),
  );
  if (card.canMove && isDay) {
    button.append(element("span", "board-card__end"));
  }
  return button;
}

// For who looks with a mouse.
export function nameOnHover({ el, event }) {
  const { card, words: band } = event.extendedProps;
  if (band) {
    el.title = band;
  } else if (card) {
    el.title = [card.title, ...toldOf(card)].join("\n");
  }
}

export function labelOf({ resource }) {
  return {
    domNodes: [
      element("b", "board-row__title", resource.title),
      element("span", "board-row__words", resource.extendedProps.words),
    ],
  };
}
