import { writeFileSync } from "node:fs";

import { writeFormatted } from "./formatted-page.js";
import { type Machine, thisMachine } from "./machine.js";
import type { RowResult, Standing } from "./run-row.js";

/** Prints the table, and keeps it beside this program's sources. */
export async function writeReport(server: string, rows: readonly RowResult[], folder: string): Promise<void> {
  const machine = thisMachine();
  writeFileSync(`${folder}/results.json`, `${JSON.stringify({ machine, server, rows }, undefined, 2)}\n`);
  await writeFormatted(`${folder}/results.md`, resultsPage(server, rows, machine));
}

/** The table, as it is printed. */
export function table(rows: readonly RowResult[]): string {
  return [HEAD, ...rows.map(line)].join("\n");
}

const HEAD = `| work | ratio: median (min to max) | wanted | calls/s: median (min to max) | CPU a call | p50, p99 at a fixed rate |
|---|---|---|---|---|---|`;

function line(row: RowResult): string {
  const wanted = `${row.better === "higher" ? ">=" : "<="} ${row.wanted}${unitOf(row)}`;
  const each = (of: (standing: Standing) => string): string => row.standings.map(of).join("<br>") || "-";
  const rates = each(
    ({ name, rate }) => `${name} ${round(rate.median)} (${round(rate.min)} to ${round(rate.max)})`,
  );
  const cpu = each((standing) => `${round(standing.cpu)} us`);
  return `| ${row.name} | ${shown(row)} | ${wanted} | ${rates} | ${cpu} | ${each(latency)} |`;
}

function shown(row: RowResult): string {
  const range = row.noise && ` (${row.noise.min.toFixed(2)} to ${row.noise.max.toFixed(2)})`;
  return `${row.ratio.toFixed(row.unit === "MB" ? 0 : 2)}${unitOf(row)}${range ?? ""}`;
}

function unitOf({ unit }: RowResult): string {
  return unit === undefined ? "" : ` ${unit}`;
}

function latency({ latency: measured }: Standing): string {
  if (measured === null) return "-";
  const { p50, p99, fixedRate } = measured;
  return `${p50.toFixed(2)}, ${p99.toFixed(2)} ms at ${fixedRate}/s`;
}

function round(value: number): string {
  return value.toFixed(0);
}

function resultsPage(server: string, rows: readonly RowResult[], machine: Machine): string {
  const { cpu, cores, memoryGB, kernel, node, packages } = machine;
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return `# Measured

Made by \`npm run bench\`; what is measured and how is said in \`docs/performance.md\`.

${cores} cores of ${cpu}, ${memoryGB} GB, Linux ${kernel}, Node ${node}; ${server}; ${versions.join(", ")}.

${table(rows)}
`;
}
