// Beside a time in the service's own zone: the same moment on the reader's clock, where the two differ.

for (const element of document.querySelectorAll('[data-module="local-time"]')) {
  const time = element.closest("li").querySelector("time[datetime]");
  if (time) show(element.firstElementChild, time.dateTime);
}

function show(element, stamp) {
  const moment = new Date(stamp);
  const [, sign, hours, minutes] = stamp.match(/([+-])(\d\d):(\d\d)$/) ?? [];
  const there = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  if (!sign || -moment.getTimezoneOffset() === there) return;
  const sameDay = new Date().toDateString() === moment.toDateString();
  const parts = { hour: "numeric", minute: "2-digit", ...(sameDay ? {} : { weekday: "long" }), numberingSystem: "latn" };
  element.querySelector("bdi").textContent = new Intl.DateTimeFormat(document.documentElement.lang, parts).format(moment);
  element.hidden = false;
}
