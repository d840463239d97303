// Lists: a click with shift ticks all between it and the one before, "x" ticks the row that has the focus, and a filter can be kept
// under a name, in this browser.

// ticks makes what is ticked in a form be said, and ranges be ticked.
function ticks(form) {
  const boxes = () => [...form.querySelectorAll("tbody input[type=checkbox]")];
  const says = form.querySelector("[data-selected]"), all = form.querySelector("[name=all]");
  let last;
  form.addEventListener("click", (event) => {
    if (!event.target.matches("tbody input[type=checkbox]")) return;
    const list = boxes(), at = list.indexOf(event.target), from = list.indexOf(last);
    if (event.shiftKey && from >= 0) {
      for (const box of list.slice(Math.min(at, from), Math.max(at, from) + 1)) box.checked = event.target.checked;
    }
    last = event.target;
  });
  const head = form.querySelector("thead .tick");
  const every = document.createElement("input");
  every.type = "checkbox";
  every.className = "made";
  every.setAttribute("aria-label", "Select all on this page");
  every.addEventListener("change", () => { for (const box of boxes()) box.checked = every.checked; });
  head?.append(every);
  function tell() {
    const n = boxes().filter((box) => box.checked).length;
    says.textContent = all?.checked ? "With" : n ? `With ${n} selected:` : "With what is ticked:";
    every.checked = n > 0 && n === boxes().length;
    every.indeterminate = n > 0 && n < boxes().length;
  }
  form.addEventListener("click", () => setTimeout(tell));
  form.addEventListener("change", tell);
  addEventListener("fresh", tell);
  addEventListener("keydown", (event) => {
    const box = event.key === "x" && document.activeElement.closest("tbody tr")?.querySelector("input[type=checkbox]");
    if (!box || document.activeElement === box || event.ctrlKey || event.metaKey || event.altKey) return;
    box.click();
    event.preventDefault();
  });
}

// saves shows the filters that were kept, and takes the present one. An address of ours never holds a person.
function saves(place) {
  const key = "ghexport-filters", base = place.dataset.saves;
  const kept = () => JSON.parse(localStorage.getItem(key) ?? "[]");
  const keep = (list) => {
    localStorage.setItem(key, JSON.stringify(list));
    draw();
  };
  const element = (tag, text, more = {}) => Object.assign(document.createElement(tag), {textContent: text, ...more});
  function draw() {
    place.replaceChildren();
    const mine = kept().filter((one) => one.base === base);
    for (const one of mine) {
      const item = element("span", "", {className: "tag"});
      const gone = element("button", "×", {type: "button", className: "quiet small"});
      gone.setAttribute("aria-label", `Forget the filter ${one.name}`);
      gone.addEventListener("click", () => keep(kept().filter((other) => other.base !== base || other.name !== one.name)));
      item.append(element("a", one.name, {href: base + one.query}), " ", gone);
      place.append(item, " ");
    }
    const query = location.search.replace(/[?&](done|n|refused|found|after|before)=[^&]*/g, "").replace(/^&/, "?");
    if (query && !mine.some((one) => one.query === query)) place.append(form(query));
    place.hidden = !place.childNodes.length;
  }
  function form(query) {
    const form = document.createElement("form");
    const name = element("input", "", {id: "filter-name", required: true, maxLength: 40, autocomplete: "off", placeholder: "name of this filter"});
    name.setAttribute("aria-label", "Name of this filter");
    form.append(name, " ", element("button", "Keep this filter", {className: "secondary small"}));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      keep([...kept().filter((one) => one.base !== base || one.name !== name.value), {base, query, name: name.value}]);
    });
    return form;
  }
  draw();
}

document.querySelectorAll("form.selects").forEach(ticks);
document.querySelectorAll("[data-saves]").forEach(saves);
