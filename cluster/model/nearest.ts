/**
 * Finds names near a misspelt one, for suggestions.
 */

/** The longest name that is compared: the cost grows with the square of the length. */
const LENGTH_MAX = 256;

/**
 * The nearest words, at most `count`, nearest first; words that are too far away are left out. The search
 * ends after `comparisons` words of a fitting length.
 */
export function nearest(
  word: string,
  words: Iterable<string>,
  count: number,
  comparisons = Number.POSITIVE_INFINITY,
): string[] {
  const wanted = word.toLowerCase().slice(0, LENGTH_MAX);
  const limit = farthest(wanted);
  const near: { readonly other: string; readonly distance: number }[] = [];
  let left = comparisons;
  for (const other of words) {
    if (Math.abs(other.length - wanted.length) > limit) continue;
    if (left-- <= 0) break;
    const distance = editDistance(wanted, other.toLowerCase(), limit);
    if (distance <= limit) near.push({ other, distance });
  }
  return near
    .sort((a, b) => a.distance - b.distance || (a.other < b.other ? -1 : 1))
    .slice(0, count)
    .map(({ other }) => other);
}

/** The largest distance: a third of the letters may be wrong, and always two. */
function farthest(word: string): number {
  return Math.max(2, Math.floor(word.length / 3));
}

/**
 * Levenshtein's distance, or more than `limit` as soon as that is certain. Only the cells within `limit` of
 * the diagonal are computed, as a path through any other costs more.
 */
export function editDistance(left: string, right: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  const band = Math.min(limit, Math.max(left.length, right.length));
  const beyond = band + 1;
  let row = Array.from({ length: right.length + 1 }, (_unused, index) => Math.min(index, beyond));
  let next = row.slice();
  for (let i = 1; i <= left.length; i++) {
    const first = Math.max(1, i - band);
    const last = Math.min(right.length, i + band);
    next[first - 1] = first === 1 ? Math.min(i, beyond) : beyond;
    let least = next[first - 1] ?? beyond;
    for (let j = first; j <= last; j++) {
      const replaced = (row[j - 1] ?? beyond) + (left.charCodeAt(i - 1) === right.charCodeAt(j - 1) ? 0 : 1);
      const distance = Math.min(replaced, (row[j] ?? beyond) + 1, (next[j - 1] ?? beyond) + 1);
      next[j] = distance;
      if (distance < least) least = distance;
    }
    if (last < right.length) next[last + 1] = beyond;
    if (least > limit) return limit + 1;
    [row, next] = [next, row];
  }
  return Math.min(row[right.length] ?? beyond, limit + 1);
}
