// The bar over River UI leads from a job to its export. River UI is one page that changes its address by script.
const link = document.getElementById("ghexport-export");

function follow() {
  const job = location.pathname.match(/^\/river\/jobs\/(\d+)$/);
  if (job) link.href = "/river-job/" + job[1];
  link.hidden = !job;
}

new MutationObserver(follow).observe(document.getElementById("root"), {childList: true, subtree: true});
follow();
