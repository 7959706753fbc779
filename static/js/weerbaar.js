// Small comforts; every page works without them.

// After a step or a refused form the focus goes where reading goes on.
const target = document.querySelector("[role=alert][data-focus]") ?? document.querySelector("[data-focus]");
if (target && !location.hash) target.focus();

// Printing has a button only where a script can print.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A form is sent once, however often the button is pressed; coming back opens it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  if (form.method === "post" && !form.hasAttribute("data-again")) form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});
