/**
 * Names near a misspelt one, for advice.
 */

/** Longer names are not compared: the cost grows with the square of the length. */
const LENGTH_MAX = 256;

/** The words that a person may have meant, nearest first, at most `count`; those too far away are left out. */
export function nearest(word: string, words: Iterable<string>, count: number): string[] {
  const wanted = word.toLowerCase().slice(0, LENGTH_MAX);
  const limit = farthest(wanted);
  const near: { readonly other: string; readonly distance: number }[] = [];
  for (const other of words) {
    const distance = editDistance(wanted, other.toLowerCase(), limit);
    if (distance <= limit) near.push({ other, distance });
  }
  return near
    .sort((a, b) => a.distance - b.distance || (a.other < b.other ? -1 : 1))
    .slice(0, count)
    .map(({ other }) => other);
}

/** A third of the letters may be wrong, and always two. */
function farthest(word: string): number {
  return Math.max(2, Math.floor(word.length / 3));
}

/** Levenshtein's distance, or more than `limit` as soon as that is sure. */
export function editDistance(left: string, right: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let row = Array.from({ length: right.length + 1 }, (_unused, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      const distance = Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      next.push(distance);
      if (distance < least) least = distance;
    }
    if (least > limit) return limit + 1;
    row = next;
  }
  return row[right.length] ?? 0;
}
