import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";

import { memoryFolder } from "../memory-folder.js";

/** Names the folder of the run's migrated file and, where the run has a server of its own, its migrated schema. */
export const TEMPLATE_VARIABLES = { folder: "TEST_TEMPLATE_FOLDER", schema: "TEST_TEMPLATE_SCHEMA" } as const;

/** Where the stories of one run find migrated tables to copy. */
export interface TemplatePlace {
  readonly variables: Readonly<Record<string, string>>;
  remove(): void;
}

/** A server that was given to the tests gets no schema, which would be left there. */
export function makeTemplatePlace({ ownServer }: { readonly ownServer: boolean }): TemplatePlace {
  const folder = mkdtempSync(path.join(memoryFolder(), "calmony-pay-template-"));
  const schema = ownServer ? { [TEMPLATE_VARIABLES.schema]: "template" } : {};
  return {
    variables: { [TEMPLATE_VARIABLES.folder]: folder, ...schema },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
