// Times are UTC as the server writes them. Who likes may have them in their own zone, or as how long ago; that is kept for this browser.
// What the server wrote is in the title, and in data-says.

const wanted = () => localStorage.getItem("ghexport-times") ?? "utc";
const full = new Intl.DateTimeFormat(undefined, {dateStyle: "medium", timeStyle: "medium"});
const ago = new Intl.RelativeTimeFormat("en", {numeric: "auto"});
const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(at) {
  const seconds = Math.round((at - Date.now()) / 1000);
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? units[3];
  return ago.format(Math.trunc(seconds / length), unit);
}

function write(root) {
  const mode = wanted();
  for (const time of root.querySelectorAll("time[datetime]")) {
    if (mode === "utc") {
      if (time.dataset.says) {
        time.textContent = time.dataset.says;
        time.removeAttribute("title");
        delete time.dataset.says;
      }
      continue;
    }
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    time.dataset.says ??= time.textContent;
    time.title = time.dataset.says;
    time.textContent = mode === "ago" ? relative(at) : full.format(at);
  }
}

function switches(name, value, change) {
  const place = document.querySelector(`[data-switch=${name}]`);
  if (!place) return;
  place.hidden = false;
  const select = place.querySelector("select");
  select.value = value;
  select.addEventListener("change", () => change(select.value));
}

write(document);
addEventListener("fresh", (event) => write(event.target)); // see live.js
setInterval(() => { if (wanted() === "ago") write(document); }, 30_000);
switches("times", wanted(), (mode) => {
  localStorage.setItem("ghexport-times", mode);
  write(document);
});
switches("theme", document.documentElement.dataset.theme ?? "", (theme) => {
  if (theme) {
    localStorage.setItem("ghexport-theme", theme);
    document.documentElement.dataset.theme = theme;
  } else {
    localStorage.removeItem("ghexport-theme");
    delete document.documentElement.dataset.theme;
  }
});
