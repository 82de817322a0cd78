import { writeFileSync } from "node:fs";

import type { Sample } from "../contender.js";
import { writeFormatted } from "../formatted-page.js";
import { type Machine, thisMachine } from "../machine.js";
import { type Spread, spreadOf } from "../statistics.js";

/** What a call came to: the samples of each size. */
export interface GrowthResult {
  readonly name: string;
  readonly samples: readonly (readonly Sample[])[];
}

/** A call at the largest size may take so many times what it takes at the smallest. */
const WANTED = 1.3;

/** Keeps the table beside this program's sources. */
export async function writeGrowth(
  server: string,
  sizes: readonly number[],
  results: readonly GrowthResult[],
  folder: string,
): Promise<void> {
  const machine = thisMachine();
  const rows = results.map(({ name, samples }) => ({
    name,
    ratio: ratiosOf(samples).median,
    noise: ratiosOf(samples),
    wanted: WANTED,
    better: "lower",
    sizes: sizes.map((sessions, index) => ({ sessions, microseconds: timesOf(samples[index] ?? []) })),
  }));
  writeFileSync(`${folder}/growth.json`, `${JSON.stringify({ machine, server, rows }, undefined, 2)}\n`);
  await writeFormatted(`${folder}/growth.md`, page(machine, server, growthTable(sizes, results)));
}

/** The table, as it is printed. */
export function growthTable(sizes: readonly number[], results: readonly GrowthResult[]): string {
  const head = ["call", "ratio", "wanted", ...sizes.map((size) => `${size.toLocaleString("en")} sessions`)];
  const lines = results.map(({ name, samples }) => {
    const times = samples.map((own) => {
      const { median, min, max } = timesOf(own);
      return `${median.toFixed(0)} us (${min.toFixed(0)} to ${max.toFixed(0)})`;
    });
    const { median, min, max } = ratiosOf(samples);
    const ratio = `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
    return [name, ratio, `<= ${WANTED}`, ...times];
  });
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * The time of a call at the largest size over that at the smallest, round by round: a round has the same
 * neighbours on the machine.
 */
function ratiosOf(samples: readonly (readonly Sample[])[]): Spread {
  const [smallest = [], largest = []] = [samples[0], samples.at(-1)];
  return spreadOf(smallest.map(({ rate }, round) => rate / (largest[round]?.rate ?? NaN)));
}

/** Microseconds a call, service and database together, while eight are under way. */
function timesOf(samples: readonly Sample[]): Spread {
  return spreadOf(samples.map(({ rate }) => 1e6 / rate));
}

function page({ cpu, cores, memoryGB, kernel, node }: Machine, server: string, rows: string): string {
  return `# Growth

Made by \`npm run growth\`; what is measured and how is said in \`docs/scale.md\`.

${cores} cores of ${cpu}, ${memoryGB} GB, Linux ${kernel}, Node ${node}; ${server} with a buffer pool of 4 GB, on a disk.

${rows}
`;
}
