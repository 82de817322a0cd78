import { chromium, type Browser } from "playwright-core";
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

/** Opens a headless browser; whoever opens it closes it. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = BROWSER.find();
  if (!executablePath) throw new Error(`There is no ${BROWSER.what} to open.`);
  return chromium.launch({ executablePath });
}
