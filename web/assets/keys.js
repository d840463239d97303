// Keys: "/" goes to the search, "g" and a letter to a page, "j" and "k" through a list, "?" shows them all. Every one of them is a link
// or a field of the page, so nothing needs this. They can be turned off, for who speaks to the machine.

const off = "ghexport-keys-off";
const sheet = document.getElementById("keys");
const opener = document.querySelector("[data-keys]");
let going = 0; // until when a letter means a page

const types = (element) => element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select");

// rows are what "j" and "k" go through: each by its first link.
const rows = () => [...document.querySelectorAll("main tbody tr")].map((row) => row.querySelector("a[href]")).filter((link) => link?.checkVisibility());

function step(by) {
  const links = rows();
  if (!links.length) return;
  const row = document.activeElement.closest("main tbody tr");
  const at = row ? links.findIndex((link) => row.contains(link)) : -1;
  const to = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
  links[to].focus();
  links[to].closest("tr").scrollIntoView({block: "nearest"});
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (localStorage.getItem(off) || types(event.target) || document.querySelector("dialog[open]")) return;
  const page = Date.now() < going && document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
  going = event.key === "g" ? Date.now() + 2000 : 0;
  if (page) page.click();
  else if (event.key === "/") document.getElementById("find")?.select();
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "?") sheet.showModal();
  else return;
  event.preventDefault();
}

if (sheet && opener) {
  document.addEventListener("keydown", pressed);
  opener.hidden = false;
  opener.addEventListener("click", () => sheet.showModal());
  const on = sheet.querySelector("input");
  on.checked = !localStorage.getItem(off);
  on.addEventListener("change", () => on.checked ? localStorage.removeItem(off) : localStorage.setItem(off, "1"));
}
