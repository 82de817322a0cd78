/**
 * Serves the case file's proto with a recording stub, for whoever has cases of their own:
 * `npm run --silent serve-cases -- --port 8080 --control-port 8081`.
 */
import { parseArgs } from "node:util";
import { startCaseServer } from "./transcode/support/case-server.js";

const USAGE = `Usage: npm run --silent serve-cases -- --port PORT --control-port PORT

Serves every method of test/fixtures/proto/transcodetest/v1/transcoding_cases.proto over HTTP on --port, with a stub
that records what it is called with. A request body may have 65536 bytes. On --control-port, which opens last:

  POST /next      the JSON of a case's "stub" ({} for none): forgets what was seen and answers like this from now on
  GET  /seen      {"rpc": ..., "request_json": ..., "metadata": {...}} of the last call, or null
  POST /template  {"template": "/v1/{name}"} answers {"valid": true} or {"valid": false}
`;

try {
  const { port, "control-port": controlPort, help } = readArguments();
  if (help === true) process.stdout.write(USAGE);
  else await startCaseServer(portOf(port, "--port"), portOf(controlPort, "--control-port"));
} catch (error) {
  process.stderr.write(`serve-cases: ${(error as Error).message}\n`);
  process.exitCode = 1;
}

function readArguments() {
  const options = {
    port: { type: "string" },
    "control-port": { type: "string" },
    help: { type: "boolean" },
  } as const;
  return parseArgs({ options, strict: true }).values;
}

function portOf(text: string | undefined, option: string): number {
  const port = Number(text);
  if (text !== undefined && /^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Error(`${option} must be a port from 1 to 65535; see --help`);
}
