// Asks on the device, before anything is sent, whether what stands in a field is somebody's own name, age or number.
// The patterns are the server's (popmap/inputs/texts.py), which asks the same where there is no script.

const SAID = "[name=words], [name=summary], [name$='.summary']";
const CALLED = "[name=name], [name=name_en], [name=organization], [name=city], [name$='.name'], [name$='.label']";
const WATCHED = `${SAID}, ${CALLED}`;

/** Whether a text looks as if somebody told who they are. */
export function tells(patterns, text) {
  return patterns.some((pattern) => new RegExp(pattern, "iu").test(text));
}

const main = globalThis.document?.getElementById("main");
main?.addEventListener("input", ({ target }) => {
  if (target.matches(WATCHED)) ask(target.form);
});
main?.addEventListener("submit", onSubmit, true); // before the form is sent in place

function onSubmit(event) {
  const form = event.target;
  const question = ask(form);
  if (!question || event.submitter?.dataset.part || form.querySelector("[name=sure]").checked) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  question.querySelector("[name=sure]").focus();
  question.scrollIntoView({ block: "center" });
}

/** Shows the question beside the field that raises it, or takes it away; gives it while it stands. */
function ask(form) {
  const question = form.querySelector(".own-words");
  if (!question) return null;
  const patterns = JSON.parse(question.dataset.patterns);
  const words = patterns.slice(0, 1); // numbers belong to names and labels
  const fields = [...form.querySelectorAll(WATCHED)];
  const asked = "asked" in question.dataset; // by the server, of what stands in the form as it came back
  const field = fields.find((one) => (asked || one.value !== one.defaultValue) && tells(one.matches(SAID) ? patterns : words, one.value));
  question.hidden = !field;
  field?.closest(".field").after(question);
  return field ? question : null;
}
