import type { Field } from "../../cardstream/fields.js";
import type { Challenge } from "../../cardstream/three-d-secure.js";
import type { PageChoice } from "./offered-cards.js";
import type { PageOrder } from "./pay-page-state.js";

/** What the shopper sees who opens a session's page. */
export type PayPage =
  | { readonly kind: "unknown" }
  /** The signed form that leads to the gateway's hosted page at `hostedUrl`. */
  | ({ readonly kind: "form" } & PayForm)
  /**
   * Where the browser goes to authenticate for a saved card; or it pays with another card, as on a form's page, unless
   * the session has expired: then it is `onlyThisCard` that may be finished with.
   */
  | ({ readonly kind: "challenge"; readonly onlyThisCard: boolean } & OpenChallenge & PayForm)
  | { readonly kind: "complete"; readonly successUrl: string; readonly order: PageOrder }
  | PageWithoutForm;

/**
 * A page without a form, which leads back to the merchant. `expired`: none is given out any more. `held`: a person has
 * to decide about a result; `in doubt`: it is not known yet. In both, paying again could charge twice. `live payments
 * off`: the gateway could not report a live session's payment to this service.
 */
export interface PageWithoutForm {
  readonly kind: "expired" | "held" | "in doubt" | "live payments off";
  readonly order: PageOrder;
  readonly cancelUrl: string | null;
  /** Why the newest card that was declined was, in Stripe's words. Null: none was. */
  readonly declineCode: string | null;
}

/** A form that may be given out. */
export interface PayForm extends Omit<PageWithoutForm, "kind"> {
  readonly hostedUrl: string;
  readonly fields: readonly Field[];
  /** Undefined: there is nothing to choose besides the form. */
  readonly choice?: PageChoice | undefined;
}

/** A challenge that the shopper has to meet, and how many the attempt has had with it. */
export interface OpenChallenge {
  readonly challenge: Challenge;
  readonly round: number;
  /** Where the issuer's page sends the shopper's browser. */
  readonly challengeUrl: string;
}

/** A form that is given out: the browser may post it to `hostedUrl`. */
export interface FormToSend {
  readonly kind: "given";
  readonly hostedUrl: string;
  /** Whether the form of this attempt was given out before. */
  readonly isAgain: boolean;
}
