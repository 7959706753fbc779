// Comforts of the learner's pages; nothing that is typed or touched here leaves the browser by itself.

// Own words: a box to type in where a script can show it, and the text itself for on paper.
for (const place of document.querySelectorAll("[data-reflection]")) {
  const box = place.querySelector("textarea");
  const paper = place.querySelector(".weerbaar-reflection__text");
  box.parentElement.hidden = false;
  place.querySelector(".weerbaar-reflection__how").hidden = true;
  box.addEventListener("input", () => {
    paper.textContent = box.value;
    place.querySelector(".weerbaar-lines").hidden = box.value.trim() !== "";
  });
}

// A name on the certificate.
const name = document.querySelector("[data-typed-name]");
if (name) {
  const shown = document.querySelector("[data-shown-name]");
  name.hidden = false;
  name.querySelector("input").addEventListener("input", (event) => { shown.textContent = event.target.value || "\u00a0"; });
}

// A part of the picture can be touched as well as ticked.
for (const box of document.querySelectorAll("input[data-place]")) {
  const part = document.getElementById(box.dataset.place);
  const show = () => {
    const chosen = [...document.querySelectorAll(`input[data-place="${CSS.escape(box.dataset.place)}"]`)].some((one) => one.checked);
    part.classList.toggle("weerbaar-mark--chosen", chosen);
  };
  if (!part) continue;
  part.addEventListener("click", () => box.click());
  box.addEventListener("change", show);
  show();
}
