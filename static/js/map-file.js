/* The stand-alone map (popmap/web/folium_map.py): marks, clusters and what opens at a mark. Written into the file itself,
   before Folium's own script, which calls popmapMarks. Names and numbers are never put together to HTML here: what opens
   is a copy of the service's entry in the list. */
(() => {
  "use strict";
  const KINDS = ["helpline", "official_service", "youth_led", "ai_driven"];
  const APART = 56; // pixels: marks closer than this become one cluster
  const words = JSON.parse(document.getElementById("words").textContent);
  const plural = new Intl.PluralRules(document.documentElement.lang);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const SVG = "http://www.w3.org/2000/svg";

  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...children);
    return element;
  }

  function glyph(kind, hollow) {
    const picture = document.createElementNS(SVG, "svg");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `#g-${kind}`);
    picture.setAttribute("class", `glyph k-${kind}${hollow ? " hollow" : ""}`);
    picture.setAttribute("aria-hidden", "true");
    picture.append(use);
    return picture;
  }

  const entry = (index) => document.querySelector(`#s${index} > article`);
  const nameOf = (index) => entry(index).querySelector("h3").textContent;
  const counted = (key, count) => words[`${key}_${plural.select(count)}`].replace("{count}", number.format(count));

  function clusterName(marks) {
    const kinds = KINDS.map((kind, i) => [kind, marks.filter((mark) => mark[2] === i).length]).filter(([, n]) => n);
    return counted("cluster_here", marks.length).replace("{kinds}", kinds.map(([kind, n]) => counted(kind, n)).join(", "));
  }

  function shares(marks) {
    let from = 0;
    const slices = KINDS.map((_, i) => {
      const to = from + (100 * marks.filter((mark) => mark[2] === i).length) / marks.length;
      const slice = `var(--k${i + 1}) ${from}% ${to}%`;
      from = to;
      return slice;
    });
    return `conic-gradient(${slices.join(",")})`;
  }

  /* Marks that would lie on one another: each joins the first group whose middle is near. [[mark, …], …] */
  function gathered(map, marks) {
    const groups = [];
    for (const mark of marks) {
      const at = map.project([mark[1], mark[0]], map.getZoom());
      const near = groups.find((group) => group.middle.distanceTo(at) < APART);
      if (near) {
        near.middle = near.middle.multiplyBy(near.marks.length).add(at).divideBy(near.marks.length + 1);
        near.marks.push(mark);
      } else groups.push({ middle: at, marks: [mark] });
    }
    return groups.map((group) => group.marks);
  }

  function middle(marks) {
    const mean = (i) => marks.reduce((sum, mark) => sum + mark[i], 0) / marks.length;
    return [mean(1), mean(0)];
  }

  function lookAt(map, key) {
    map.getContainer().querySelector(`[data-key="${key}"]`)?.focus({ preventScroll: true });
  }

  function open(map, at, node, from) {
    const close = make("button", "close", "×");
    close.type = "button";
    close.setAttribute("aria-label", words.close);
    const popup = L.popup({ closeButton: false, minWidth: 220, maxWidth: 320, maxHeight: 320 });
    close.addEventListener("click", () => map.closePopup(popup));
    popup.setLatLng(at).setContent(make("div", "opened", close, node)).openOn(map);
    close.focus({ preventScroll: true });
    // moving the map for what opens draws the marks anew: the one to go back to is found again by its number
    popup.on("remove", () => lookAt(map, from));
  }

  function several(map, at, marks, from) {
    const list = make("ul", "names");
    for (const mark of marks) {
      const button = make("button", "name", glyph(KINDS[mark[2]], !mark[3]), nameOf(mark[4]));
      button.type = "button";
      button.addEventListener("click", () => open(map, at, entry(mark[4]).cloneNode(true), from));
      list.append(make("li", "", button));
    }
    open(map, at, list, from);
  }

  function place(layer, at, key, { className, label, content, press }) {
    const icon = L.divIcon({ className, html: content, iconSize: null });
    const marker = L.marker(at, { icon, title: label, alt: label, keyboard: true }).addTo(layer);
    const element = marker.getElement();
    element.setAttribute("aria-label", label);
    element.dataset.key = key;
    marker.on("click", () => press(key));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      press(key);
    });
  }

  function draw(map, layer, marks) {
    const held = document.activeElement?.dataset.key; // drawn anew, the mark that was looked at keeps the focus
    layer.clearLayers();
    const view = map.getBounds().pad(0.3);
    for (const some of gathered(map, marks.filter((mark) => view.contains([mark[1], mark[0]])))) {
      if (some.length === 1) {
        const [[lon, lat, kind, visitable, index]] = some;
        const press = (from) => open(map, [lat, lon], entry(index).cloneNode(true), from);
        place(layer, [lat, lon], index, { className: "mark", label: nameOf(index), content: glyph(KINDS[kind], !visitable), press });
      } else {
        const round = make("span", "round", make("b", "", number.format(some.length)));
        round.style.background = shares(some);
        const press = (from) => enter(map, some, from);
        place(layer, middle(some), some[0][4], { className: "cluster", label: clusterName(some), content: round, press });
      }
    }
    if (held) lookAt(map, held);
  }

  function enter(map, some, from) {
    const bounds = L.latLngBounds(some.map((mark) => [mark[1], mark[0]]));
    const target = Math.min(map.getMaxZoom(), map.getBoundsZoom(bounds.pad(0.3)));
    const oneSpot = bounds.getSouthWest().equals(bounds.getNorthEast());
    if (oneSpot || target <= map.getZoom()) several(map, middle(some), some, from);
    else map.setView(bounds.getCenter(), target);
  }

  /* Near enough to tell them apart; where all stand in one spot, far enough to see which country that is. */
  function around(map, marks) {
    const bounds = L.latLngBounds(marks.map((mark) => [mark[1], mark[0]]));
    const oneSpot = marks.length && bounds.getSouthWest().equals(bounds.getNorthEast());
    if (marks.length) map.fitBounds(bounds.pad(0.1), { maxZoom: oneSpot ? 5 : 6 });
    else map.setView([20, 10], map.getMinZoom());
  }

  window.popmapMarks = (map, marks) => {
    const layer = L.layerGroup().addTo(map);
    around(map, marks);
    map.on("moveend zoomend", () => draw(map, layer, marks));
    draw(map, layer, marks);
    const press = { in: () => map.zoomIn(), out: () => map.zoomOut(), all: () => around(map, marks) };
    for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", press[button.dataset.zoom]);
    document.querySelector(".zoom").hidden = false;
    map.getContainer().addEventListener("keydown", (event) => event.key === "Escape" && map.closePopup());
    map.getContainer().dataset.state = "ready";
  };

  document.getElementById("leave").addEventListener("click", (event) => {
    event.preventDefault();
    document.documentElement.hidden = true;
    location.replace(event.currentTarget.href);
  });
})();
