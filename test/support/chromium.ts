import { findProgram, type Need } from "./servers/packages.js";

/**
 * The browser that a shopper would use: Debian's package, or one that CHROMIUM_PATH names. The one without windows
 * loads, runs and draws pages as the other does, with a quarter less CPU: it does not draw a frame around each page.
 */
export const BROWSER: Need<string> = {
  what: "the Chromium browser",
  packages: ["chromium-headless-shell"],
  instead: "CHROMIUM_PATH may name a browser.",
  find: () =>
    process.env["CHROMIUM_PATH"] ||
    findProgram(
      "chromium-headless-shell",
      "chromium",
      "chromium-browser",
      "google-chrome",
      "google-chrome-stable",
    ),
};
