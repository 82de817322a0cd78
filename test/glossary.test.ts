import { holdTo, type HouseRule } from "./support/house-rules.js";
import { entriesOutOfOrder, GLOSSARY, wordsNotExplained } from "./support/glossary-rules.js";
import { programsIn, textsIn } from "./support/source-tree.js";

const glossary = textsIn("docs").filter(({ path }) => path === GLOSSARY);

const HEAD = "| word | what it is | at the gateway | at Stripe |\n| --- | --- | --- | --- |\n";
const LEASE = "| lease | The right to work on it. | — | — |\n";
const SCOPE = "| merchant scope (owner) | Whose it is. | `merchantID` | account |\n";

const RULES: HouseRule[] = [
  {
    says: "each word of the domain that is no plain English is in the glossary",
    check: wordsNotExplained,
    about: [...glossary, ...programsIn("src/domain", "src/checkout")],
    broken: [
      { "src/domain/a.ts": "export interface Lease {}" },
      { "src/domain/a.ts": "export const LEASE_MS = 1;", [GLOSSARY]: HEAD + SCOPE },
      { "src/checkout/refunds/a.ts": "export async function leaseRefund() {}", [GLOSSARY]: refund() },
      { "src/checkout/a.ts": "export type Name = Lease; export type Leased = 1;\nexport class Leased {}" },
    ],
    kept: [
      { "src/domain/a.ts": "export function isLease() {}", [GLOSSARY]: HEAD + LEASE },
      { "src/domain/a.ts": "export type Owner = 1;\ntype Riddle = 2;", [GLOSSARY]: HEAD + SCOPE },
      { "src/db/a.ts": "export interface Lease {}" },
    ],
  },
  {
    says: "the glossary is sorted, each word once, with all of its parts",
    check: entriesOutOfOrder,
    about: glossary,
    broken: [
      { [GLOSSARY]: HEAD + SCOPE + LEASE },
      { [GLOSSARY]: HEAD + LEASE + LEASE },
      { [GLOSSARY]: `${HEAD}| lease | | — | — |` },
      { [GLOSSARY]: `${HEAD}| lease | The right to work on it. |` },
    ],
    kept: [{ [GLOSSARY]: HEAD + LEASE + SCOPE }],
  },
];

holdTo(RULES);

function refund(): string {
  return `${HEAD}| refund | Money that goes back. | — | Refund |`;
}
