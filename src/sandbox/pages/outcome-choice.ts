import { type Html, html } from "../../lib/html.js";
import { AMOUNT_BANDS_CHOICE, outcomeOfAmount } from "../payments/expected-outcome.js";
import type { HostedRequest } from "../payments/hosted-request.js";
import { OUTCOMES, type TestOutcome } from "../payments/outcomes.js";

/** A payment on a card page, and what becomes of it unless the shopper chooses. */
interface Expected {
  readonly request: HostedRequest;
  readonly expected: TestOutcome;
}

/** Shows the expected outcome and offers others. The first option, empty, leaves it to the merchant and the card. */
export function outcomeChoice(
  { request, expected }: Expected,
  choice: string,
  error: string | undefined,
): Html {
  const isPlanned = expected.responseCode !== OUTCOMES.approve.responseCode;
  const first = `${expected.label}${isPlanned ? ", as the merchant has planned" : ", unless the card says otherwise"}`;
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
      ${request.amount === 0 ? undefined : bandsOption(request, choice)}
    </select>
    ${wrong}
    <p class="hint" id="outcome-hint">Only on this test gateway, which approves every amount by itself.</p>
  </div>`;
}

/** What the amount comes to at the gateway's own test accounts. */
function bandsOption({ amount }: HostedRequest, choice: string): Html {
  const label = `As the amount decides at the gateway: ${labelOf(outcomeOfAmount(amount))}`;
  return option(AMOUNT_BANDS_CHOICE, label, choice);
}

function optionOf(outcome: TestOutcome, choice: string): Html {
  return option(outcome.name, labelOf(outcome), choice);
}

function option(value: string, label: string, choice: string): Html {
  return html`<option value="${value}" ${value === choice ? html` selected` : undefined}>${label}</option> `;
}

function labelOf({ label, responseCode }: TestOutcome): string {
  return `${label} (${responseCode})`;
}
