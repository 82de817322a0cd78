import {
  crowdedFolders,
  foldersWithoutLayer,
  importCircles,
  importsAgainstTheLayers,
  isMigration,
  largeImports,
  migrationsNotListed,
} from "./support/import-rules.js";
import { holdTo, type HouseRule, type Planted } from "./support/house-rules.js";
import { foldersWithoutReadme, importsSaidWrong } from "./support/readme-rules.js";
import { programsIn, textsIn } from "./support/source-tree.js";
import { isOfTable, tablesAskedBothWays, upsertsOfTypeorm } from "./support/table-rules.js";

const src = programsIn("src");

const DB_QUERY = "`db/migrations`, `db/engine`, `db/mysql`, `db/sqlite`, `db/*.ts`";

const RULES: HouseRule[] = [
  {
    says: "every folder of the sources has its place among the layers",
    check: foldersWithoutLayer,
    about: src,
    broken: [
      { "src/refunds/refund.ts": "" },
      { "src/checkout/shop/refund.ts": "" },
      { "src/web/page.ts": "" },
    ],
    kept: [{ "src/main.ts": "", "src/cli/keys.ts": "", "src/db/migrations/one.ts": "", "src/db/a.ts": "" }],
  },
  {
    says: "no folder of the sources holds more files than a reader can look over",
    check: crowdedFolders,
    about: src,
    broken: [filesIn("src/lib", 21)],
    kept: [filesIn("src/lib", 20), filesIn("src/db/tables", 21)],
  },
  {
    says: "a folder imports only folders below it, and what is generated",
    check: importsAgainstTheLayers,
    about: src,
    broken: [
      { "src/db/rows.ts": 'import { pay } from "../checkout/pay.js";' },
      { "src/web/pages/page.ts": 'import { readConfig } from "../../start/config.js";' },
      { "src/web/pages/page.ts": 'import type { Command } from "../../cli/command.js";' },
      { "src/start/app.ts": 'import type { Command } from "../cli/command.js";' },
      { "src/db/engine/a.ts": 'import { inTransaction } from "../transaction.js";' },
      { "src/checkout/refunds/a.ts": 'import { apply } from "../results/apply.js";' },
      { "src/checkout/context.ts": 'import { create } from "./sessions/create.js";' },
      { "src/lib/ids.ts": 'export { open } from "../domain/session.js";' },
      { "src/lib/docs.ts": 'import { createDocument } from "../../tool/openapi/document.js";' },
      { "src/rpc/routes.ts": 'const page = await import("../web/pages/page.js");' },
      { "src/rpc/routes.ts": 'let page: import("../web/pages/page.js").Page;' },
      { "src/domain/money.ts": 'import { Money } from "../../gen/calmonypay/v1/money_pb.js";' },
      { "src/domain/money.ts": 'import { sign } from "../cardstream/signed-message.js";' },
      { "src/transcode/http/a.ts": 'import { Session } from "../../../gen/calmonypay/v1/session_pb.js";' },
      { "src/transcode/http/a.ts": 'import { open } from "../../domain/session.js";' },
      { "src/main.ts": 'import { openBrowser } from "./support/chromium.js";' },
    ],
    kept: [
      { "src/main.ts": 'import { page } from "./web/pages/page.js"; import { run } from "./cli/run.js";' },
      {
        "src/cli/run.ts": 'import { startApp } from "../start/app.js"; import { ids } from "../lib/ids.js";',
      },
      { "src/sandbox/pages/a.ts": 'import { html } from "../../lib/html.js"; import t from "typeorm";' },
      { "src/db/tables/one.ts": 'import { id } from "../engine/columns.js"; import "../transaction.js";' },
      { "src/rpc/routes.ts": 'import { Session } from "../../gen/calmonypay/v1/session_pb.js";' },
      { "src/transcode/http/a.ts": 'import { http } from "../../../gen/google/api/annotations_pb.js";' },
      { "src/domain/session.ts": 'import { id } from "../lib/ids.js"; import { b } from "./money.js";' },
    ],
  },
  {
    says: "imports never run in a circle",
    check: importCircles,
    about: src,
    broken: [
      { "src/db/a.ts": 'import "./b.js";', "src/db/b.ts": 'import type { A } from "./a.js";' },
      {
        "src/db/a.ts": 'import "./b.js";',
        "src/db/b.ts": 'import "./c.js";',
        "src/db/c.ts": 'export { a } from "./a.js"; import "../lib/ids.js";',
        "src/lib/ids.ts": "",
      },
      { "src/db/a.ts": 'import "./a.js";' },
    ],
    kept: [
      {
        "src/db/a.ts": 'import "./b.js"; import "./c.js";',
        "src/db/b.ts": 'import "./c.js";',
        "src/db/c.ts": "",
      },
    ],
  },
  {
    says: "a start waits for no large package that it may not need",
    check: largeImports,
    about: src,
    broken: [{ "src/db/a.ts": 'import { type A, B } from "typeorm";' }, { "src/a.ts": 'import "mysql2";' }],
    kept: [{ "src/db/mysql/mysql.ts": 'import "mysql2";', "src/a.ts": 'import type { A } from "typeorm";' }],
  },
  {
    says: "every migration is listed by name",
    check: migrationsNotListed,
    about: src.filter(({ path }) => isMigration(path)),
    sees: src,
    broken: [
      { "src/db/migrations/one.ts": "", "src/start/schema.ts": "" },
      { "src/db/migrations/one.ts": "", "src/cli/one.ts": 'import { One } from "../db/migrations/one.js";' },
    ],
    kept: [
      { "src/db/migrations/one.ts": "", "src/start/a.ts": 'import { One } from "../db/migrations/one.js";' },
      {
        "src/db/migrations/one.ts": "",
        "src/db/migrations/all.ts": 'import { One } from "./one.js";',
        "src/db/migrate.ts": 'import { MIGRATIONS } from "./migrations/all.js";',
      },
    ],
  },
  {
    says: "a table's file asks the database in one way: by written statements, or by TypeORM",
    check: tablesAskedBothWays,
    about: src.filter(({ path }) => isOfTable(path)),
    broken: [
      {
        "src/db/tables/one.ts":
          'import { insertRows } from "../query/insert.js"; const find = () => db.createQueryBuilder(rows, "r");',
      },
      {
        "src/db/tables/one.ts":
          'import { selectRow } from "../query/select.js"; import { pageQuery } from "../query/list-query.js";',
      },
      {
        "src/sandbox/tables/one.ts":
          'import { insertRows } from "../../db/query/insert.js"; const find = (db) => db.findOneBy(rows, {});',
      },
      {
        "src/db/tables/one.ts":
          'import { sqlExecutorOf } from "../engine/sql-executor.js"; const end = (tx) => tx.delete(rows, {});',
      },
    ],
    kept: [
      {
        "src/db/tables/one.ts":
          'import { insertRows } from "../query/insert.js"; import { selectRow } from "../query/select.js";',
        "src/db/tables/two.ts":
          'import { pageQuery } from "../query/list-query.js"; const find = (db) => db.createQueryBuilder(rows);',
        "src/db/tables/three.ts": 'import { selectRows } from "../query/select.js"; rows.find(isDue);',
      },
    ],
  },
  {
    says: "no upsert is TypeORM's, which writes VALUES(): MySQL deprecates it",
    check: upsertsOfTypeorm,
    about: src,
    broken: [{ "src/db/tables/one.ts": 'query.orUpdate(["a"], ["id"]);' }],
    kept: [{ "src/db/tables/one.ts": 'upsertRow(tx, rows, "id", row, change);' }],
  },
  {
    says: "every folder of the sources has a README of 3 to 20 lines",
    check: foldersWithoutReadme,
    about: textsIn("src"),
    broken: [
      { "src/README.md": "# a\n\na", "src/lib/ids.ts": "" },
      { "src/README.md": "# a\n\na", "src/lib/README.md": "# a\n\n" },
      { "src/README.md": "# a\n\na", "src/lib/README.md": "a\n".repeat(21) },
    ],
    kept: [{ "src/README.md": "# a\n\na\n", "src/lib/README.md": "a\n".repeat(20), "src/lib/ids.ts": "" }],
  },
  {
    says: "a README names what its folder may import, and nothing else",
    check: importsSaidWrong,
    about: textsIn("src").filter(({ path }) => path.endsWith("/README.md")),
    broken: [
      { "src/domain/README.md": "# domain" },
      { "src/domain/README.md": "# domain\n\nMay import: `lib`, `db`." },
      { "src/cardstream/README.md": "# cardstream\n\nMay import: `lib`, `domain`." },
      { "src/web/answers/README.md": "# answers\n\nMay import: `lib`." },
    ],
    kept: [
      { "src/domain/README.md": "# `domain`\n\nMay import:\n`lib`.\n\nNot: `db`.", "src/README.md": "" },
      { "src/cardstream/README.md": "# cardstream\n\nMay import: `domain`, `lib`,\n`gen`.\n" },
      { "src/db/query/README.md": `May import: ${DB_QUERY}; \`lib\`, \`domain\`, \`cardstream\`, \`gen\`.` },
    ],
  },
];

holdTo(RULES);

function filesIn(folder: string, count: number): Planted {
  return Object.fromEntries(Array.from({ length: count }, (_, number) => [`${folder}/${number}.ts`, ""]));
}
