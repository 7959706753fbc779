// Refreshes the three sample persons beside the form of a duty; without script there is a button.

const form = document.querySelector("form[data-samples]");
const place = document.getElementById("voorbeelden");
let waiting;

async function refresh() {
  const answer = await fetch(form.dataset.samples, { method: "POST", body: new FormData(form) });
  if (answer.ok || answer.status === 422) place.innerHTML = await answer.text();
}

if (form && place) {
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 400);
  });
}
