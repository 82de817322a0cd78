import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from "playwright-core";
import type { Test } from "tap";

import { BROWSER } from "./chromium.js";

/**
 * A window of the browser of this process, which all stories share: to start one costs more than most stories do. It
 * has no cookie, no cache and no page of any other window, and is closed when the story ends.
 */
export async function openWindow(t: Test, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  clearTimeout(shared.closing);
  shared.stories++;
  // Registered first and so run last, when the window is closed.
  t.teardown(leave);
  shared.browser ??= launch();
  const window = await (await shared.browser).newContext(options);
  t.teardown(() => window.close());
  return window;
}

const shared: { browser?: Promise<Browser> | undefined; stories: number; closing?: NodeJS.Timeout } = {
  stories: 0,
};

/** An open browser keeps its process from ending; the next story of the process begins within this time. */
const KEPT_MS = 2_000;

async function launch(): Promise<Browser> {
  const executablePath = BROWSER.find();
  if (!executablePath) throw new Error(`There is no ${BROWSER.what} to open.`);
  return await chromium.launch({ executablePath, args: FRUGAL });
}

/** One process draws the pages of a window, whatever sites they are of: each further one costs more than a page. */
const FRUGAL = ["--renderer-process-limit=1", "--disable-site-isolation-trials"];

function leave(): void {
  shared.stories--;
  if (shared.stories === 0) shared.closing = setTimeout(() => void close(), KEPT_MS);
}

async function close(): Promise<void> {
  const { browser } = shared;
  shared.browser = undefined;
  await (await browser)?.close();
}
