// The texts of the page, in its language, as the service wrote them into it.
const words = new Map();
for (const term of document.querySelectorAll("#words dt")) {
  words.set(term.textContent, term.nextElementSibling.textContent);
}

export function word(key) {
  return words.get(key) ?? key;
}
