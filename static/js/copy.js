// A button that copies the text beside it: citations, code. Where the browser does not let pages copy, there is none.

for (const place of document.querySelectorAll("[data-module=copy]")) if (navigator.clipboard) place.append(button(place));

function button(place) {
  const { copy, copied } = place.dataset;
  const made = Object.assign(document.createElement("button"), { type: "button", className: "btn copy", textContent: copy });
  made.addEventListener("click", async () => {
    await navigator.clipboard.writeText(place.querySelector("code, .cite").textContent);
    made.textContent = copied;
    setTimeout(() => (made.textContent = copy), 2_000);
  });
  made.ariaLive = "polite";
  return made;
}
