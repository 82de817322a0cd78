import { Agent } from "node:http";

import { seededRandom } from "../simulation/seeded-random.js";
import { openApi, operationsOf } from "../support/openapi.js";
import { answerProblems } from "./answer-rules.js";
import { type SentCall, sentCall } from "./call.js";
import { KnownIds } from "./known-ids.js";
import { type CallParts, mutatedCall } from "./mutated-call.js";
import { type Answer, send } from "./send.js";

/** A service, and the keys to call it with. */
export interface Target {
  readonly address: string;
  readonly keys: CallParts["keys"];
}

/** What came of all calls. */
export interface FuzzReport {
  readonly calls: number;
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Operations that answered 2xx at least once. */
  readonly succeeded: ReadonlySet<string>;
  /** What is wrong with an answer, and the call that it answers. */
  readonly findings: readonly string[];
}

/**
 * Sends mutated calls one after the other, of all operations in turn. The same seed makes the same calls but for the
 * ids, which the service chooses.
 */
export async function fuzz({ address, keys }: Target, calls: number, seed: number): Promise<FuzzReport> {
  const parts = { random: seededRandom(seed), keys, ids: new KnownIds() };
  const operations = operationsOf(openApi);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const statuses = new Map<number, number>();
  const succeeded = new Set<string>();
  const findings: string[] = [];
  try {
    for (let sent = 0; sent < calls; sent++) {
      const operation = operations[sent % operations.length];
      if (operation === undefined) throw new Error("The document has no operations.");
      const call = sentCall(mutatedCall(operation, parts));
      const answer = await send(address, agent, call);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status < 300) succeeded.add(operation.operation.operationId);
      findings.push(...answerProblems(call, answer).map((problem) => findingOf(sent, problem, call)));
      learn(parts.ids, answer);
      if (call.target.endsWith("/gateway_faults")) await endFaults({ address, keys }, agent);
    }
  } finally {
    agent.destroy();
  }
  return { calls, statuses, succeeded, findings };
}

function learn(ids: KnownIds, { status, headers, text }: Answer): void {
  if (status < 300 && text !== "" && headers["content-type"] === "application/json")
    ids.learn(JSON.parse(text));
}

/** What goes wrong at the gateway by order would be an error of the gateway's, not of the service. */
async function endFaults({ address, keys }: Target, agent: Agent): Promise<void> {
  for (const key of keys) {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const body = Buffer.from('{"faults": []}');
    await send(address, agent, { method: "POST", target: "/v1/test_helpers/gateway_faults", headers, body });
  }
}

function findingOf(index: number, problem: string, { method, target, headers, body }: SentCall): string {
  const text = body === undefined ? "" : ` ${JSON.stringify(body.toString().slice(0, 1000))}`;
  return `call ${index}: ${problem}\n  ${method} ${target.slice(0, 1000)} ${JSON.stringify(headers)}${text}`;
}

/** The report for people. */
export function textOf({ calls, statuses, succeeded, findings }: FuzzReport): string {
  const counts = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  const never = operationsOf(openApi).filter(({ operation }) => !succeeded.has(operation.operationId));
  const names = never.map(({ operation }) => operation.operationId).join(", ");
  return [
    `${calls} calls, answered ${counts.join(", ")}`,
    `operations without a 2xx: ${names === "" ? "none" : names}`,
    ...findings,
    findings.length === 0 ? "no finding" : `${findings.length} findings`,
  ].join("\n");
}
