import { type Html, html } from "../../lib/html.js";
import type { CUSTOMER_INPUTS } from "../payments/customer-entry.js";

/** The shopper's contact details: folded away, unless the merchant asks for them. None is required. */
export function customerFields(asked: boolean): Html {
  return html`<details ${asked ? html`open` : undefined}>
    <summary>Your details (optional)</summary>
    ${INPUTS.map(labelledInput)}
  </details>`;
}

interface Input {
  readonly name: (typeof CUSTOMER_INPUTS)[number];
  readonly label: string;
  /** The HTML standard's name for the input's purpose. */
  readonly autocomplete: string;
}

/** In the order of the page. */
const INPUTS: readonly Input[] = [
  { name: "customerName", label: "Full name", autocomplete: "name" },
  { name: "customerEmail", label: "Email", autocomplete: "email" },
  { name: "customerAddress", label: "Address", autocomplete: "street-address" },
  { name: "customerTown", label: "Town", autocomplete: "address-level2" },
  { name: "customerPostcode", label: "Postcode", autocomplete: "postal-code" },
];

function labelledInput({ name, label, autocomplete }: Input): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input id="${name}" name="${name}" type="text" autocomplete="${autocomplete}" maxlength="255" />
  </div>`;
}
