/**
 * A process of `kept-command.ts`, which runs one command of the operator after the other. It ends as a command ends
 * it, and with the process of the tests.
 */
import { type CommandOrder, END } from "./kept-command.js";

const MAIN = new URL("../../bundle/main.js", import.meta.url).href;

// Each command listens for the end of its reader.
process.stdout.setMaxListeners(0);
process.on("message", (order: CommandOrder) => void obey(order));
process.on("disconnect", () => process.exit());

/** What a command throws ends the process, as it ends that of a command which runs alone. */
async function obey({ env, args }: CommandOrder): Promise<void> {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv.splice(2, Infinity, ...args);
  process.exitCode = 0;
  // Under another name the main module runs once more, and with it nothing that it imports.
  await import(`${MAIN}?${performance.now()}`);
  process.stdout.write(END);
  process.stderr.write(`${process.exitCode}${END}`);
}
