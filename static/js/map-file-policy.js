/* Trusted Types in the stand-alone map: Leaflet writes these constants, and nothing else may become HTML. */
if (window.trustedTypes) {
  const constants = new Set(["", "<svg/>", '<v:shape adj="1"/>']);
  trustedTypes.createPolicy("default", { createHTML: (text) => (constants.has(text) ? text : null) });
}
