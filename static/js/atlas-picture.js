// The atlas's picture as PNG, for reports: the same drawing as the SVG beside it, made by the browser, twice as wide.

for (const button of document.querySelectorAll("[data-module=picture]")) {
  const link = button.parentElement.querySelector("a[download]");
  button.hidden = false;
  button.addEventListener("click", () => save(link.href));
}

async function save(address) {
  const picture = Object.assign(new Image(), { src: address });
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.naturalWidth, height: picture.naturalHeight });
  canvas.getContext("2d").drawImage(picture, 0, 0);
  const file = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const url = URL.createObjectURL(file);
  const by = new URL(address).searchParams;
  const name = ["popmap-atlas", by.get("by") ?? "kind", by.get("value")].filter(Boolean).join("-");
  Object.assign(document.createElement("a"), { href: url, download: `${name}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
