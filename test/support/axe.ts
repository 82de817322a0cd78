import axe from "axe-core";
import type { Page } from "playwright-core";
import type { Test } from "tap";

import { openWindow } from "./browser-window.js";

/**
 * Has axe look at the page on a light and on a dark screen: it finds nothing serious. Only colours differ between the
 * two, so that all rules are asked on the light one, and on the dark one those that look at colours: what any other
 * finds does not depend on the screen.
 */
export async function examine(t: Test, page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source);
  t.same(await findSerious(page, COLOUR_RULES), [], `${what}, on a dark screen`);
  await page.emulateMedia({ colorScheme: "light" });
  t.same(await findSerious(page), [], `${what}, on a light screen`);
  await page.emulateMedia({ colorScheme: "dark" });
}

/** A tab on a dark screen: pages are opened there, and `examine` sees them change to a light one. */
export async function openTab(t: Test): Promise<Page> {
  // The page's policy would keep axe out.
  const window = await openWindow(t, { colorScheme: "dark", bypassCSP: true });
  return await window.newPage();
}

/** The rules of axe whose answer depends on colours. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** What axe finds by these rules, by all where none are named, once the page has taken on its colours. */
async function findSerious(page: Page, rules?: readonly string[]): Promise<string[]> {
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: rules }) };
  const found: { impact: string; id: string; nodes: { html: string }[] }[] = await page.evaluate(
    `Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished))
      .then(() => axe.run(document, ${JSON.stringify(options)})).then(({ violations }) => violations)`,
  );
  const serious = found.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
