// Draws the cards as rows by hours with the vendored calendar; a day has hours, a week and a month a column a day.

import { backgroundOf, contentOf, eventOf, labelOf, nameOnHover } from "./cards.js";
import { data } from "./meetings.js";
import { board, isDay, part, place, view } from "./page.js";
import { hourOf, stamp } from "./times.js";

export const STEP_MINUTES = 15;
// As css/pages/board.css has it, and room for a scrollbar.
const ROW_HEAD_PX = 192;
const SCROLLBAR_PX = 18;

let calendar = null;
let whenMoved = {};

// What the calendar calls while a card is dragged, by its own names.
export function callWhenMoved(handlers) {
  whenMoved = handlers;
}

export const isDrawn = () => calendar !== null;

export function draw() {
  const events = [...data.cards.map(eventOf), ...data.bands.map(backgroundOf)];
  const resources = data.rows.map((row) => ({ id: row.id, title: row.title, extendedProps: { words: row.words } }));
  if (calendar) {
    calendar.setOption("resources", resources);
    calendar.setOption("events", events);
    return;
  }
  part("field").hidden = false;
  board.classList.add("board--drawn", `board--${view}`);
  calendar = window.EventCalendar.create(place, { ...options(), resources, events });
  place.querySelector(".ec").setAttribute("aria-label", board.dataset.label);
  new MutationObserver(tidyWhatCame).observe(place, { childList: true, subtree: true });
  tidyRoles(place);
}

function options() {
  const [first, last] = data.hours;
  const width = place.clientWidth - ROW_HEAD_PX - SCROLLBAR_PX;
  return {
    view: isDay ? "resourceTimelineDay" : "resourceTimelineMonth",
    duration: { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 } }[view],
    date: board.dataset.first,
    locale: board.dataset.locale,
    firstDay: 1,
    headerToolbar: { start: "", center: "", end: "" },
    slotMinTime: hourOf(first),
    slotMaxTime: hourOf(last),
    slotDuration: isDay ? "00:30" : { days: 1 },
    slotWidth: Math.max(28, width / ((last - first) * 2)),
    snapDuration: { minutes: STEP_MINUTES },
    columnWidth: view === "month" ? "minmax(5.5rem, 1fr)" : "minmax(7rem, 1fr)",
    dayHeaderFormat: isDay
      ? { weekday: "long", day: "numeric", month: "long" }
      : { weekday: "short", day: "numeric", month: view === "month" ? undefined : "short" },
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    nowIndicator: false,
    editable: true,
    eventContent: contentOf,
    eventDidMount: nameOnHover,
    resourceLabelContent: labelOf,
    ...whenMoved,
  };
}

// The component calls itself a table whose rows hold no cells: a group of buttons is what it is. Only what it has just made
// is looked at: while a card is dragged it makes a few elements for each step, among thousands.
function tidyWhatCame(changes) {
  for (const added of changes.flatMap((change) => [...change.addedNodes])) {
    if (added instanceof Element) {
      tidyRoles(added);
    }
  }
}

function tidyRoles(root) {
  const all = (selector) => [...(root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  for (const one of all("[role]:not([role=group], [role=presentation])")) {
    one.removeAttribute("role");
    one.removeAttribute("aria-colindex");
    one.removeAttribute("aria-colspan");
  }
  all(".ec").forEach((one) => one.setAttribute("role", "group"));
  all("aside:not([role]), header:not([role])").forEach((one) => one.setAttribute("role", "presentation"));
  all("time[aria-label]").forEach((one) => one.removeAttribute("aria-label"));
  all(".ec-main").forEach((one) => one.setAttribute("tabindex", "0"));
}

// Cells of the board, row by row: of a day a whole row each, with its own hours.
export const cells = () => [...place.querySelectorAll(".ec-body > .ec-grid > .ec-day")];

// The date and the row under the pointer; nothing beside the board.
export const under = (x, y) => calendar?.dateFromPoint(x, y);

// A card that is moved by keyboard, where it would stand.
export function showAt(card, rows, start, end) {
  const event = eventOf(card);
  calendar.updateEvent({
    ...event,
    resourceIds: rows,
    start: stamp(start),
    end: stamp(end),
    classNames: [...event.classNames, "board-card--taken"],
  });
  focusOn(card.id);
}

export function putBack(card) {
  calendar.updateEvent(eventOf(card));
  focusOn(card.id);
}

// After the calendar has drawn the card anew.
export function focusOn(id) {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => (place.querySelector(`[data-card="${id}"]`) || place.querySelector(".ec-main"))?.focus()),
  );
}
