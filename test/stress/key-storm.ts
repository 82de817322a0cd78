import { apiCall } from "../simulation/web-call.js";
import { connect } from "../support/grpc.js";
import { anOrder } from "../support/orders.js";
import { countDeadlocks, type SharedDatabase, numberOf } from "./shared-database.js";
import { each, type StormReport, Tally } from "./stress.js";

/** Keys that are stormed at the same time. */
const AT_ONCE = 12;

/** Of each key, on each face. */
const REQUESTS_EACH = 2;

/** What a request was answered with: the session, or that the first one is still under way (409, ABORTED). */
type Answer = { readonly session: string } | { readonly busy: true } | { readonly error: string };

/**
 * Creates sessions with so many idempotency keys. With each key two requests over JSON and two over gRPC come
 * at once, to different replicas; all get the one session that it makes. No deadlock may be needed for that.
 */
export async function keyStorm(
  shared: SharedDatabase,
  keys: number,
  onProgress: (done: number) => void,
): Promise<StormReport> {
  const begun = Date.now();
  const before = await numberOf(shared, "select count(*) from checkout_session");
  const deadlocks = await countDeadlocks(shared);
  const clients = await Promise.all(shared.replicas.map(({ grpc }) => connect(grpc)));
  const callers = callersOf(shared, clients);
  const answers = new Tally();
  const findings: string[] = [];
  let done = 0;
  await each(keys, AT_ONCE, async (number) => {
    findings.push(...(await stormOne(callers, number, answers)));
    onProgress(++done);
  });
  clients.forEach((client) => client.close());
  const created = (await numberOf(shared, "select count(*) from checkout_session")) - before;
  const sparks = (await countDeadlocks(shared)) - deadlocks;
  if (created !== keys) findings.push(`sessions created: ${created} instead of ${keys}`);
  if (sparks !== 0) findings.push(`deadlocks: ${sparks} instead of 0`);
  return {
    name: `idempotency storm: ${keys} keys, ${REQUESTS_EACH} requests over JSON and ${REQUESTS_EACH} over gRPC each at once`,
    seconds: (Date.now() - begun) / 1000,
    counts: [
      `answers             ${answers.text()}`,
      `sessions created    ${created}`,
      `deadlocks           ${sparks}`,
    ],
    findings,
  };
}

/** A way to create a session: over one face, at one replica. */
type Caller = (idempotencyKey: string, order: object) => Promise<Answer>;

function callersOf(
  { replicas, merchant }: SharedDatabase,
  clients: readonly Awaited<ReturnType<typeof connect>>[],
): Caller[] {
  const overJson = replicas.map(({ url }): Caller => async (idempotencyKey, order) => {
    const { status, text } = await apiCall(
      `${url}/v1/checkout/sessions`,
      merchant.liveKey,
      order,
      idempotencyKey,
    );
    if (status === 200) return { session: (JSON.parse(text) as { id: string }).id };
    return text.includes("idempotency_key_in_use") ? { busy: true } : { error: `${status} ${text}` };
  });
  const overGrpc = clients.map((client): Caller => async (idempotencyKey, order) => {
    const headers = { "idempotency-key": idempotencyKey };
    const { error, answer } = await client.call("createCheckoutSession", order, merchant.liveKey, headers);
    if (error === undefined) return { session: answer.checkout_session.id as string };
    const details = String(error.metadata.get("grpc-status-details-bin")[0]);
    return details.includes("IDEMPOTENCY_KEY_IN_USE") ? { busy: true } : { error: error.message };
  });
  return [overJson, overGrpc]
    .flatMap((face) => Array.from({ length: REQUESTS_EACH }, (_, at) => face[at % face.length]))
    .filter((caller) => caller !== undefined);
}

async function stormOne(callers: readonly Caller[], number: number, answers: Tally): Promise<string[]> {
  const idempotencyKey = `order ${number}`;
  const order = anOrder({ client_reference_id: String(number) });
  const send = (caller: Caller): Promise<Answer> => caller(idempotencyKey, order);
  const first = await Promise.all(callers.map(send));
  first.forEach((answer) =>
    answers.add("session" in answer ? "the session" : "busy" in answer ? "409" : "error"),
  );
  // Sent again once the storm is over, whoever was told to wait gets the session as well.
  const second = await Promise.all(callers.map(send));
  const sessions = [...first, ...second].flatMap((answer) => ("session" in answer ? [answer.session] : []));
  const errors = [...first, ...second].flatMap((answer) => ("error" in answer ? [answer.error] : []));
  const waiting = second.filter((answer) => "busy" in answer).length;
  return [
    ...errors.map((error) => `${idempotencyKey}: ${error}`),
    ...(new Set(sessions).size === 1
      ? []
      : [`${idempotencyKey}: ${new Set(sessions).size} sessions answered`]),
    ...(waiting === 0 ? [] : [`${idempotencyKey}: ${waiting} requests have to wait after the storm`]),
  ];
}
