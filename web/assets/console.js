// What makes pages more comfortable. None needs it: everything here can be done without script, too.

// copies: a button with data-copy="SELECTOR" copies the text of what the selector names. It is hidden where no script runs.
function copies(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) continue; // plain http: people mark and copy by hand
    button.hidden = false;
    const says = button.textContent;
    button.addEventListener("click", async () => {
      const from = document.querySelector(button.dataset.copy);
      let done = "Copied";
      try {
        await navigator.clipboard.writeText(from.value ?? from.textContent);
      } catch {
        done = "Not copied";
      }
      button.textContent = done;
      announce(done);
      setTimeout(() => { button.textContent = says; }, 2000);
    });
  }
}

// announce tells people who hear the page what changed.
function announce(text) {
  let voice = document.getElementById("voice");
  if (!voice) {
    voice = document.createElement("p");
    voice.id = "voice";
    voice.className = "visually-hidden";
    voice.setAttribute("role", "status");
    document.querySelector("main").append(voice);
  }
  voice.textContent = text;
}

// refreshes: an element with an id and data-refresh="SECONDS" is fetched anew from this same address. It stays as it is while the
// page is not looked at, while the focus or a selection is in it, and while one of its details is open.
function refreshes(region) {
  const every = Math.max(1, Number(region.dataset.refresh)) * 1000;
  const busy = () => document.hidden || region.contains(document.activeElement) || region.querySelector("details[open]") ||
    (String(getSelection()) && region.contains(getSelection().anchorNode));
  const again = () => setTimeout(turn, every);
  async function turn() {
    if (busy()) return again();
    try {
      const answer = await fetch(location.href, {headers: {Accept: "text/html"}, redirect: "error"});
      if (!answer.ok) return again();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(region.id);
      if (!fresh) return; // the page has become another
      if (!busy() && fresh.innerHTML !== region.innerHTML) {
        region.innerHTML = fresh.innerHTML;
        copies(region);
      }
      if (!fresh.dataset.refresh) return; // it is over: a run has ended, say
    } catch {
      // The service restarts, or the session is over: the next turn tells.
    }
    again();
  }
  again();
}

// previews: a form with data-preview="PATH" posts its fields there while they are changed, and shows the answer's element of the same
// id as data-preview-to="SELECTOR" names. Its own button stays for who has no script.
function previews(form) {
  const into = document.querySelector(form.dataset.previewTo);
  let asked = 0, timer;
  async function show() {
    const turn = ++asked;
    const fields = new URLSearchParams(new FormData(form));
    for (const secret of form.querySelectorAll("input[type=password]")) fields.delete(secret.name); // sent when it is meant to be
    try {
      const answer = await fetch(form.dataset.preview, {method: "POST", headers: {Accept: "text/html"}, body: fields, redirect: "error"});
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(into.id);
      if (fresh && turn === asked) {
        into.innerHTML = fresh.innerHTML;
        copies(into);
      }
    } catch {
      // What is shown stays.
    }
  }
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 200); });
}

copies(document);
document.querySelectorAll("[data-refresh][id]").forEach(refreshes);
document.querySelectorAll("form[data-preview][data-preview-to]").forEach(previews);
