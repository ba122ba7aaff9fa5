// Times are the centre's own, as clocks show them: the server sends and gets them without a zone.

import { board, isDay } from "./page.js";

export const MINUTE_MS = 60_000;
export const STEP_MINUTES = 15;
export const DAY_MS = 24 * 60 * MINUTE_MS;

const dayWords = new Intl.DateTimeFormat(board.dataset.locale, { weekday: "short", day: "numeric", month: "long" });
const longDay = new Intl.DateTimeFormat(board.dataset.locale, { day: "numeric", month: "long" });

const two = (number) => String(number).padStart(2, "0");
export const hourOf = (number) => `${two(number)}:00`;
export const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`;
export const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
export const inWords = (date) => longDay.format(date);
export const fromTo = (start, end) => `${isDay ? "" : `${dayWords.format(start)}, `}${clock(start)}–${clock(end)}`;

// The first minute that the board shows, or that minute some days later.
export function midnight(days = 0) {
  const at = new Date(`${board.dataset.first}T00:00`);
  at.setDate(at.getDate() + days);
  return at;
}

// The first day that does not belong to it any more: midnight ends the day before.
export function dayAfter(end) {
  return dayOf(new Date(+new Date(end) - 1 + DAY_MS));
}

// By the clock: a day has 24 hours on it, whatever the zone makes of them.
export function later(date, { days = 0, minutes = 0 }) {
  const copy = new Date(date);
  copy.setDate(copy.getDate() + days);
  copy.setMinutes(copy.getMinutes() + minutes);
  return copy;
}
