import { type Html, html } from "../../lib/html.js";
import { OUTCOMES, outcomeOfAmount, type TestOutcome } from "../payments/outcomes.js";

/** Shows the expected outcome and offers others. The first option, empty, lets the amount decide. */
export function outcomeChoice(amount: number, choice: string, error: string | undefined): Html {
  const asTheAmountSays = `${outcomeOfAmount(amount).label}, as the amount says`;
  const wrong = error === undefined ? undefined : html`<p class="wrong" id="outcome-error">${error}</p>`;
  return html`<div class="choice">
    <label for="outcome">What should happen?</label>
    <select
      id="outcome"
      name="outcome"
      aria-describedby="${error === undefined ? "outcome-hint" : "outcome-error"}"
      autocomplete="off"
    >
      <option value="">${asTheAmountSays}</option>
      ${Object.values(OUTCOMES).map((outcome) => optionOf(outcome, choice))}
    </select>
    ${wrong}
    <p class="hint" id="outcome-hint">Only on this test gateway. Left as it is, the amount decides.</p>
  </div>`;
}

function optionOf(outcome: TestOutcome, choice: string): Html {
  const selected = outcome.name === choice ? html` selected` : undefined;
  return html`<option value="${outcome.name}" ${selected}>${labelOf(outcome)}</option> `;
}

function labelOf({ label, responseCode }: TestOutcome): string {
  return `${label} (${responseCode})`;
}
