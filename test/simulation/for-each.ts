/** So many at once that two cores are busy, and that each replica has several in hand. */
const AT_ONCE = 12;

/** Does `work` with each item, in lanes: the next item of a lane when it has done one. */
export async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
