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

// offers: after what has data-copies="WHAT IT IS" stands a button that copies its text.
function offers(root) {
  for (const from of root.querySelectorAll("[data-copies]")) {
    if (!navigator.clipboard || from.nextElementSibling?.matches(".made")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "made quiet small";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${from.dataset.copies}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(from.textContent).then(() => announce("Copied"), () => announce("Not copied"));
      button.textContent = "✓";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    from.after(" ", button);
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
offers(document);
addEventListener("fresh", (event) => { // see live.js
  copies(event.target);
  offers(event.target);
});
document.querySelectorAll("form[data-preview][data-preview-to]").forEach(previews);
