// Loads the application and starts it. A module of its own, since no page may run inline scripts.
import init, { start } from "./index.js";

await init();
start();
