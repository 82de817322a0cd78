import { findProgram, type Need } from "./servers/packages.js";

/** The browser that a shopper would use: Debian's package, or one that CHROMIUM_PATH names. */
export const BROWSER: Need<string> = {
  what: "the Chromium browser",
  packages: ["chromium"],
  instead: "CHROMIUM_PATH may name a browser.",
  find: () =>
    process.env["CHROMIUM_PATH"] ||
    findProgram("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
};
