// Reloads the page when the preview server tells of a newer version of the site.
const versions = new EventSource("/-/reload");
let shown = null;
versions.onmessage = (event) => {
  if (shown !== null && event.data !== shown) location.reload();
  shown = event.data;
};
addEventListener("pagehide", () => versions.close());
