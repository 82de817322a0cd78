import { type Html, html } from "../../lib/html.js";
import { isPaymentFault, PLANNED_FAULTS } from "../payments/planned-faults.js";

/** Offers the planned faults: folded away until the shopper opens them, or has chosen one before. */
export function faultChoice(choice: string, error: string | undefined): Html {
  const names = Object.entries(PLANNED_FAULTS).filter(([name]) => isPaymentFault(name));
  return html`<details class="faults" ${choice === "" && error === undefined ? undefined : html`open`}>
    <summary>Faults, for your tests</summary>
    <label for="fault">What should go wrong?</label>
    <select id="fault" name="fault" autocomplete="off" ${error === undefined ? undefined : html`aria-describedby="fault-error"`}>
      <option value="">What the merchant has chosen for its tests, or nothing</option>
      ${option("none", "Nothing", choice)} ${names.map(([name, label]) => option(name, label, choice))}
    </select>
    ${error === undefined ? undefined : html`<p class="wrong" id="fault-error">${error}</p>`}
  </details>`;
}

function option(value: string, label: string, choice: string): Html {
  return html`<option value="${value}" ${value === choice ? html` selected` : undefined}>${label}</option> `;
}
