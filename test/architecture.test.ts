import { readFileSync } from "node:fs";
import t from "tap";
import { mayMovePayment, type PaymentIntentStatus } from "../src/domain/payment-intent.js";
import { maySettle, SETTLEMENT } from "../src/domain/settlement/settlement.js";
import { mayMove, type SessionStatus } from "../src/domain/session.js";
import {
  ARCHITECTURE,
  movesDrawn,
  roomsDrawnWrong,
  tablesDrawnWrong,
  walksMiscounted,
} from "./support/architecture-rules.js";
import { holdTo, type HouseRule, type Planted } from "./support/house-rules.js";
import { programsIn, source, type Source } from "./support/source-tree.js";

const page = readFileSync(ARCHITECTURE, "utf8");
const described: Source[] = [source(ARCHITECTURE, page), ...programsIn("src")];

const RULES: HouseRule[] = [
  {
    says: "the picture of the rooms has each folder of the sources, and no other",
    check: roomsDrawnWrong,
    about: described,
    broken: [
      { ...drawn('lib["lib"]'), "src/lib/a.ts": "", "src/db/b.ts": "" },
      { ...drawn('lib["lib"] --> web["web"]'), "src/lib/a.ts": "" },
      { ...drawn('db["db"]'), "src/db/tables/a.ts": "" },
    ],
    kept: [{ ...drawn('db["db"]\n db_tables["db/tables"]'), "src/db/tables/a.ts": "", "src/main.ts": "" }],
  },
  {
    says: "the pictures of the tables have each table, and no other",
    check: tablesDrawnWrong,
    about: described,
    broken: [
      { "src/db/tables/a.ts": table("refund") },
      { ...drawn("erDiagram\n  refund { id id PK }\n"), "src/db/tables/a.ts": "" },
    ],
    kept: [{ ...drawn("erDiagram\n  refund { id id PK }\n"), "src/db/tables/a.ts": table("refund") }],
  },
  {
    says: "each walk is counted, file by file",
    check: walksMiscounted,
    about: described,
    broken: [walk("Create: 2 files", ["1"]), walk("Create: 2 files", ["1", "3"]), walk("Create", ["1"])],
    kept: [walk("Create: 2 files", ["1", "2"])],
  },
];

holdTo(RULES);

t.test("the state machines have each legal move, and no other", async (t) => {
  const sessions: SessionStatus[] = ["open", "complete", "expired"];
  t.same(movesDrawn(page, "Session"), legal(sessions, mayMove));
  const intents: PaymentIntentStatus[] = [
    "processing",
    "succeeded",
    "requires_payment_method",
    "requires_confirmation",
    "requires_capture",
    "capturing",
    "releasing",
    "requires_action",
    "canceled",
  ];
  t.same(movesDrawn(page, "Payment intent"), legal(intents, mayMovePayment));
  t.same(movesDrawn(page, "Settlement"), legal(Object.values(SETTLEMENT), maySettle));
});

function legal<Status extends string>(
  all: readonly Status[],
  may: (from: Status, to: Status) => boolean,
): string[] {
  const moves = all.flatMap((from) => all.filter((to) => may(from, to)).map((to) => `${from} --> ${to}`));
  t.ok(moves.length > 0, "a guard that checked nothing must fail");
  return moves.sort();
}

function drawn(picture: string): Planted {
  return { [ARCHITECTURE]: `\`\`\`mermaid\n${picture}\n\`\`\`` };
}

function table(name: string): string {
  return `export const rows = new EntitySchema<Row>({\n  name: "${name}",\n});`;
}

function walk(heading: string, numbers: readonly string[]): Planted {
  const rows = numbers.map((number) => `|   ${number} | [a.ts](../src/a.ts) | does it |`);
  return { [ARCHITECTURE]: `## The five walks\n\n### ${heading}\n\n${rows.join("\n")}\n` };
}
