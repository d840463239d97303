// Which colours somebody chose is known before the first thing is drawn, so that no page flashes: this is no module, and stands first.
try {
  const theme = localStorage.getItem("ghexport-theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing shows what its system says.
}
