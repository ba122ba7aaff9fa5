// Puts a card down: mouse, keyboard and form send the same fields, and the server decides.

import { say } from "./announcing.js";
import { closeDialog, dialog, show } from "./dialog.js";
import { draw, focusOn, isDrawn } from "./drawing.js";
import { putAllBack } from "./lifting.js";
import { anyCardOf, keep, pkOf } from "./meetings.js";
import { order, part, words } from "./page.js";
import { addressOfMove, askForForm, askForMeetings, send, token, trouble } from "./server.js";
import { clock, dayOf } from "./times.js";

const nothing = () => {};

export async function reload(focused = null) {
  const isFirst = !isDrawn();
  const answer = await askForMeetings(isFirst);
  keep(answer);
  if (!isFirst) {
    part("list").innerHTML = answer.listHtml;
    part("unplanned").innerHTML = answer.unplannedHtml;
    part("undo").innerHTML = answer.undoHtml;
  }
  draw();
  putAllBack();
  if (focused !== null) {
    focusOn(focused);
  }
}

// The card goes to the wanted row and time, and back where it stood if the server does not let it.
export function save(card, wanted, putBack = nothing) {
  return settle(addressOfMove(card), fieldsFor(card, wanted), putBack, card.id);
}

// The one way to a change: saved, refused with sentences, or asked about in the dialog first.
async function settle(url, fields, putBack, focused = null) {
  say(words("Saving"));
  let answer;
  try {
    answer = await send(url, fields);
  } catch (error) {
    putBack();
    say(trouble(error), "bad");
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
    showForm(answer.html, putBack, focused);
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
  let { trainers } = card;
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

export async function openCard(card) {
  try {
    const answer = await askForForm(card);
    showForm(answer.html, nothing, card.id);
  } catch (error) {
    say(trouble(error), "bad");
  }
}

function showForm(html, putBack, focused) {
  dialog.dataset.card = focused ?? "";
  show(html, anyCardOf(focused)?.title || "", () => {
    putBack();
    if (focused !== null) {
      focusOn(focused);
    }
  });
}

export function listenToForms() {
  const settleThoseOf = (place, focused) =>
    place.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation(); // app.js would wait for another page
      settle(event.target.action, new FormData(event.target), nothing, focused());
    });
  settleThoseOf(dialog, () => dialog.dataset.card || null);
  settleThoseOf(part("undo"), () => null);
}
