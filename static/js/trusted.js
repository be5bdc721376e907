/* Trusted Types (safety.md, T22): text becomes HTML, or an address a script's, only if it passes here.
   Leaflet writes three constants; our own modules parse whole pages of this site into documents that run nothing.
   Everything else that would write HTML fails, whatever it holds. Browsers without Trusted Types have the nonce. */
if (window.trustedTypes) {
  const constants = new Set(["", "<svg/>", '<v:shape adj="1"/>']);
  const here = new URL("/static/", location.href).href;
  const worker = /^\/[a-z]{2}\/countries\/[A-Z]{2}\/worker\.js$/; // keeps a country on the phone (keep.js)
  trustedTypes.createPolicy("default", {
    createHTML: (text, type, sink) => (constants.has(text) || sink === "DOMParser parseFromString" ? text : null),
    createScriptURL: (address) => {
      const url = new URL(address, location.href);
      return url.href.startsWith(here) || (url.origin === location.origin && worker.test(url.pathname)) ? address : null;
    },
  });
}
