// Drafts: what was typed into a form that nobody could take, because the session was over or things had changed, is in the form again
// once its page is. It is kept in this tab alone, never in an address, for the same person; no password or key is among it, and nothing of whom somebody erases.

const key = "ghexport-draft";
const life = 30 * 60 * 1000;
const here = location.pathname;
const whom = document.body.dataset.user ?? "";

function saved() {
  try {
    const draft = JSON.parse(sessionStorage.getItem(key));
    return draft && Date.now() - draft.at < life ? draft : null;
  } catch {
    return null;
  }
}

const typed = (field) => field.name && !["hidden", "password", "submit", "file"].includes(field.type);

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches(".me, .find, [action='/login'], [action^='/erase']")) return;
  const fields = [...form.elements].filter(typed).map((field) => [field.name, field.value, field.checked ?? false]);
  sessionStorage.setItem(key, JSON.stringify({at: Date.now(), whom, page: here, action: form.getAttribute("action"), fields}));
});

// again puts a draft into its form, and leads there.
function again(draft) {
  const form = [...document.forms].find((one) => one.getAttribute("action") === draft.action && one.method === "post");
  if (!form) return;
  let first;
  for (const [name, value, checked] of draft.fields) {
    for (const field of [...form.elements].filter((one) => typed(one) && one.name === name)) {
      if (field.type === "radio" || field.type === "checkbox") {
        if (field.value === value) field.checked = checked;
      } else {
        field.value = value;
        first ??= field;
      }
    }
  }
  for (let outer = form; outer; outer = outer.parentElement?.closest("details")) outer.open = true;
  const says = document.createElement("p");
  says.className = "alert info";
  says.setAttribute("role", "status");
  says.textContent = "Nothing was done yet. What you typed is here again.";
  form.prepend(says);
  (first ?? form.querySelector("button")).focus();
}

const draft = saved();
if (document.querySelector("[data-keeps]")) { // this page says why it was not taken, or asks who comes
  if (draft) sessionStorage.setItem(key, JSON.stringify({...draft, kept: true}));
} else if (draft?.kept && draft.whom === whom && draft.page === here) {
  sessionStorage.removeItem(key);
  again(draft);
} else if (!draft?.kept || draft.whom !== whom) {
  sessionStorage.removeItem(key);
}
document.querySelector("form.me")?.addEventListener("submit", () => sessionStorage.removeItem(key));
