import { readFileSync } from "node:fs";

import { Code } from "@connectrpc/connect";
import t from "tap";

import {
  type ErrorWords,
  REQUEST_ERRORS,
  STATUS_ERRORS,
  WEB_ERRORS,
} from "../../../src/rpc/errors/error-table.js";
import { httpStatusOfRefusal, REFUSALS } from "../../../src/rpc/errors/refusal-table.js";
import { httpStatusOf } from "../../../src/transcode/errors/http-status.js";
import { type RoutingReason, statusOfReason } from "../../../src/transcode/errors/request-error.js";

/** The rows of the tables in docs/errors.md, their cells without the marks of code. */
const documented = readFileSync("docs/errors.md", "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) =>
    line
      .slice(1, -1)
      .replaceAll("`", "")
      .split("|")
      .map((cell) => cell.trim()),
  );

const meanings = ({ meaning }: ErrorWords): string => meaning.replaceAll("`", "");

const codeName = (code: Code): string =>
  (Code[code] ?? "").replaceAll(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();

/** What the documentation has to say, from the code. */
const expected = [
  ...Object.entries(REFUSALS).map(([reason, row]) => [
    row.code,
    String(httpStatusOfRefusal(row)),
    row.type,
    reason,
    codeName(row.grpc),
    meanings(row),
  ]),
  ...Object.entries(REQUEST_ERRORS).map(([reason, row]) => [
    row.code,
    String(statusOfReason(reason as RoutingReason)),
    row.type,
    meanings(row),
  ]),
  ...Object.values(WEB_ERRORS).map((row) => [row.code, String(row.status), row.type, meanings(row)]),
  ...Object.entries(STATUS_ERRORS).map(([code, row]) => [
    row.code,
    String(httpStatusOf(Number(code))),
    row.type,
    codeName(Number(code)),
    meanings(row),
  ]),
];

const inOrder = (rows: string[][]): string[] => rows.map((cells) => cells.join(" | ")).toSorted();

t.test("the documentation lists every error of the code, and no other", async (t) => {
  t.ok(expected.length > 30);
  t.same(inOrder(documented), inOrder(expected));
});
