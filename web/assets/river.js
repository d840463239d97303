// The bar over River UI leads from a job to its export, and writes beside each row whose job it is and how its export stands. River UI
// is one page that changes its address and its rows by script.
const link = document.getElementById("ghexport-export");
const seen = new Map(); // job: what is written beside its row; null for what is no export's
let asking = false;

function follow() {
  const job = location.pathname.match(/^\/river\/jobs\/(\d+)$/);
  if (job) link.href = "/river-job/" + job[1];
  link.hidden = !job;
  rows();
}

// rows are River UI's links to jobs.
const jobs = () => [...document.querySelectorAll("#root a[href]")].flatMap((row) => {
  const job = row.getAttribute("href").match(/\/jobs\/(\d+)$/);
  return job ? [[job[1], row]] : [];
});

async function rows() {
  const list = jobs();
  for (const [job, row] of list) {
    const says = seen.get(job);
    if (!says || row.querySelector(".ghexport-row")) continue;
    const words = document.createElement("span");
    words.className = "ghexport-row";
    for (const [name, text] of [["tag", says.org], ["state", says.state], ["why", says.why]]) {
      if (!text) continue;
      const part = document.createElement("span");
      part.className = "ghexport-" + name;
      part.textContent = text;
      words.append(part, " ");
    }
    row.append(words);
  }
  const unknown = [...new Set(list.map(([job]) => job))].filter((job) => !seen.has(job)).slice(0, 200);
  if (asking || !unknown.length) return;
  asking = true;
  try {
    const answer = await fetch("/river-rows?" + unknown.map((job) => "job=" + job).join("&"), {headers: {Accept: "application/json"}});
    const told = answer.ok ? await answer.json() : {};
    for (const job of unknown) seen.set(job, told[job] ?? null);
  } catch {
    for (const job of unknown) seen.set(job, null); // River UI says what it says
  }
  asking = false;
  rows();
}

new MutationObserver(follow).observe(document.getElementById("root"), {childList: true, subtree: true});
setInterval(() => seen.clear(), 30_000); // how an export stands changes
follow();
