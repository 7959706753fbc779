// Keeps phone, screen and desk in step with the meeting; without it, "Ververs" does the same.

const EVERY = 2000, HIDDEN = 20000, SLOWEST = 30000; // milliseconds
const live = document.querySelector("[data-live]");
const line = document.querySelector("[data-line]");
let wait = EVERY, timer, asking = false;

const room = () => document.querySelector("[data-room]");
const jitter = (time) => time * (0.75 + Math.random() / 2); // phones do not ask all at once

function plan(time = document.hidden ? Math.max(wait, HIDDEN) : wait) {
  clearTimeout(timer);
  timer = setTimeout(ask, jitter(time));
}

function count(header) {
  const shown = document.querySelector("[data-count]");
  if (!header || !shown) return;
  const [voted, joined] = header.split("/");
  const devices = joined === "1" ? "toestel doet" : "toestellen doen";
  const text = shown.dataset.text.replace("{gestemd}", voted).replace("{mee}", joined).replace("{toestellen}", devices);
  if (shown.textContent !== text) shown.textContent = text;
}

// Puts the page of now in the place of the old one. What was chosen in the same vote stays chosen.
function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const fresh = next.querySelector("[data-room]");
  if (!fresh) return location.reload();
  const before = room().dataset;
  const chosen = document.querySelector("[data-vote] input:checked")?.value;
  const typed = document.activeElement?.name === "eigen" ? document.activeElement.value : "";
  const changed = before.version !== fresh.dataset.version;
  document.title = next.title;
  document.querySelector("main").replaceChildren(...next.querySelector("main").childNodes);
  if (chosen && before.round === fresh.dataset.round) {
    const again = document.querySelector(`[data-vote] input[value="${chosen}"]`);
    if (again) again.checked = true;
  }
  if (typed && document.querySelector("[name=eigen]")) document.querySelector("[name=eigen]").value = typed;
  prepare();
  if (!changed) return;
  (document.querySelector("[data-heading]") ?? document.querySelector("h1")).focus();
  live.textContent = "";
  setTimeout(() => { live.textContent = fresh.dataset.said; }, 100);
}

async function ask() {
  if (asking || !room()) return;
  asking = true;
  const { stand, version, page } = room().dataset;
  try {
    const answer = await fetch(`${stand}${stand.includes("?") ? "&" : "?"}na=${version}`, { cache: "no-store" });
    count(answer.headers.get("Weerbaar-Stand"));
    wait = EVERY;
    line.hidden = true;
    if (answer.status === 404) return over();
    if (answer.status === 200) show(await (page ? (await fetch(page, { cache: "no-store" })).text() : answer.text()));
    else if (answer.status !== 304) wait = Math.min(wait * 2, SLOWEST);
  } catch {
    wait = Math.min(wait * 2, SLOWEST);
    line.hidden = false;
  } finally {
    asking = false;
  }
  plan();
}

function over() {
  live.textContent = "De bijeenkomst is voorbij.";
  line.textContent = "De bijeenkomst is voorbij. Je kunt deze pagina sluiten.";
  line.hidden = false;
  clearTimeout(timer);
  room().removeAttribute("data-room");
}

// A vote is sent without leaving the page, so that a lost network does not lose the choice.
async function send(event) {
  event.preventDefault();
  const form = event.target, problem = form.querySelector("[data-problem]");
  problem.textContent = "";
  try {
    const answer = await fetch(form.action, {
      method: "POST", headers: { "Weerbaar-Script": "1" }, body: new URLSearchParams(new FormData(form)),
    });
    if (answer.status >= 500) throw new Error();
    if (answer.status === 204) isIn(form);
    else show(await answer.text());
    document.querySelector(".weerbaar-error-summary")?.focus();
  } catch {
    form.elements.beurt.value++; // should it arrive after all, the next one is later
    problem.textContent = "Je stem is niet verstuurd. Je keuze staat er nog. Probeer het nog eens.";
  } finally {
    delete form.dataset.sent;
  }
  plan(EVERY);
}

function isIn(form) {
  form.elements.beurt.value++;
  form.querySelector("button").textContent = "Verander mijn stem";
  document.querySelector("[data-in]").hidden = false;
  document.querySelector(".weerbaar-error-summary")?.remove();
  document.querySelectorAll(".weerbaar-field-error").forEach((told) => told.remove());
  document.querySelector(".utrecht-form-field--invalid")?.classList.remove("utrecht-form-field--invalid");
  live.textContent = "";
  setTimeout(() => { live.textContent = "Je stem is binnen."; }, 100);
}

function prepare() {
  for (const refresh of document.querySelectorAll("[data-refresh]")) refresh.hidden = true;
  document.querySelector("[data-vote]")?.addEventListener("submit", send);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) { wait = EVERY; plan(0); } });
addEventListener("online", () => plan(0));
prepare();
plan();
