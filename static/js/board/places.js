// Where the rows and columns of the drawn board stand: which of them is under the pointer, and where a card belongs.
// They are measured once for a card on its way. To ask the page what lies under a point takes it 5 ms among 400 cards.

import { cells, frame } from "./drawing.js";
import { data } from "./meetings.js";
import { isDay } from "./page.js";
import { DAY_MS, MINUTE_MS, STEP_MINUTES, later, midnight } from "./times.js";

let columns = []; // from the corner of the first cell on, in pixels
let rows = [];

export function measure() {
  const all = cells();
  const corner = all[0].getBoundingClientRect();
  const perRow = all.length / data.rows.length;
  columns = all.slice(0, perRow).map((cell) => {
    const box = cell.getBoundingClientRect();
    return { at: box.left - corner.left, size: box.width };
  });
  rows = data.rows.map((_row, index) => {
    const box = all[index * perRow].getBoundingClientRect();
    return { at: box.top - corner.top, size: box.height };
  });
}

const daysTo = (date) => Math.round((new Date(date).setHours(0, 0, 0, 0) - midnight()) / DAY_MS);
const firstHour = () => later(midnight(), { minutes: data.hours[0] * 60 });
const pixelsAMinute = () => columns[0].size / ((data.hours[1] - data.hours[0]) * 60);
export const widthOf = (start, end) => ((end - start) / MINUTE_MS) * pixelsAMinute();

// How far a place is from the corner of the first cell; null if it is not on the board.
export function cornerOf(row, start) {
  const index = data.rows.findIndex((one) => one.id === row);
  const x = isDay ? widthOf(firstHour(), start) : columns[daysTo(start)]?.at;
  const isThere = index >= 0 && (isDay ? x >= 0 && x < columns[0].size : x !== undefined);
  return isThere ? { x, y: rows[index].at } : null;
}

// What of the board can be seen: neither the names of its rows nor its head.
export function visible() {
  const box = frame().getBoundingClientRect();
  const corner = cells()[0].getBoundingClientRect();
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = frame();
  return {
    left: Math.max(0, corner.left + scrollLeft),
    right: Math.min(window.innerWidth, box.left + clientWidth) - 2,
    top: Math.max(0, corner.top + scrollTop),
    bottom: Math.min(window.innerHeight, box.top + clientHeight) - 2,
  };
}

const indexAt = (all, at) => Math.max(0, all.findLastIndex((one) => one.at <= at));

// The row under a point of the window, and the day, or the quarter of an hour.
export function under(x, y) {
  const corner = cells()[0].getBoundingClientRect();
  const row = data.rows[indexAt(rows, y - corner.top)].id;
  if (!isDay) {
    return { row, date: midnight(indexAt(columns, x - corner.left)) };
  }
  const steps = Math.floor((x - corner.left) / (pixelsAMinute() * STEP_MINUTES));
  return { row, date: later(firstHour(), { minutes: steps * STEP_MINUTES }) };
}

export const isWithin = (x, y, { left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom;
export const limit = (number, least, most) => Math.max(least, Math.min(most, number));
