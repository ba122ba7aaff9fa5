// What the server said of these days: rows, cards, what lies behind them, and the drafts that wait beside the board.

import { inWords } from "./times.js";

export let data = { rows: [], cards: [], bands: [], unplanned: [], hours: [8, 21] };

export function keep(answer) {
  data = answer;
  [...data.cards, ...data.unplanned].forEach(addWords);
}

// What many cards share is sent once, by the keys that stand in them.
function addWords(card) {
  const room = data.rooms[card.room || 0];
  card.place = room.place;
  card.names = (card.trainers.length ? card.trainers : [0]).map((pk) => data.trainers[pk]).join(", ");
  card.stateWord = data.states[card.state];
  // What its place on the board shows, for whoever hears it.
  card.label = [inWords(new Date(card.start)), room.name, card.names].join(", ");
}

const find = (cards, id) => cards.find((one) => String(one.id) === String(id));

export const cardOf = (id) => find(data.cards, id);
export const draftOf = (id) => find(data.unplanned, id);
export const anyCardOf = (id) => cardOf(id) || draftOf(id);

export const titleOfRow = (key) => data.rows.find((one) => one.id === key)?.title || "";
// Of "room-3" the 3; 0 of the row of what has none.
export const pkOf = (key) => Number((key || "").split("-")[1] || 0);
