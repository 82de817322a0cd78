import type { Page } from "playwright-core";
import type { Test } from "tap";

import { openWindow } from "./browser-window.js";

/** Somebody with a browser of their own, who does what the pages say. */
export interface Shopper {
  readonly page: Page;
  /** What the browser complained of: its console, scripts that failed, what a policy refused. */
  readonly complaints: readonly string[];
  /** Opens a session's page and goes on to the card page. */
  enter(url: string): Promise<void>;
  typeCard(card?: Partial<typeof CARD>): Promise<void>;
  /** Presses the button, and where scripts are off that of the page that leads back to the shop too. */
  press(button: RegExp): Promise<void>;
}

/** The card that the documentation uses, and the inputs by their labels. */
const CARD = { "Card number": "4929421234600821", Month: "12", Year: "29", CVV: "356" };

export const PAY = /^Pay /;
export const CANCEL = /^Cancel/;

export async function openShopper(t: Test, scripts: boolean): Promise<Shopper> {
  const window = await openWindow(t, { javaScriptEnabled: scripts });
  const page = await window.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  const pressButton = (name: RegExp | string) => page.getByRole("button", { name }).click();
  return {
    page,
    complaints,
    async enter(url) {
      await page.goto(url);
      if (!scripts) await pressButton("Continue to payment");
      await page.getByLabel("Card number").waitFor();
    },
    async typeCard(card = {}) {
      for (const [label, text] of Object.entries({ ...CARD, ...card }))
        await page.getByLabel(label).fill(text);
    },
    async press(button) {
      await pressButton(button);
      if (!scripts) await pressButton("Continue");
    },
  };
}
