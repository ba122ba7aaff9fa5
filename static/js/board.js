// Draws the planners' board, and moves meetings on it by mouse and by keyboard. The list below the board holds the same
// cards and links, day by day, so that everything works without this script; on a phone the list is all there is.
// Times are the centre's own, as clocks show them: the server sends and gets them without a zone.
"use strict";

const board = document.querySelector("[data-board]");
const STEP_MINUTES = 15;
const DRAG_FROM_PX = 5;
// As css/pages/board.css has it, and room for a scrollbar.
const ROW_HEAD_PX = 192;
const SCROLLBAR_PX = 18;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

if (board && window.EventCalendar) {
  const isWide = window.matchMedia("(min-width: 60rem)");
  const list = board.querySelector("[data-list-box]");
  const follow = () => {
    list.open = !isWide.matches || location.hash === `#${list.id}`;
    if (isWide.matches && !board.dataset.started) {
      board.dataset.started = "yes";
      startBoard();
    }
  };
  isWide.addEventListener("change", follow);
  follow();
}

function startBoard() {
  const { view, rows: order } = board.dataset;
  const isDay = view === "day";
  const part = (name) => board.querySelector(`[data-${name}]`);
  const place = part("calendar");
  const status = part("status");
  const dialog = part("dialog");
  const tip = document.createElement("p");
  tip.className = "board__tip";
  tip.hidden = true;
  tip.ariaHidden = "true";
  board.append(tip);

  let calendar = null;
  let data = { rows: [], cards: [], bands: [], unplanned: [], hours: [8, 21] };
  let forbidden = null; // of the card that is on its way: by row, and under "" whatever the row
  let drag = null; // the card on its way, and where it started
  let keys = null; // the same by keyboard, with where it would stand now
  let whenClosed = null; // what to do if the dialog is left without saving

  // --- words ----------------------------------------------------------------------------------------------------------

  const words = (name, values = {}) =>
    (board.dataset[`words${name}`] || "").replace(/\{(\w+)\}/g, (_whole, key) => values[key] ?? "");

  function say(text, tone = "") {
    status.dataset.tone = tone;
    status.textContent = text;
  }

  const two = (number) => String(number).padStart(2, "0");
  const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`;
  const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const stamp = (date) => `${dayOf(date)}T${clock(date)}`;
  const dayWords = new Intl.DateTimeFormat(board.dataset.locale, { weekday: "short", day: "numeric", month: "long" });
  const longDay = new Intl.DateTimeFormat(board.dataset.locale, { day: "numeric", month: "long" });
  const timeWords = (start, end) => `${isDay ? "" : `${dayWords.format(start)}, `}${clock(start)}–${clock(end)}`;

  // --- the server -----------------------------------------------------------------------------------------------------

  async function ask(url, options = {}) {
    const answer = await fetch(url, {
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      ...options,
    });
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (!isJson) {
      throw new Error(answer.redirected || answer.status === 403 ? words("SignedOut") : words("Failed"));
    }
    return answer.json();
  }

  // What the page brought along is asked for again only after a change: the lists, and what can be taken back.
  async function reload(focused = null) {
    const isFirst = calendar === null;
    data = await ask(`${board.dataset.feed}${isFirst ? "" : "&lists=1"}`);
    [...data.cards, ...data.unplanned].forEach(addWords);
    if (!isFirst) {
      part("list").innerHTML = data.listHtml;
      part("unplanned").innerHTML = data.unplannedHtml;
      part("undo").innerHTML = data.undoHtml;
    }
    draw();
    if (focused !== null) {
      focusOn(focused);
    }
  }

  // What many cards share is sent once, by the keys that stand in them.
  function addWords(card) {
    const room = data.rooms[card.room || 0];
    card.place = room.place;
    card.names = (card.trainers.length ? card.trainers : [0]).map((pk) => data.trainers[pk]).join(", ");
    card.stateWord = data.states[card.state];
    // What its place on the board shows, for whoever hears it.
    card.label = [longDay.format(new Date(card.start)), room.name, card.names].join(", ");
  }

  // The page has the address of a meeting 0.
  const addressOf = (card, name) => board.dataset[name].replace("/0/", `/${card.id}/`);

  function token() {
    return part("token").elements.csrfmiddlewaretoken.value;
  }

  // The one way to the server: saved, refused with sentences, or asked about in the dialog first.
  async function send(url, fields, putBack, focused = null) {
    say(words("Saving"));
    let answer;
    try {
      answer = await ask(url, { method: "POST", body: fields });
    } catch (error) {
      putBack();
      say(error instanceof TypeError ? words("Failed") : error.message, "bad");
      return;
    }
    if (answer.state === "saved") {
      closeDialog();
      await reload(focused);
      say(answer.sentences.join(" "), "good");
    } else if (answer.state === "refused" && !dialog.open) {
      putBack();
      say(answer.sentences.join(" "), "bad");
    } else {
      say(answer.sentences.join(" "), answer.sentences.length ? "bad" : "");
      show(answer.html, putBack, focused);
    }
  }

  // What the form of the card would send for a place on the board.
  function fieldsFor(card, wanted) {
    const fields = new FormData();
    fields.append("csrfmiddlewaretoken", token());
    fields.append("version", card.version);
    fields.append("day", dayOf(wanted.start));
    fields.append("start", clock(wanted.start));
    fields.append("end", clock(wanted.end));
    const from = pkOf(wanted.from);
    const to = pkOf(wanted.row);
    let trainers = card.trainers;
    if (order === "trainer" && wanted.row !== wanted.from) {
      trainers = card.trainers.filter((pk) => pk !== from && pk !== to).concat(to || []);
    }
    for (const pk of trainers) {
      fields.append("trainers", pk);
    }
    const room = order === "room" ? to : card.room;
    fields.append("room", order === "site" && !to ? "" : room || "");
    if (order === "site" && to && wanted.row !== wanted.from) {
      fields.append("site", to);
    }
    return fields;
  }

  const pkOf = (row) => Number((row || "").split("-")[1] || 0);

  function save(card, wanted, putBack) {
    return send(addressOf(card, "cardUrl"), fieldsFor(card, wanted), putBack, card.id);
  }

  // --- what is forbidden ----------------------------------------------------------------------------------------------

  async function lookUp(card, from) {
    const outOf = order === "trainer" ? pkOf(from) : 0;
    const mine = drag || keys;
    const found = await ask(`${addressOf(card, "allowedUrl")}${board.dataset.address}${outOf ? `&out_of=${outOf}` : ""}`);
    if (mine === (drag || keys)) {
      forbidden = found;
      for (const times of Object.values(forbidden)) {
        for (const one of times) {
          one.start = new Date(one.start);
          one.end = new Date(one.end);
        }
      }
      light(card);
    }
  }

  // The hard reasons first; without any the place is free.
  function against(row, start, end) {
    if (!forbidden) {
      return [];
    }
    return [...(forbidden[""] || []), ...(forbidden[row] || [])]
      .filter((one) => one.start < end && start < one.end)
      .sort((one, other) => one.soft - other.soft);
  }

  function describe(row, start, end) {
    const found = against(row, start, end);
    const why = [...new Set(found.map((one) => one.why))].slice(0, 2).join(" ") || (forbidden ? words("Free") : "…");
    return {
      text: words("At", { row: titleOf(row), time: timeWords(start, end), why }),
      tone: found.length ? (found[0].soft ? "wait" : "bad") : "good",
    };
  }

  const titleOf = (row) => data.rows.find((one) => one.id === row)?.title || "";
  const cells = () => [...place.querySelectorAll(".ec-body > .ec-grid > .ec-day")];

  // Cells of the board: green where the card may go, hatched where not. A day's cell is a whole row, with its own hours.
  function light(card) {
    unlight();
    const start = new Date(card.start);
    const length = new Date(card.end) - start;
    const all = cells();
    const perRow = all.length / data.rows.length;
    all.forEach((cell, index) => {
      const row = data.rows[Math.floor(index / perRow)].id;
      if (isDay) {
        cell.classList.add("board-lit");
        const times = [...(forbidden[""] || []), ...(forbidden[row] || [])];
        for (const one of times.sort((first, second) => second.soft - first.soft)) {
          cell.append(veil(one, cell)); // the hard ones above the soft ones
        }
      } else {
        const at = new Date(`${board.dataset.first}T00:00`);
        at.setDate(at.getDate() + (index % perRow));
        at.setHours(start.getHours(), start.getMinutes());
        const found = against(row, at, new Date(+at + length));
        const kind = found.length ? (found[0].soft ? "board-lit--soft" : "board-lit--no") : "board-lit";
        cell.classList.add(kind);
      }
    });
  }

  function veil(one, cell) {
    const first = new Date(`${board.dataset.first}T00:00`);
    first.setHours(data.hours[0]);
    const whole = (data.hours[1] - data.hours[0]) * 60 * MINUTE_MS;
    const from = Math.max(0, (one.start - first) / whole);
    const to = Math.min(1, (one.end - first) / whole);
    const element = document.createElement("span");
    element.className = `board-veil${one.soft ? " board-veil--soft" : ""}`;
    element.hidden = to <= from;
    element.style.insetInlineStart = `${from * cell.offsetWidth}px`;
    element.style.inlineSize = `${Math.max(0, to - from) * cell.offsetWidth}px`;
    return element;
  }

  function unlight() {
    for (const cell of cells()) {
      cell.classList.remove("board-lit", "board-lit--soft", "board-lit--no");
      cell.querySelectorAll(".board-veil").forEach((one) => one.remove());
    }
    tip.hidden = true;
  }

  function showTip(x, y, row, start, end) {
    const told = describe(row, start, end);
    tip.textContent = told.text;
    tip.dataset.tone = told.tone;
    tip.hidden = false;
    tip.style.insetInlineStart = `${Math.min(x + 16, window.innerWidth - 340)}px`;
    tip.style.insetBlockStart = `${Math.min(y + 20, window.innerHeight - 90)}px`;
  }

  // --- drawing --------------------------------------------------------------------------------------------------------

  function eventOf(card) {
    const classes = ["board-card", `board-card--${card.state}`];
    if (card.tone) {
      classes.push(`board-card--${card.tone}`);
    }
    return {
      id: String(card.id),
      resourceIds: card.rows,
      start: card.start,
      end: card.end,
      title: card.title,
      editable: card.canMove,
      durationEditable: card.canMove && isDay,
      classNames: classes,
      extendedProps: { card },
    };
  }

  function backgroundOf(band, index) {
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

  // The first day that does not belong to it any more: midnight ends the day before.
  function dayAfter(end) {
    const last = new Date(+new Date(end) - 1 + DAY_MS);
    return dayOf(last);
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  // A card is a button; what its place on the board shows is said in it for those who do not see it.
  function contentOf({ event }) {
    const { card } = event.extendedProps;
    if (!card) {
      return { domNodes: [] };
    }
    const seats = `${card.seats}${card.number ? ` · ${card.number}` : ""}`;
    const button = element("button", "board-card__button", "");
    button.type = "button";
    if (event.display === "auto") {
      button.dataset.card = card.id;
    } else {
      button.tabIndex = -1;
    }
    button.append(
      element("span", "board-card__time", view === "month" ? clock(event.start) : `${clock(event.start)}–${clock(event.end)}`),
      " ",
      element("span", "board-card__title", card.title),
      " ",
      element("span", "board-card__words", order === "trainer" ? card.place : card.names),
      " ",
      element("span", "board-card__words", `${seats} · ${card.stateWord}`),
      element("span", "visually-hidden", `, ${[card.label, ...card.flags].join("; ")}`),
    );
    return { domNodes: [button] };
  }

  function mounted({ el, event }) {
    const { card, words: band } = event.extendedProps;
    if (band) {
      el.title = band;
    } else if (card) {
      el.title = [card.title, card.label, ...card.flags].join("\n");
    }
  }

  function draw() {
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
    new MutationObserver(tidyRoles).observe(place, { childList: true, subtree: true });
    tidyRoles();
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
      slotMinTime: `${two(first)}:00`,
      slotMaxTime: `${two(last)}:00`,
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
      dragConstraint: (info) => onTheWay(info),
      resizeConstraint: (info) => onTheWay(info),
      eventDragStart: begin,
      eventResizeStart: begin,
      eventDragStop: end,
      eventResizeStop: end,
      eventDrop: dropped,
      eventResize: dropped,
      eventContent: contentOf,
      eventDidMount: mounted,
      resourceLabelContent: ({ resource }) => ({
        domNodes: [
          element("b", "board-row__title", resource.title),
          element("span", "board-row__words", resource.extendedProps.words),
        ],
      }),
    };
  }

  // The component calls itself a table whose rows hold no cells: a group of buttons is what it is.
  function tidyRoles() {
    for (const one of place.querySelectorAll("[role]:not([role=group], [role=presentation])")) {
      one.removeAttribute("role");
      one.removeAttribute("aria-colindex");
      one.removeAttribute("aria-colspan");
    }
    place.querySelector(".ec")?.setAttribute("role", "group");
    for (const one of place.querySelectorAll("aside:not([role]), header:not([role])")) {
      one.setAttribute("role", "presentation");
    }
    for (const one of place.querySelectorAll("time[aria-label]")) {
      one.removeAttribute("aria-label");
    }
    place.querySelector(".ec-main")?.setAttribute("tabindex", "0");
  }

  // --- by mouse -------------------------------------------------------------------------------------------------------

  function rowUnder(x, y) {
    return calendar.dateFromPoint(x, y)?.resource?.id || "";
  }

  function begin({ event, jsEvent }) {
    const { card } = event.extendedProps;
    forbidden = null;
    drag = { card, from: rowUnder(jsEvent.clientX, jsEvent.clientY) || card.rows[0] };
    lookUp(card, drag.from).catch(() => {});
  }

  // The click that ends a drag opens nothing.
  function end() {
    unlight();
    setTimeout(() => {
      drag = null;
    });
  }

  function onTheWay({ event, jsEvent }) {
    if (drag && jsEvent) {
      showTip(jsEvent.clientX, jsEvent.clientY, rowOf(event), event.start, event.end);
    }
    return true; // the server decides
  }

  const rowOf = (event) => event.resourceIds.at(-1);

  function dropped({ event, oldEvent, newResource, revert }) {
    const { card } = event.extendedProps;
    const from = drag?.from || rowOf(oldEvent);
    save(card, { start: event.start, end: event.end, from, row: newResource ? newResource.id : from }, revert);
  }

  // A draft from the list beside the board: the component knows nothing of it until it is dropped.
  board.addEventListener("pointerdown", (event) => {
    const item = event.target.closest("[data-draft]");
    if (!item || event.button !== 0 || event.pointerType !== "mouse" || !calendar) {
      return;
    }
    const card = data.unplanned.find((one) => String(one.id) === item.dataset.draft);
    if (card) {
      carry(card, item, event);
    }
  });

  function carry(card, item, down) {
    let isCarried = false;
    let wanted = null;

    function move(event) {
      if (!isCarried && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < DRAG_FROM_PX) {
        return;
      }
      event.preventDefault();
      if (!isCarried) {
        isCarried = true;
        forbidden = null;
        drag = { card, from: "" };
        item.classList.add("board-draft--carried");
        lookUp(card, "").catch(() => {});
      }
      const at = calendar.dateFromPoint(event.clientX, event.clientY);
      wanted = at?.resource ? placeFor(card, at) : null;
      if (wanted) {
        showTip(event.clientX, event.clientY, wanted.row, wanted.start, wanted.end);
      } else {
        tip.hidden = true;
      }
    }

    function drop() {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("pointercancel", drop);
      item.classList.remove("board-draft--carried");
      end();
      if (wanted) {
        save(card, wanted, () => {});
      }
    }

    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", drop);
  }

  function placeFor(card, at) {
    const start = new Date(at.date);
    if (!isDay) {
      const own = new Date(card.start);
      start.setHours(own.getHours(), own.getMinutes(), 0, 0);
    }
    const length = new Date(card.end) - new Date(card.start);
    return { start, end: new Date(+start + length), from: "", row: at.resource.id };
  }

  // --- by keyboard ----------------------------------------------------------------------------------------------------

  const cardOf = (id) => data.cards.find((one) => String(one.id) === String(id));

  function focusOn(id) {
    requestAnimationFrame(() =>
      requestAnimationFrame(() => (place.querySelector(`[data-card="${id}"]`) || place.querySelector(".ec-main"))?.focus()),
    );
  }

  function take(card) {
    if (!card.canMove) {
      say(words("Fixed"), "bad");
      return;
    }
    forbidden = null;
    keys = { card, from: card.rows[0], row: card.rows[0], start: new Date(card.start), end: new Date(card.end) };
    say(words("Taken", { what: card.title }));
    lookUp(card, keys.from).catch(() => {});
  }

  function redraw() {
    const { card, row, from, start, end } = keys;
    const rows = order === "trainer" ? [...card.rows.filter((one) => one !== from), row] : [row];
    calendar.updateEvent({
      ...eventOf(card),
      resourceIds: rows,
      start: stamp(start),
      end: stamp(end),
      classNames: [...eventOf(card).classNames, "board-card--taken"],
    });
    focusOn(card.id);
    const told = describe(row, start, end);
    say(told.text, told.tone);
  }

  function leave() {
    const { card } = keys;
    keys = null;
    unlight();
    calendar.updateEvent(eventOf(card));
    focusOn(card.id);
  }

  function shift(minutes, days, isLength) {
    const moved = (date) => {
      const copy = new Date(date);
      copy.setDate(copy.getDate() + days);
      copy.setMinutes(copy.getMinutes() + minutes);
      return copy;
    };
    const last = moved(keys.end);
    if (isLength && last <= keys.start) {
      return;
    }
    keys.end = last;
    keys.start = isLength ? keys.start : moved(keys.start);
    redraw();
  }

  function changeRow(by) {
    const index = data.rows.findIndex((row) => row.id === keys.row) + by;
    if (index >= 0 && index < data.rows.length) {
      keys.row = data.rows[index].id;
      redraw();
    }
  }

  function pressed(event) {
    const sign = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (sign && event.shiftKey) {
      shift(sign * STEP_MINUTES, 0, true);
    } else if (sign) {
      shift(isDay ? sign * STEP_MINUTES : 0, isDay ? 0 : sign, false);
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      changeRow(event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Enter" || event.key === " ") {
      const { card, ...wanted } = keys;
      keys = null;
      unlight();
      const putBack = () => {
        calendar.updateEvent(eventOf(card));
        focusOn(card.id);
      };
      save(card, wanted, putBack);
    } else if (event.key === "Escape") {
      leave();
      say(words("PutBack"));
    } else if (event.key === "Tab") {
      leave();
      return;
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // Asked of the whole window while a card is taken: it is drawn anew at each step, and has no focus for a moment.
  window.addEventListener(
    "keydown",
    (event) => {
      if (keys) {
        pressed(event);
        return;
      }
      const card = cardOf(event.target.closest?.("[data-board] .board-card__button")?.dataset.card);
      if (card && event.key === " ") {
        event.preventDefault();
        event.stopPropagation();
        take(card);
      }
    },
    true,
  );

  window.addEventListener("pointerdown", () => {
    if (keys) {
      leave();
      say(words("PutBack"));
    }
  });

  // --- the dialog -----------------------------------------------------------------------------------------------------

  async function openCard(card) {
    try {
      const answer = await ask(`${addressOf(card, "cardUrl")}${board.dataset.address}`);
      show(answer.html, () => {}, card.id);
    } catch (error) {
      say(error instanceof TypeError ? words("Failed") : error.message, "bad");
    }
  }

  function show(html, putBack, focused) {
    const title = (cardOf(focused) || data.unplanned.find((one) => String(one.id) === String(focused)))?.title || "";
    whenClosed = whenClosed && dialog.open ? whenClosed : () => {
      putBack();
      if (focused !== null) {
        focusOn(focused);
      }
    };
    dialog.dataset.card = focused ?? "";
    dialog.innerHTML = html;
    const head = element("div", "board__dialog-head", "");
    const close = element("button", "button button--secondary button--small", words("Close"));
    close.type = "button";
    close.addEventListener("click", () => dialog.close());
    head.append(element("h2", "board__dialog-title", title), close);
    dialog.prepend(head);
    dialog.setAttribute("aria-label", title);
    if (!dialog.open) {
      dialog.showModal();
    }
    dialog.scrollTop = 0;
    dialog.querySelector("[autofocus]")?.focus();
  }

  function closeDialog() {
    whenClosed = null;
    if (dialog.open) {
      dialog.close();
    }
  }

  dialog.addEventListener("close", () => {
    const undoIt = whenClosed;
    whenClosed = null;
    if (undoIt) {
      undoIt();
      say(words("PutBack"));
    }
  });

  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation(); // app.js would wait for another page
    const { card } = dialog.dataset;
    send(event.target.action, new FormData(event.target), () => {}, card || null);
  });

  part("undo").addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    send(event.target.action, new FormData(event.target), () => {});
  });

  place.addEventListener("click", (event) => {
    const card = cardOf(event.target.closest("[data-card]")?.dataset.card);
    if (card && !keys && !drag) {
      openCard(card);
    }
  });

  board.addEventListener("click", (event) => {
    const link = event.target.closest("[data-open]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    if (drag) {
      event.preventDefault();
      return;
    }
    const card = cardOf(link.dataset.open) || data.unplanned.find((one) => String(one.id) === link.dataset.open);
    if (card) {
      event.preventDefault();
      openCard(card);
    }
  });

  reload().catch((error) => say(error instanceof TypeError ? words("Failed") : error.message, "bad"));
}
