// Asks the server, whose answers are JSON (scheduling/views/board.py).

import { board, part, words } from "./page.js";

// The page has the address of a meeting 0.
const addressOf = (card, name) => board.dataset[name].replace("/0/", `/${card.id}/`);

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

// What is said of an error of `ask`: the browser's own, of a connection, is in no words for people.
export function trouble(error) {
  return error instanceof TypeError ? words("Failed") : error.message;
}

// What the page brought along is asked for again only after a change: the lists, and what can be taken back.
export const askForMeetings = (isFirst) => ask(`${board.dataset.feed}${isFirst ? "" : "&lists=1"}`);

export const askForForm = (card) => ask(`${addressOf(card, "cardUrl")}${board.dataset.address}`);

export function askWhereForbidden(card, outOf) {
  return ask(`${addressOf(card, "allowedUrl")}${board.dataset.address}${outOf ? `&out_of=${outOf}` : ""}`);
}

export const send = (url, fields) => ask(url, { method: "POST", body: fields });
export const addressOfMove = (card) => addressOf(card, "cardUrl");
export const token = () => part("token").elements.csrfmiddlewaretoken.value;
