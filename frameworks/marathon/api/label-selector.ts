/**
 * The `label` query of `GET /v2/apps`: `a`, `a==b`, `a!=b`, `a in (b, c)`, `a notin (b)`, joined by commas that mean
 * and. A backslash takes the next character as it is. As in the original, != and notin hold only where the label
 * exists.
 */

type Labels = Readonly<Record<string, string>>;

export type LabelSelector = (labels: Labels) => boolean;

/** Reads a selector; an error for one that cannot be parsed. */
export function readLabelSelector(selector: string): LabelSelector | { readonly error: string } {
  const scanner = { rest: selector.trim() };
  const terms: LabelSelector[] = [];
  for (;;) {
    const term = readTerm(scanner);
    if (!term)
      return { error: `Can not parse label selector ${selector}. Reason: unexpected "${scanner.rest}"` };
    terms.push(term);
    if (scanner.rest === '') return (labels) => terms.every((holds) => holds(labels));
    if (!take(scanner, ',')) {
      return { error: `Can not parse label selector ${selector}. Reason: unexpected "${scanner.rest}"` };
    }
  }
}

interface Scanner {
  rest: string;
}

function take(scanner: Scanner, token: string): boolean {
  if (!scanner.rest.startsWith(token)) return false;
  scanner.rest = scanner.rest.slice(token.length).trimStart();
  return true;
}

function readWord(scanner: Scanner): string | undefined {
  const escaped = /^(?:\\.|[-A-Za-z0-9_.])+/.exec(scanner.rest)?.[0];
  if (escaped === undefined) return undefined;
  scanner.rest = scanner.rest.slice(escaped.length).trimStart();
  return escaped.replace(/\\(.)/g, '$1');
}

function readTerm(scanner: Scanner): LabelSelector | undefined {
  const key = readWord(scanner);
  if (key === undefined) return undefined;
  const exists = (labels: Labels): boolean => Object.hasOwn(labels, key);
  for (const [token, negated] of [
    ['==', false],
    ['!=', true],
  ] as const) {
    if (!take(scanner, token)) continue;
    const value = readWord(scanner);
    if (value === undefined) return undefined;
    return (labels) => exists(labels) && (labels[key] === value) !== negated;
  }
  const operator = /^(in|notin)(?=[\s(])/.exec(scanner.rest)?.[1];
  if (operator === undefined) return exists;
  take(scanner, operator);
  const values = readList(scanner);
  return values && ((labels) => exists(labels) && values.includes(labels[key] ?? '') === (operator === 'in'));
}

function readList(scanner: Scanner): string[] | undefined {
  if (!take(scanner, '(')) return undefined;
  const values: string[] = [];
  do {
    const value = readWord(scanner);
    if (value === undefined) return undefined;
    values.push(value);
  } while (take(scanner, ','));
  return take(scanner, ')') ? values : undefined;
}
