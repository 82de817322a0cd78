import type { Effort, Row } from "../row.js";
import { percentile, spreadOf } from "../statistics.js";
import { type Delivery, openDelivery, openFloor, openReceiver } from "./delivery.js";

type Server = () => Promise<string | undefined>;

const embedded: Server = async () => undefined;

/** Events on their way to a merchant's program: from the commit to the receiver's last byte of the request. */
export function deliveryRows(server: () => Promise<string>): readonly Row[] {
  return [
    throughput("events delivered, server", server),
    throughput("events delivered, embedded", embedded),
    atAThird("event received within, server", server),
    atAThird("event received within, embedded", embedded),
    besideOthers("event received beside bad endpoints, server", server),
    besideOthers("event received beside bad endpoints, embedded", embedded),
  ];
}

function throughput(name: string, server: Server): Row {
  return {
    kind: "pair",
    name,
    wanted: 0.5,
    open: async () => {
      const service = await openDelivery(await server());
      return [service, await openFloor(service.sample)];
    },
  };
}

/** The 99th percentile at a third of the rate that it can do. */
function atAThird(name: string, server: Server): Row {
  return {
    kind: "plain",
    name,
    unit: "s",
    wanted: 1,
    measure: async (effort) => {
      const service = await openDelivery(await server());
      try {
        const rate = await rateOf(service, effort);
        return percentile(await service.waits(rate / 3, effort.plain.seconds), 0.99) / 1000;
      } finally {
        await service.close();
      }
    },
  };
}

async function rateOf(service: Delivery, { warmUps, seconds, plain }: Effort): Promise<number> {
  for (let warmUp = 0; warmUp < warmUps; warmUp++) await service.measure(seconds);
  const rates: number[] = [];
  for (let time = 0; time < plain.times; time++) rates.push((await service.measure(seconds)).rate);
  return spreadOf(rates).median;
}

/** Events a second: the endpoints that do not answer are to get places again and again, not to be overrun. */
const CALM_RATE = 50;

/** How many times as long the healthy endpoint's 99th percentile is as when it is alone. */
function besideOthers(name: string, server: Server): Row {
  return {
    kind: "plain",
    name,
    unit: "times",
    wanted: 1.5,
    measure: async ({ plain: { seconds } }) => {
      const service = await openDelivery(await server());
      const [silent, endless] = [await openReceiver("silent"), await openReceiver("endless")];
      const p99 = async (): Promise<number> => percentile(await service.waits(CALM_RATE, seconds), 0.99);
      try {
        await p99(); // Everything is slow at first.
        const alone = await p99();
        for (const url of [DEAD, silent.url, endless.url]) await service.add(url);
        return (await p99()) / alone;
      } finally {
        await service.close();
        for (const receiver of [silent, endless]) await receiver.process.stop();
      }
    },
  };
}

/** No program listens there. */
const DEAD = "http://127.0.0.1:1024/";
