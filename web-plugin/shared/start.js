// Loads the application with the strings of the person's language and starts it. A module of its
// own, since no page may run inline scripts.
import init, { start } from "./index.js";

const LANGUAGES = ["en", "de", "ja"];

const strings = async (language) => (await fetch(`_locales/${language}/messages.json`)).text();

const language = navigator.languages
  .map((tag) => tag.split("-")[0])
  .find((known) => LANGUAGES.includes(known)) ?? "en";
document.documentElement.lang = language;

try {
  // English stands below every other language, so that a string which isn't translated is still read.
  const [english, translated] = await Promise.all([
    strings("en"),
    language === "en" ? "{}" : strings(language),
    init(),
  ]);
  start(english, translated, document.body.dataset.page ?? "application");
} catch (error) {
  console.error(error);
  // A panic while starting has said so itself.
  if (!document.querySelector("#broken")) {
    const button = document.createElement("button");
    button.textContent = "Reload";
    button.addEventListener("click", () => location.reload());
    document.body.append("Certwright could not start. Check the network and reload this page. ", button);
  }
}
