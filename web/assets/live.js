// Live regions: an element with an id and data-refresh="SECONDS" is fetched anew from this same address, all of a page at once. What is
// read stays where it is: a region with the focus, a selection or an open form in it is left alone, and says that there is news; what
// changes elsewhere moves nothing that is on the screen. One with data-still is left alone under the mouse, too: rows that one is about to
// click do not move away.

const regions = () => [...document.querySelectorAll("[data-refresh][id]")];
let news; // the button that shows what is new in regions that were left alone

function busy(region) {
  const selection = getSelection();
  return region.contains(document.activeElement) || region.querySelector("details.ask[open], details.more[open], input:checked") || ("still" in region.dataset && region.matches(":hover")) ||
    (String(selection) && region.contains(selection.anchorNode));
}

// plain is an element as the server wrote it, without what scripts made of it.
function plain(element) {
  const copy = element.cloneNode(true);
  for (const made of copy.querySelectorAll(".made")) made.remove();
  for (const one of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of ["autofocus", "open", "hidden"]) one.removeAttribute(name);
    if (one.dataset.says) {
      one.textContent = one.dataset.says;
      for (const name of ["data-says", "title"]) one.removeAttribute(name);
    }
  }
  return copy.outerHTML.replace(/\s+/g, " ");
}

// lasting is what is news of an element: that something is a few seconds older is none.
const lasting = (element) => plain(element).replace(/\d+ (ms|s|min|h|days?)\b/g, "");

// held keeps the first thing that is on the screen where it is, while something above it changes. A row that was made anew is known by
// its link.
function held(change) {
  const seen = [...document.querySelectorAll("main :is(h2, h3, tr, li, p, .card)")].find((element) => element.getBoundingClientRect().top >= 0);
  const before = seen?.getBoundingClientRect().top, link = seen?.querySelector("a[href]")?.getAttribute("href");
  change();
  const now = seen?.isConnected ? seen : link && document.querySelector(`main a[href="${CSS.escape(link)}"]`)?.closest(seen.tagName);
  if (now && scrollY > 0) scrollBy(0, now.getBoundingClientRect().top - before);
}

// put replaces the children of a region that differ, so that the others stay the very same elements.
function put(region, fresh) {
  for (const element of fresh.querySelectorAll("[autofocus]")) element.removeAttribute("autofocus");
  const now = [...region.children], then = [...fresh.children];
  const alike = now.length === then.length && now.every((child, i) => child.tagName === then[i].tagName);
  held(() => {
    if (!alike) region.replaceChildren(...fresh.childNodes);
    else now.forEach((child, i) => { if (plain(child) !== plain(then[i])) child.replaceWith(then[i]); });
  });
  region.dispatchEvent(new CustomEvent("fresh", {bubbles: true}));
}

function tell(waiting) {
  news?.remove();
  news = undefined;
  if (!waiting.length) return;
  news = document.createElement("button");
  news.type = "button";
  news.className = "news";
  news.textContent = "This has changed: show it";
  news.addEventListener("click", () => {
    for (const [region, fresh] of waiting) put(region, fresh);
    news.remove();
    news = undefined;
  });
  document.querySelector("main").append(news);
}

async function turn() {
  const list = regions();
  if (!list.length) return; // all is over
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, {headers: {Accept: "text/html"}, redirect: "error"});
      if (answer.ok) show(list, new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The service restarts, or the session is over: the next turn tells.
    }
  }
  again();
}

function show(list, page) {
  const waiting = [];
  for (const region of list) {
    const fresh = page.getElementById(region.id);
    if (!fresh) continue; // the page has become another
    if (plain(fresh) !== plain(region)) {
      if (!busy(region)) put(region, fresh);
      else if (lasting(fresh) !== lasting(region)) waiting.push([region, fresh]);
    }
    if (!fresh.dataset.refresh) region.removeAttribute("data-refresh"); // it is over: a run has ended, say
  }
  tell(waiting);
}

function again() {
  const every = regions().map((region) => Number(region.dataset.refresh)).filter((seconds) => seconds > 0);
  if (every.length) setTimeout(turn, 1000 * Math.min(...every));
}

again();
