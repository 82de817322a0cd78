/**
 * Lints `gen/openapi.json`: a part of `npm run lint`. The library of Redocly's linter, whose program asks for
 * updates.
 */
import { createConfig, formatProblems, getTotals, lint } from "@redocly/openapi-core";

const config = await createConfig({ extends: ["recommended-strict"] });
const problems = await lint({ ref: "gen/openapi.json", config });
const totals = getTotals(problems);
if (problems.length > 0) formatProblems(problems, { format: "codeframe", totals, version: "" });
process.exitCode = problems.length === 0 ? 0 : 1;
