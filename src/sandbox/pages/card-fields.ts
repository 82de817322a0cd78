import { type Html, html } from "../../lib/html.js";
import type { CardErrors, CardInput } from "../payments/card-entry.js";
import { TEST_CARDS, type TestCard } from "../payments/test-cards.js";

/**
 * The card's inputs under the gateway's names, each with its error, and the published test cards one click
 * away.
 */
export function cardFields(errors: CardErrors): Html {
  const [number, ...others] = INPUTS.map((input) => labelledInput(input, errors));
  return html`<div class="field">
      ${number}${errorOf("cardNumber", errors)}
      <details>
        <summary>Show the test cards</summary>
        <ul class="cards" tabindex="0" aria-label="Test cards">
          ${TEST_CARDS.map(testCardLine)}
        </ul>
      </details>
    </div>
    <fieldset>
      <legend>Expiry date and security code</legend>
      <div class="triple">${others}</div>
      ${errorOf("cardExpiryMonth", errors)}${errorOf("cardExpiryYear", errors)}${errorOf("cardCVV", errors)}
    </fieldset>`;
}

interface Input {
  readonly name: CardInput;
  readonly label: string;
  /** The HTML standard's name for the input's purpose. */
  readonly autocomplete: string;
  readonly maxlength: number;
  readonly placeholder: string;
}

/** In the order of the page. The number may contain spaces. */
const INPUTS: readonly Input[] = [
  {
    name: "cardNumber",
    label: "Card number",
    autocomplete: "cc-number",
    maxlength: 30,
    placeholder: "4929 4212 3460 0821",
  },
  {
    name: "cardExpiryMonth",
    label: "Month",
    autocomplete: "cc-exp-month",
    maxlength: 2,
    placeholder: "MM",
  },
  {
    name: "cardExpiryYear",
    label: "Year",
    autocomplete: "cc-exp-year",
    maxlength: 4,
    placeholder: "YY",
  },
  { name: "cardCVV", label: "CVV", autocomplete: "cc-csc", maxlength: 4, placeholder: "356" },
];

/** Never has a value: what was typed before is discarded. The first wrong input gets the focus. */
function labelledInput(
  { name, label, autocomplete, maxlength, placeholder }: Input,
  errors: CardErrors,
): Html {
  const focused = INPUTS.find((input) => errors[input.name] !== undefined)?.name === name;
  return html`<div>
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="text"
      inputmode="numeric"
      autocomplete="${autocomplete}"
      maxlength="${maxlength}"
      placeholder="${placeholder}"
      spellcheck="false"
      required
      ${errors[name] === undefined ? undefined : html`aria-invalid="true" aria-describedby="${name}-error"`}
      ${focused ? html`autofocus` : undefined}
    />
  </div>`;
}

function errorOf(name: CardInput, errors: CardErrors): Html | undefined {
  const text = errors[name];
  if (text === undefined) return undefined;
  const label = INPUTS.find((input) => input.name === name)?.label;
  return html`<p class="wrong" id="${name}-error">${label}: ${text}</p>`;
}

function testCardLine({ number, cvv, kind, address, declines, authenticates }: TestCard): Html {
  return html`<li>
    <p>
      <code>${grouped(number)}</code> <span>CVV <code>${cvv}</code></span>
    </p>
    <p>${kind.type}${declines ? ", always declined" : undefined}</p>
    ${authenticates ? html`<p class="hint">Expires in 12: the bank asks you. In 02: it refuses. In 01: it does not ask.</p>` : undefined}
    ${address === "" ? undefined : html`<p class="hint">${address}</p>`}
  </li>`;
}

/** The digits in groups of four, as on the card. */
function grouped(number: string): string {
  return number.replaceAll(/\d{4}(?=\d)/g, "$& ");
}
