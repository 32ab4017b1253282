// One virtual phone: whose it is now, and what stands on it.
import { bubble, replace } from "./bubble.js";
import { Sheet } from "./sheet.js";
import { word } from "./words.js";

// typingFor is how long the dots show that an answer is awaited: some messages
// have none.
const typingFor = 8000;

export class Phone {
  constructor(section, post, counted) {
    this.section = section;
    this.channel = section.id;
    this.post = (path, body) => post(path, { phone: this.channel, person: this.person, ...body });
    this.counted = counted;
    this.log = section.querySelector(".log");
    this.scroll = section.querySelector(".scroll");
    this.input = section.querySelector("[name=text]");
    this.typing = section.querySelector(".typing");
    this.sheet = new Sheet(section.querySelector("dialog"), (message, button) => this.tap(message, button));
    this.faces = [...section.querySelectorAll("[data-person]")];
    this.person = this.faces[0].dataset.person;
    this.chats = new Map();
    this.reset();
    this.listen();
  }

  listen() {
    for (const face of this.faces) face.addEventListener("click", () => this.hold(face.dataset.person));
    this.section.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.say(this.input.value, true);
    });
    for (const one of this.section.querySelectorAll("[data-write]")) {
      one.addEventListener("click", () => { this.shut(one); this.say(one.dataset.write); });
    }
    for (const one of this.section.querySelectorAll("[data-send]")) {
      one.addEventListener("click", () => { this.shut(one); this.do("/send", { kind: one.dataset.send }); });
    }
    const on = (what, act) => this.section.querySelector(`[data-do=${what}]`)?.addEventListener("click", act);
    on("start", () => { this.say("/start"); this.input.focus(); });
    on("join", () => { this.do("/join", {}); this.input.focus(); });
    on("anew", (event) => { this.shut(event.target); this.post("/new", {}); });
    on("save", (event) => {
      event.currentTarget.href = "/chat/transcript?" + new URLSearchParams({ phone: this.channel, person: this.person, lang: document.documentElement.lang });
      event.currentTarget.closest("details").open = false;
    });
  }

  // shut closes the menu that a button stands in, and keeps the focus near it.
  shut(button) {
    const menu = button.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
  }

  async say(text, written) {
    if (!text.trim()) return;
    const done = await this.do("/say", { text });
    if (written && done) this.input.value = "";
  }

  tap(message, button) {
    return this.do("/tap", { message, payload: button.payload });
  }

  async do(path, body) {
    this.wait();
    const done = await this.post(path, body);
    if (!done) this.rest();
    return done;
  }

  wait() {
    this.typing.hidden = false;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.rest(), typingFor);
    this.bottom();
  }

  rest() {
    this.typing.hidden = true;
    clearTimeout(this.waiting);
  }

  // reset forgets everything: all of it comes again.
  reset() {
    this.chats.clear();
    this.quiet(() => this.log.replaceChildren());
    this.loading = true;
    this.draw();
  }

  chat(person) {
    if (!this.chats.has(person)) this.chats.set(person, { round: 0, bubbles: new Map(), unread: 0, joined: false });
    return this.chats.get(person);
  }

  // take applies one change.
  take(change) {
    const chat = this.chat(change.person);
    const shown = change.person === this.person;
    if (change.round < chat.round) return;
    if (change.round > chat.round || (change.began && this.loading)) {
      chat.round = change.round;
      chat.bubbles.clear();
      chat.unread = 0;
      if (shown) this.log.replaceChildren();
    }
    chat.joined = change.joined ?? false;
    const b = change.bubble;
    if (b) {
      const fresh = !chat.bubbles.has(b.number);
      chat.bubbles.set(b.number, b);
      if (!b.mine && fresh && !this.loading && !(shown && this.visible())) chat.unread++;
      if (shown) this.show(b);
    }
    this.draw();
  }

  // show puts a bubble in its place.
  show(b) {
    if (!b.mine) this.rest();
    const near = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 120;
    const old = this.log.querySelector(`[data-number="${b.number}"]`);
    const fresh = bubble(b, this);
    if (old) {
      replace(old, fresh);
    } else {
      const after = [...this.log.children].find((one) => Number(one.dataset.number) > b.number);
      this.log.insertBefore(fresh, after ?? null);
    }
    if (near || b.mine) this.bottom();
  }

  // settled is told when all that there was has come.
  settled() {
    this.loading = false;
    this.log.removeAttribute("aria-busy");
  }

  // hold gives the phone to another person.
  hold(person) {
    this.person = person;
    this.rest();
    this.quiet(() => this.log.replaceChildren(...[...this.chat(person).bubbles.values()].sort((a, b) => a.number - b.number).map((b) => bubble(b, this))));
    this.seen();
    this.bottom();
  }

  // quiet changes the messages without having them read aloud.
  quiet(change) {
    this.log.setAttribute("aria-live", "off");
    change();
    requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
  }

  visible() {
    return this.section.offsetParent !== null;
  }

  seen() {
    if (this.visible()) this.chat(this.person).unread = 0;
    this.draw();
  }

  bottom() {
    requestAnimationFrame(() => { this.scroll.scrollTop = this.scroll.scrollHeight; });
  }

  // draw shows whose phone it is, what is new for whom, and what can be done.
  draw() {
    const chat = this.chat(this.person);
    let all = 0;
    let staff = false;
    for (const face of this.faces) {
      const mine = face.dataset.person === this.person;
      const n = this.chat(face.dataset.person).unread;
      all += n;
      face.setAttribute("aria-pressed", String(mine));
      const badge = face.querySelector(".count");
      badge.textContent = n ? String(n) : "";
      badge.title = word("unread");
      badge.hidden = !n;
      if (mine) {
        staff = Boolean(face.dataset.staff);
        this.section.querySelector(".holder").textContent = face.dataset.name;
      }
    }
    const none = chat.bubbles.size === 0;
    const invited = staff && !chat.joined;
    this.section.querySelector(".invite").hidden = !invited;
    this.section.querySelector(".empty").hidden = !none || invited;
    const start = this.section.querySelector(".begin");
    if (start) start.hidden = !none || invited;
    this.counted(this.channel, all);
  }
}
