// The page with two virtual phones: what happens on them arrives as a stream of
// changes, what is done on them is posted. Nothing is kept here that the service
// does not have: after a reload the page is as before.
import { Phone } from "./phone.js";
import { word } from "./words.js";

const status = document.getElementById("status");
const clock = document.getElementById("clock");
const phones = new Map();

function tell(text) {
  status.textContent = text;
}

// post hands something to the service. A refusal is told, and is false.
async function post(path, body) {
  try {
    const answer = await fetch("/chat" + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...body, lang: document.documentElement.lang }),
    });
    if (answer.ok) {
      tell("");
      return await answer.json();
    }
    tell(answer.status === 409 ? word("gone") : word("failed"));
  } catch {
    tell(word("failed"));
  }
  return false;
}

for (const section of document.querySelectorAll(".phone")) {
  phones.set(section.id, new Phone(section, post, counted));
}

// counted shows what is new on a phone that is not in sight.
function counted(channel, unread) {
  const badge = document.querySelector(`[data-show="${channel}"] .count`);
  const away = document.body.dataset.shown !== channel;
  badge.textContent = unread || "";
  badge.hidden = !unread || !away;
}

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    document.body.dataset.shown = button.dataset.show;
    for (const one of document.querySelectorAll("[data-show]")) {
      one.setAttribute("aria-pressed", String(one === button));
    }
    for (const phone of phones.values()) phone.seen();
  });
}

// No browser knows the days in Lingala: their names come with the page.
const days = word("days").split("|");
const months = word("months").split("|");
const two = (n) => String(n).padStart(2, "0");
let ahead = 0; // of this machine's clock, in milliseconds

function tick() {
  const t = new Date(Date.now() + ahead);
  clock.textContent = `${days[t.getDay()]} ${t.getDate()} ${months[t.getMonth()]} ${t.getFullYear()}, ${two(t.getHours())}:${two(t.getMinutes())}`;
}

function setClock(time) {
  ahead = new Date(time.now) - Date.now();
  tick();
}

setInterval(tick, 10_000);

for (const button of document.querySelectorAll("[data-hours]")) {
  button.addEventListener("click", async () => {
    const all = document.querySelectorAll("[data-hours]");
    for (const one of all) one.setAttribute("aria-disabled", "true");
    tell(word("moving"));
    const time = await post("/forward", { hours: Number(button.dataset.hours) });
    for (const one of all) one.removeAttribute("aria-disabled");
    if (time) {
      setClock(time);
      tell(word("moved"));
    }
  });
}

// The browser takes a stream that was cut up again by itself, behind the last
// change that it has got. "hello" begins anew: another process, or a reload.
const stream = new EventSource("/chat/events");
stream.addEventListener("hello", (event) => {
  for (const phone of phones.values()) phone.reset();
  setClock(JSON.parse(event.data));
});
stream.addEventListener("change", (event) => {
  const change = JSON.parse(event.data);
  if (change.others) {
    for (const [channel, n] of Object.entries(change.others)) {
      document.getElementById("others-" + channel).textContent = n;
    }
    return;
  }
  phones.get(change.phone)?.take(change);
});
stream.addEventListener("settled", (event) => {
  setClock(JSON.parse(event.data));
  for (const phone of phones.values()) phone.settled();
  document.documentElement.dataset.ready = "1";
});
stream.addEventListener("open", () => tell(""));
stream.addEventListener("error", () => tell(word("lost")));

// One menu is open at a time, and Escape closes it.
document.addEventListener("toggle", (event) => {
  if (event.target.localName !== "details" || !event.target.open) return;
  for (const other of document.querySelectorAll("details[open]")) {
    if (other !== event.target) other.open = false;
  }
}, true);
document.addEventListener("keydown", (event) => {
  const open = event.target.closest?.("details[open]");
  if (event.key === "Escape" && open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
