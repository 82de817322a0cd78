import { type Html, html } from "../../lib/html.js";
import type { HostedRequest } from "../payments/hosted-request.js";
import { expectedOutcome, OUTCOMES, type TestOutcome } from "../payments/outcomes.js";

/** Shows the expected outcome and offers others. The first option, empty, lets the amount decide, if there is one. */
export function outcomeChoice(request: HostedRequest, choice: string, error: string | undefined): Html {
  const isVerified = request.amount === 0;
  const expected = expectedOutcome(request).label;
  const first = isVerified ? expected : `${expected}, as the amount says`;
  const hint = isVerified
    ? "Only on this test gateway."
    : "Only on this test gateway. Left as it is, the amount decides.";
  const wrong = error === undefined ? undefined : html`<p class="wrong" id="outcome-error">${error}</p>`;
  return html`<div class="choice">
    <label for="outcome">What should happen?</label>
    <select
      id="outcome"
      name="outcome"
      aria-describedby="${error === undefined ? "outcome-hint" : "outcome-error"}"
      autocomplete="off"
    >
      <option value="">${first}</option>
      ${Object.values(OUTCOMES).map((outcome) => optionOf(outcome, choice))}
    </select>
    ${wrong}
    <p class="hint" id="outcome-hint">${hint}</p>
  </div>`;
}

function optionOf(outcome: TestOutcome, choice: string): Html {
  const selected = outcome.name === choice ? html` selected` : undefined;
  return html`<option value="${outcome.name}" ${selected}>${labelOf(outcome)}</option> `;
}

function labelOf({ label, responseCode }: TestOutcome): string {
  return `${label} (${responseCode})`;
}
