// The sheet that a WhatsApp list opens as: rows with descriptions.
export class Sheet {
  constructor(dialog, pick) {
    this.dialog = dialog;
    this.pick = pick;
    dialog.querySelector("[data-do=close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close(); // beside the sheet
    });
  }

  open(message) {
    this.dialog.querySelector("h3").textContent = message.opens;
    const rows = this.dialog.querySelector(".rows");
    rows.replaceChildren(...message.list.map((row) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.payload = row.payload;
      const label = document.createElement("b");
      label.textContent = row.label;
      button.append(label);
      if (row.desc) {
        const desc = document.createElement("span");
        desc.textContent = row.desc;
        button.append(desc);
      }
      button.addEventListener("click", () => {
        this.dialog.close();
        this.pick(message.id, row);
      });
      return button;
    }));
    this.place();
    this.dialog.showModal();
    rows.querySelector("button")?.focus();
  }

  // place lays the sheet over the foot of its phone, as far as that is in sight.
  place() {
    const screen = this.dialog.parentElement.getBoundingClientRect();
    const style = this.dialog.style;
    style.left = `${screen.left}px`;
    style.right = "auto";
    style.width = `${screen.width}px`;
    style.bottom = `${Math.max(0, innerHeight - screen.bottom)}px`;
    style.maxHeight = `${Math.max(240, Math.min(screen.height, innerHeight) * 0.85)}px`;
  }
}
