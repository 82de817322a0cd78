// Loaded first, this makes the clock of a process wrong, for all that runs in it. `WRONG_CLOCK_MS` says by
// how much; of several numbers another one counts every half second, so the clock jumps. Timers and
// `performance.now()` stay right: no one sets those.
const offs = (process.env["WRONG_CLOCK_MS"] ?? "0").split(",").map(Number);

const RightDate = Date;

function wrongNow(): number {
  return RightDate.now() + (offs[Math.floor(performance.now() / 500) % offs.length] ?? 0);
}

globalThis.Date = new Proxy(RightDate, {
  apply: () => new RightDate(wrongNow()).toString(),
  construct: (target, args: unknown[], newTarget: DateConstructor) =>
    Reflect.construct(target, args.length === 0 ? [wrongNow()] : args, newTarget) as Date,
  get: (target, name, receiver) =>
    name === "now" ? wrongNow : (Reflect.get(target, name, receiver) as unknown),
});
