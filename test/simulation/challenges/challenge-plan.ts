import { outcomeOfAmount } from "../../../src/sandbox/payments/expected-outcome.js";
import { OUTCOMES } from "../../../src/sandbox/payments/outcomes.js";
import { type Kill, killsAt } from "../kills.js";

/** What goes wrong while an answer of the card's issuer is sent on to the gateway. */
export type ChallengeTrouble = Kill | "challenge answered 500" | "answer to a challenge lost";

/** What a shopper does about a challenge, and what befalls it. */
export interface ChallengeWay {
  /** How it is counted. */
  readonly name: string;
  readonly deed: ChallengeDeed;
  /** The browser posts what it brings twice at once. */
  readonly twice?: boolean;
  readonly trouble?: ChallengeTrouble;
}

/** `another's`: they bring the answer of another payment of the shop's, with its reference at the gateway. */
export type ChallengeDeed = "passes" | "fails" | "leaves" | "another's";

/** How a challenge is counted that goes on after a first look at the browser. */
export const TWO_ROUNDS = "challenge of two rounds";

/** In turn: a short run meets the first few, and so every kind that matters most. */
export const CHALLENGE_WAYS: readonly ChallengeWay[] = [
  { name: "challenge answered with another payment's", deed: "another's" },
  { name: "challenge answered twice at once", deed: "passes", twice: true },
  troubled("answer to a challenge lost"),
  { name: "challenge left alone", deed: "leaves" },
  ...killsAt("challenge sent").map(troubled),
  { name: "challenge failed", deed: "fails" },
  troubled("challenge answered 500"),
  { name: "challenge passed", deed: "passes" },
  ...killsAt("challenge answered").map(troubled),
];

/** Of what comes later one in so many meets trouble: each costs about a second, and most of them a process. */
const TROUBLED_EVERY = 50;

const CALM = CHALLENGE_WAYS.filter(({ trouble }) => trouble === undefined);
const TROUBLED = CHALLENGE_WAYS.filter(({ trouble }) => trouble !== undefined);

/** The way of the challenge with this number, from 0 on. */
export function wayOf(number: number): ChallengeWay {
  const first = CHALLENGE_WAYS[number];
  if (first !== undefined) return first;
  const ways = number % TROUBLED_EVERY === 0 ? TROUBLED : CALM;
  const turn = number % TROUBLED_EVERY === 0 ? number / TROUBLED_EVERY : number;
  return ways[turn % ways.length] ?? { name: "challenge passed", deed: "passes" };
}

/** True where the gateway takes the money once the shopper has authenticated: where amounts decide, by the amount. */
export function isApprovedOnce(amount: number): boolean {
  return outcomeOfAmount(amount) === OUTCOMES.approve;
}

function troubled(trouble: ChallengeTrouble): ChallengeWay {
  return { name: trouble, deed: "passes", trouble };
}
