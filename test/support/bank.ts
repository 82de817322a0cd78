import { type BrowserPage, openPage } from "./browser.js";

/** The page of the card's bank, as the shopper's browser gets there from a payment's page. */
export async function atTheBank(url: string): Promise<BrowserPage | undefined> {
  return await (await openPage(url)).forms[0]?.submit();
}

/** Presses a button of the bank's page. The page that it leads back to. */
export async function press(url: string, button: "authenticate" | "fail"): Promise<BrowserPage | undefined> {
  return await (await atTheBank(url))?.forms[button === "authenticate" ? 0 : 1]?.submit();
}
