// A message as an element. Words are always set as text: what a person has typed
// never becomes markup.
import { word } from "./words.js";

const links = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)»]/g;
const italics = /(^|[\s(])_([^_\n]+)_(?=$|[\s.,;:!?)])/;

function element(name, className, text) {
  const e = document.createElement(name);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

// words puts a text into an element, with links; _words_ in italics where the
// platform has them.
function words(into, text, italic) {
  let at = 0;
  for (const match of text.matchAll(links)) {
    styled(into, text.slice(at, match.index), italic);
    const a = element("a", "", match[0]);
    a.href = match[0];
    a.target = "_blank";
    a.rel = "noopener noreferrer";
    into.append(a);
    at = match.index + match[0].length;
  }
  styled(into, text.slice(at), italic);
}

function styled(into, text, italic) {
  const match = italic ? italics.exec(text) : null;
  if (!match) {
    into.append(text);
    return;
  }
  into.append(text.slice(0, match.index) + match[1], element("em", "", match[2]));
  styled(into, text.slice(match.index + match[0].length), italic);
}

const hours = new Intl.DateTimeFormat("fr", { hour: "2-digit", minute: "2-digit" });

// bubble makes the element of a message.
export function bubble(b, phone) {
  const item = element("article", b.mine ? "message mine" : "message");
  item.dataset.number = b.number;
  item.dataset.id = b.id;
  const box = element("div", "bubble");
  if (b.lang) box.lang = b.lang;
  box.append(element("span", "sr", (b.mine ? word("mine") : "Mboka") + " : "));
  media(box, b);
  if (b.text) {
    const p = element("p", "text");
    words(p, b.text, phone.channel === "whatsapp");
    box.append(p);
  }
  const time = element("span", "time");
  if (b.edited) time.append(element("span", "edited", word("edited") + " "));
  const when = element("time", "", hours.format(new Date(b.at)));
  when.dateTime = b.at;
  time.append(when);
  box.append(time);
  item.append(box);
  buttons(item, b, phone);
  return item;
}

function media(box, b) {
  if (b.kind) box.append(element("p", "sent sent-" + b.kind, word("kind-" + b.kind)));
  if (b.picture) {
    const img = element("img");
    img.src = b.picture.path ?? "/chat/media/" + b.picture.name;
    img.alt = b.text;
    const open = element("a", "picture");
    open.href = img.src;
    open.target = "_blank";
    open.append(img);
    box.append(open);
  }
  if (b.file) {
    const a = element("a", "file");
    a.href = "/chat/media/" + b.file.name;
    a.download = b.file.file;
    a.append(element("b", "", b.file.file), element("span", "", Math.ceil((b.file.size ?? 0) / 1024) + " KB"));
    box.append(a);
  }
}

// buttons puts the buttons under a message, or the one that opens its list.
function buttons(item, b, phone) {
  if (b.rows) {
    const keys = element("div", "keys");
    for (const row of b.rows) {
      const line = element("div", "row");
      for (const one of row) line.append(key(b, one, phone));
      keys.append(line);
    }
    item.append(keys);
  }
  if (b.list) {
    const keys = element("div", "keys");
    const open = element("button", "opens", b.opens);
    open.type = "button";
    open.setAttribute("aria-haspopup", "dialog");
    open.addEventListener("click", () => phone.sheet.open(b));
    keys.append(open);
    item.append(keys);
  }
}

function key(b, one, phone) {
  const button = element("button", "", (one.ticked ? "✅ " : "") + one.label);
  button.type = "button";
  button.dataset.payload = one.payload;
  button.addEventListener("click", () => phone.tap(b.id, one));
  return button;
}

// replace exchanges a message that was edited, and keeps the focus on the button
// that was touched: its payload may be another now, its place is not.
export function replace(old, fresh) {
  const before = [...old.querySelectorAll("button")].indexOf(document.activeElement);
  old.replaceWith(fresh);
  if (before >= 0) fresh.querySelectorAll("button")[before]?.focus();
}
