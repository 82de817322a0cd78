import { deadLinks, malformedRecords, numbersOutOfTurn, recordsNotListed } from "./support/doc-rules.js";
import { holdTo, type HouseRule } from "./support/house-rules.js";
import { textsIn } from "./support/source-tree.js";

const decisions = textsIn("docs/decisions");

const RECORD = [
  "# Ids sort",
  "## Status\naccepted",
  "## Date\n2026-11-22",
  "## Context\nLists.",
  "## Decision\nTime first.",
  "## What else was considered\nNothing was written down.",
].join("\n\n");

const RULES: HouseRule[] = [
  {
    says: "each decision has a title, a status, a date, a context, what was decided and what else was considered",
    check: malformedRecords,
    about: decisions.filter(({ path }) => !path.endsWith("/README.md")),
    broken: [
      record(RECORD.replace("# Ids sort", "")),
      record(RECORD.replace("## Context", "### Context")),
      record(RECORD.replace("## Decision", "## Status")),
      record(RECORD.replace("accepted", "done")),
      record(RECORD.replace("2026-11-22", "last week")),
      record(RECORD.replace("Time first.", "")),
      record(`${RECORD}\n\n## Afterthoughts\n\nOne.`),
    ],
    kept: [
      record(RECORD),
      record(RECORD.replace("accepted", "superseded by [0002](0002-b.md)")),
      record(RECORD.replace("2026-11-22", "2026-11-22; amended 2026-11-29")),
      { "docs/decisions/README.md": "", "docs/scale.md": "" },
    ],
  },
  {
    says: "decisions are numbered without a gap",
    check: numbersOutOfTurn,
    about: decisions,
    broken: [
      { "docs/decisions/0002-b.md": "" },
      { "docs/decisions/0001-a.md": "", "docs/decisions/0003-c.md": "" },
      { "docs/decisions/0001-a.md": "", "docs/decisions/0001-b.md": "" },
      { "docs/decisions/notes.md": "" },
    ],
    kept: [
      { "docs/decisions/0002-b.md": "", "docs/decisions/0001-a.md": "", "docs/decisions/README.md": "" },
      { "docs/scale.md": "" },
    ],
  },
  {
    says: "the index lists each decision once, under its title",
    check: recordsNotListed,
    about: decisions,
    broken: [
      record(RECORD),
      { ...record(RECORD), ...index("| [0001](0001-a.md) | Ids sort |\n| [0001](0001-a.md) | Ids sort |") },
      { ...record(RECORD), ...index("| [0001](0001-a.md) | Ids are sorted |") },
      { ...record(RECORD), ...index("| [0002](0001-a.md) | Ids sort |") },
      { ...record(RECORD), ...index("See [0001](0001-a.md).") },
    ],
    kept: [{ ...record(RECORD), ...index("| [0001](0001-a.md)   | Ids sort      |\n\n[0001](0001-a.md)") }],
  },
  {
    says: "every link of the documents leads to a file or a heading of the project",
    check: deadLinks,
    about: textsIn("."),
    broken: [
      { "README.md": "[decisions](docs/decisions.md)" },
      { "docs/scale.md": "[errors](docs/errors.md)", "docs/errors.md": "" },
      { "docs/decisions/0001-a.md": "[errors](../errors.md#codes)", "docs/errors.md": "# Errors" },
      { "docs/a.md": "[below](#what-follows)" },
      { "docs/a.md": "[a folder](../src/rpc)", "src/rpc.ts": "" },
    ],
    kept: [
      {
        "README.md": "[errors](docs/errors.md), [web](src/web/)",
        "docs/errors.md": "",
        "src/web/answers/shopper-pages.ts": "",
      },
      { "docs/decisions/0001-a.md": "[b](../b.md#how-it-is-done)", "docs/b.md": "## How it is `done`?" },
      { "docs/a.md": "[site](https://example.com/a#b), `[code](none.md)`\n```\n[code](none.md)\n```" },
      { "test/bench/results.md": "[none](none.md)" },
    ],
  },
];

holdTo(RULES);

function record(text: string): Record<string, string> {
  return { "docs/decisions/0001-a.md": text };
}

function index(text: string): Record<string, string> {
  return { "docs/decisions/README.md": text };
}
