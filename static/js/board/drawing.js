// Draws the cards as rows by hours with the vendored calendar; a day has hours, a week and a month a column a day.

import { backgroundOf, contentOf, eventOf, labelOf, nameOnHover } from "./cards.js";
import { data } from "./meetings.js";
import { board, isDay, part, place, view } from "./page.js";
import { hourOf } from "./times.js";

// As css/pages/board.css has it, and room for a scrollbar.
const ROW_HEAD_PX = 192;
const SCROLLBAR_PX = 18;

let calendar = null;
let drawn = null; // rows and events, as texts, of what it shows

export const isDrawn = () => calendar !== null;

export function draw() {
  const events = [...data.cards.map(eventOf), ...data.bands.map(backgroundOf)];
  const resources = data.rows.map((row) => ({ id: row.id, title: row.title, extendedProps: { words: row.words } }));
  if (calendar) {
    redraw(resources, events);
    return;
  }
  drawn = { resources: JSON.stringify(resources), events: textsOf(events) };
  part("field").hidden = false;
  board.classList.add("board--drawn", `board--${view}`);
  calendar = window.EventCalendar.create(place, { ...options(), resources, events });
  place.querySelector(".ec").setAttribute("aria-label", board.dataset.label);
  new MutationObserver(tidyWhatCame).observe(place, { childList: true, subtree: true });
  tidyRoles(place);
}

// What is the same again is left alone, and only the card that was moved is made anew; given all events, the calendar would
// make all elements anew.
function redraw(resources, events) {
  const now = { resources: JSON.stringify(resources), events: textsOf(events) };
  if (now.resources !== drawn.resources) {
    calendar.setOption("resources", resources);
    calendar.setOption("events", events);
  } else {
    [...drawn.events.keys()].filter((id) => !now.events.has(id)).forEach((id) => calendar.removeEventById(id));
    for (const event of events.filter((one) => now.events.get(one.id) !== drawn.events.get(one.id))) {
      drawn.events.has(event.id) ? calendar.updateEvent(event) : calendar.addEvent(event);
    }
  }
  drawn = now;
}

const textsOf = (events) => new Map(events.map((event) => [event.id, JSON.stringify(event)]));

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
    columnWidth: view === "month" ? "minmax(5.5rem, 1fr)" : "minmax(7rem, 1fr)",
    dayHeaderFormat: isDay
      ? { weekday: "long", day: "numeric", month: "long" }
      : { weekday: "short", day: "numeric", month: view === "month" ? undefined : "short" },
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    nowIndicator: false,
    // Cards are moved by dragging.js and keyboard.js.
    eventStartEditable: false,
    eventDurationEditable: false,
    eventContent: contentOf,
    eventDidMount: nameOnHover,
    resourceLabelContent: labelOf,
  };
}

// The component calls itself a table whose rows hold no cells: a group of buttons is what it is. Only what it has just made
// is looked at, for there are thousands.
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

// What scrolls.
export const frame = () => place.querySelector(".ec-main");

// A card has an element in each of its rows.
export const elementsOf = (id) =>
  [...place.querySelectorAll(`[data-card="${id}"]`)].map((button) => button.closest(".board-card"));
export const rowOf = (element) => data.rows[parseInt(element.style.gridRowStart, 10) - 1].id;

// After the calendar has drawn the card anew.
export function focusOn(id) {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => (place.querySelector(`[data-card="${id}"]`) || place.querySelector(".ec-main"))?.focus()),
  );
}
