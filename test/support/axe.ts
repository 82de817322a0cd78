import axe from "axe-core";
import type { Page } from "playwright-core";
import type { Test } from "tap";

import { openBrowser } from "./chromium.js";

/** Has axe look at the page: it finds nothing serious. */
export async function examine(t: Test, page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source);
  const found: { impact: string; id: string; nodes: { html: string }[] }[] = await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  );
  const serious = found.filter(({ impact }) => impact === "serious" || impact === "critical");
  t.same(
    serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
    [],
    what,
  );
}

/** A tab of a browser of its own. */
export async function openTab(t: Test, colorScheme: "light" | "dark"): Promise<Page> {
  const browser = await openBrowser();
  t.teardown(() => browser.close());
  // The page's policy would keep axe out.
  const context = await browser.newContext({ colorScheme, bypassCSP: true });
  return await context.newPage();
}
