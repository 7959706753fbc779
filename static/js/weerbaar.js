// Small comforts; every page works without them.

// After a step or a refused form the focus goes where reading goes on.
const target = document.querySelector("[role=alert][data-focus]") ?? document.querySelector("[data-focus]");
if (target && !location.hash) target.focus();

// Printing has a button only where a script can print.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A form is sent once, however often the button is pressed, and says so when the answer takes long.
const patience = document.createElement("p");
patience.className = "weerbaar-busy";
patience.setAttribute("role", "status");

function settle(form) {
  delete form.dataset.sent;
  patience.textContent = "";
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  form.append(patience);
  setTimeout(() => { if (form.dataset.sent) patience.textContent = "Even geduld, we zijn bezig."; }, 800);
  setTimeout(() => settle(form), 5000); // a download leaves this page where it is
});
window.addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach(settle));
