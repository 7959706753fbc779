// Puts the code of the next minute on the screen; without it, "Toon de code van nu" does the same.

const frame = () => document.querySelector("[data-seconds]");

async function renew() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && next.querySelector("[data-seconds]")) frame().replaceWith(next.querySelector("[data-seconds]"));
  } finally {
    plan();
  }
}

function plan() {
  const link = document.querySelector("[data-renew]");
  if (link) link.hidden = true;
  setTimeout(renew, (Number(frame().dataset.seconds) + 1) * 1000);
}

plan();
