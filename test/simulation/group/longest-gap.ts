/** The longest time, in milliseconds, without one of these moments, between `from` and `to`. `moments` are in order. */
export function longestGap(moments: readonly number[], from: number, to: number): number {
  const inside = moments.filter((at) => at > from && at < to);
  let [longest, last] = [0, from];
  for (const at of [...inside, to]) {
    longest = Math.max(longest, at - last);
    last = at;
  }
  return longest;
}
