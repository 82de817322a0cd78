import type { Ending } from "../database-place.js";
import type { Environment } from "../environment.js";
import { forEach } from "../for-each.js";
import { callUntilAnswered } from "../merchant-call.js";
import type { SimulatedMerchant } from "../world.js";
import { EventReader } from "./event-reader.js";
import { EventStreamReader } from "./event-stream-reader.js";
import { Receiver } from "./receiver.js";
import { FAILING_DEFAULT } from "./receiver-faults.js";
import { untilNothingWaits } from "./until-delivered.js";
import type { SigningTime } from "./verify-signatures.js";
import { isAnswered, type MadeEndpoint, type Reception, wayOf } from "./webhook-snapshots.js";

/** The programs of all merchants that are told what happens. */
export class SimulatedWebhooks {
  readonly endpoints: readonly MadeEndpoint[];
  readonly #environment: Environment;
  readonly #receivers: readonly Receiver[];
  readonly #readers: readonly EventReader[];
  readonly #streams: readonly EventStreamReader[];

  private constructor(
    environment: Environment,
    receivers: readonly Receiver[],
    endpoints: readonly MadeEndpoint[],
  ) {
    this.endpoints = endpoints;
    this.#environment = environment;
    this.#receivers = receivers;
    const { merchants } = environment;
    this.#readers = merchants.map((merchant) => new EventReader(environment, merchant));
    this.#streams = merchants.map((merchant) => new EventStreamReader(environment, merchant));
  }

  /** Makes two endpoints for each merchant and starts their receivers. `ending` takes them down. */
  static async start(
    ending: Ending,
    environment: Environment,
    { seed, failing = FAILING_DEFAULT }: { readonly seed: number; readonly failing?: number },
  ): Promise<SimulatedWebhooks> {
    const { history } = environment;
    const receivers: Receiver[] = [];
    const endpoints: MadeEndpoint[] = [];
    for (const merchant of environment.merchants) {
      for (const wants of WANTED) {
        const number = receivers.length;
        const signing = (): SigningTime => signingTime(environment);
        const receiver = new Receiver({ history, seed, number, failing, signingTime: signing });
        ending.teardown(() => receiver.close());
        await receiver.start();
        receivers.push(receiver);
        endpoints.push(await makeEndpoint(environment, merchant, wants, receiver));
      }
    }
    const webhooks = new SimulatedWebhooks(environment, receivers, endpoints);
    ending.teardown(() => [...webhooks.#readers, ...webhooks.#streams].forEach((reader) => reader.stop()));
    return webhooks;
  }

  /** Every endpoint gets another secret, while events are sent to it. */
  async rollSecrets(): Promise<void> {
    await forEach(this.endpoints, async (endpoint) => {
      const { id, merchant } = endpoint;
      const index = this.endpoints.indexOf(endpoint);
      const { text } = await callUntilAnswered(this.#environment, {
        what: "rolled secret",
        key: this.#keyOf(merchant),
        path: `/webhook_endpoints/${id}/roll_secret`,
        replica: index,
        body: {},
        idempotencyKey: `roll ${id}`,
      });
      const { secret } = JSON.parse(text) as { readonly secret: string };
      this.#receivers[index]?.roll(secret, this.#environment.fleet.now());
      this.#environment.history.count(SECRET_ROLLED);
    });
  }

  /**
   * The receivers work from now on, and time passes until nothing waits to be sent. What a receiver answered and then
   * did not keep, its merchant has sent again.
   */
  async deliverAll(): Promise<void> {
    for (const receiver of this.#receivers) receiver.recover();
    await this.#environment.fleet.whole();
    await untilNothingWaits(this.#environment);
    const lost = lostOnes(this.#environment.history.receptions);
    if (lost.length > 0) {
      await forEach(lost, (reception) => this.#sendAgain(reception));
      await untilNothingWaits(this.#environment);
    }
    for (const [index, reader] of this.#readers.entries())
      await this.#streams[index]?.end(await reader.end());
  }

  async #sendAgain({ endpoint, event }: Reception): Promise<void> {
    const merchantId = this.endpoints.find(({ id }) => id === endpoint)?.merchant;
    const key = this.#keyOf(merchantId);
    const path = `/webhook_deliveries?event=${event}&webhook_endpoint=${endpoint}`;
    const { text } = await callUntilAnswered(this.#environment, { what: "list", key, path, replica: 0 });
    const [delivery] = (JSON.parse(text) as { data: { id: string }[] }).data;
    if (delivery === undefined) return; // The checker finds that.
    await callUntilAnswered(this.#environment, {
      what: "resend",
      key,
      path: `/webhook_deliveries/${delivery.id}/resend`,
      replica: 1,
      body: {},
      idempotencyKey: `resend ${delivery.id}`,
    });
    this.#environment.history.count(SENT_AGAIN);
  }

  #keyOf(merchantId: string | undefined): string {
    return this.#environment.merchants.find(({ id }) => id === merchantId)?.key ?? "";
  }
}

/** How that is counted. */
export const SENT_AGAIN = "events sent again on request";
export const SECRET_ROLLED = "webhook secret rolled";

/** What the endpoints of each merchant want. */
const WANTED = [["*"], ["checkout.session.*", "payment_intent.succeeded", "refund.*"]];

async function makeEndpoint(
  environment: Environment,
  { id: merchant, key }: SimulatedMerchant,
  wants: readonly string[],
  receiver: Receiver,
): Promise<MadeEndpoint> {
  const { text } = await callUntilAnswered(environment, {
    what: "webhook endpoint",
    key,
    path: "/webhook_endpoints",
    replica: 0,
    body: { url: receiver.url, enabled_events: wants },
    idempotencyKey: `endpoint at ${receiver.url}`,
  });
  const { id, secret, livemode } = JSON.parse(text) as { id: string; secret: string; livemode: boolean };
  receiver.receive({ id, secret });
  return { id, merchant, livemode, wants };
}

/** By the service's clock, as of now and as of the earliest moment at which the request can have been sent. */
function signingTime({ fleet }: Environment): SigningTime {
  return { from: fleet.timeAgo(UNDER_WAY_MS) - TOLERANCE_MS, until: fleet.now() + TOLERANCE_MS };
}

/** Longer than the service waits for an answer, also where a machine is busy. */
const UNDER_WAY_MS = 20_000;

/** As the libraries of Standard Webhooks and of Stripe have it. */
const TOLERANCE_MS = 300_000;

/** What was answered with 2xx, and never kept. */
function lostOnes(received: readonly Reception[]): Reception[] {
  const kept = new Set(received.filter((each) => each.kept && isAnswered(each)).map(wayOf));
  const lost = received.filter((each) => isAnswered(each) && !kept.has(wayOf(each)));
  return [...new Map(lost.map((each) => [wayOf(each), each])).values()];
}
