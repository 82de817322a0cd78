import { html, type Html } from "../../lib/html.js";
import { SUBMIT } from "./shopper-pages.js";

/** What a waiting page waits for. */
export type Watch = "held" | "in doubt";

/**
 * How long the page waits before it looks, and at most after it has waited twice as long each time. A bank answers
 * within minutes, a person within days.
 */
const WAITS_MS: Record<Watch, readonly [first: number, longest: number]> = {
  "in doubt": [5000, 60_000],
  held: [30_000, 300_000],
};

/** What the script reads of the page's form. */
export function watchOf(watch: Watch, next: string): Html {
  const [first, longest] = WAITS_MS[watch];
  return html`data-state="${watch}" data-wait="${first}" data-longest="${longest}" data-next="${next}"`;
}

/**
 * Looks whether the page would be another one by now, less and less often. Says so aloud, and goes on to where the
 * browser is sent then. Without a way to look, since the page was opened at another address of the service, it sends
 * its form.
 */
export const WATCH_SCRIPT = `
const form = document.forms[0], { state, next } = form.dataset;
let wait = Number(form.dataset.wait);
const later = () => { setTimeout(look, wait); wait = Math.min(wait * 2, Number(form.dataset.longest)); };
const look = async () => {
  if (new URL(form.action).origin !== location.origin) return ${SUBMIT};
  try {
    const answer = await fetch(form.action, { method: "POST" });
    if (answer.ok && !(await answer.text()).includes('data-state="' + state + '"')) {
      document.querySelector("[role=status]").textContent = "There is an answer. One moment, please.";
      return location.replace(next);
    }
  } catch { }
  later();
};
later();
`;
