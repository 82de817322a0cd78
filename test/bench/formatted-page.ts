import { writeFileSync } from "node:fs";

import { format, resolveConfig } from "prettier";

/** Writes a page of Markdown as the formatter wants it: a run must not leave what the lint refuses. */
export async function writeFormatted(file: string, text: string): Promise<void> {
  const style = await resolveConfig(file);
  writeFileSync(file, await format(text, { ...style, filepath: file }));
}
