/** Equality of plain values. */

/** Compares by content. An undefined field equals an absent one; the order of fields does not count. */
export function sameContent(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return sameNumber(a, b);
  if (Array.isArray(a) || Array.isArray(b)) return sameList(a, b);
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  return left.length === right.size && left.every(([key, value]) => sameContent(value, right.get(key)));
}

/** Compares 64-bit numbers, which are numbers or bigints. */
function sameNumber(a: unknown, b: unknown): boolean {
  const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint';
  return isNumber(a) && isNumber(b) && String(a) === String(b);
}

function sameList(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((element, index) => sameContent(element, b[index]));
}
