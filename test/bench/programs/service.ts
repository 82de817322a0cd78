// The service as it is, with a database behind it.
import { createApp } from "../../../src/start/app.js";
import { createLog } from "../../../src/lib/log.js";
import { type BenchPlace, configOf } from "../bench-place.js";
import { options, ready } from "./ready.js";
import { answerSeed, openBeside, type SeedQuestion } from "./seed.js";
import { type EventsQuestion, makeEvents } from "./seed-events.js";

const place = options() as BenchPlace;
const app = await createApp(configOf(place), { log: createLog("info") });
const { port, grpc } = await app.listen();
const beside = await openBeside(place);
process.on("message", (question: SeedQuestion | EventsQuestion) => {
  const answered =
    "events" in question ? makeEvents(beside, place, question) : answerSeed(beside, place, question);
  void answered.then((answer) => process.send?.(answer));
});
ready({ http: port, grpc: Number(grpc.split(":")[1]) });
