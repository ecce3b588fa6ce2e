/**
 * The first fault in a text that is not JSON, in words for its writer: line, column, and the way out of the common ones.
 */

const TEXT = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`;
/** A value that is neither an object nor a list, and not the beginning of a longer word. */
const SCALAR = new RegExp(`(?:${TEXT}|${NUMBER}|true|false|null)(?![\\w.])`, 'y');
const NAME = new RegExp(TEXT, 'y');
const SPACE = /[ \t\r\n]*/y;
/** Deeper nesting is not walked into. */
const DEPTH_MAX = 1000;

/** The place of a fault, and the part of JSON that belongs there. */
class Fault extends Error {
  constructor(
    readonly position: number,
    readonly expected: string,
  ) {
    super(expected);
  }
}

/** Describes the fault of a text that JSON.parse refuses. */
export function describeJsonFault(text: string): string {
  if (text.trim() === '') return 'it is empty';
  const { position, expected } = findFault(text);
  const before = text.slice(0, position);
  const lines = before.split('\n');
  const rest = text.slice(position);
  const actual = rest === '' ? 'the end' : JSON.stringify([...rest][0]);
  const place = `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
  return `${place}: ${expected} is expected, not ${actual}${hintFor(before, rest, expected)}`;
}

function hintFor(before: string, rest: string, expected: string): string {
  if (/^(\/[/*]|#)/.test(rest)) return '; JSON has no comments';
  if (/^[}\]]/.test(rest) && /,\s*$/.test(before)) return '; JSON has no comma after the last member';
  if (rest.startsWith("'")) return '; texts are in double quotes in JSON';
  if (before.trim() === '' && /^(---|[\w-]+:\s)/.test(rest)) return '; if it is YAML, write it as JSON';
  if (rest.startsWith('"') && /^a (value|name)/.test(expected))
    return '; the text that begins there has no end in its line, or a wrong escape';
  return '';
}

function findFault(text: string): Fault {
  try {
    const walk = new Walk(text);
    walk.value(0);
    walk.end();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('the text is JSON');
}

/** A walk over a text, which throws a Fault where it ceases to be JSON. */
class Walk {
  private position = 0;

  constructor(private readonly text: string) {}

  value(depth: number): void {
    if (depth > DEPTH_MAX) throw new Fault(this.position, `a value within ${DEPTH_MAX} levels`);
    if (this.take('{')) return this.members('}', () => this.member(depth + 1));
    if (this.take('[')) return this.members(']', () => this.value(depth + 1));
    this.need(this.token(SCALAR), 'a value');
  }

  end(): void {
    this.skipSpace();
    this.need(this.position === this.text.length, 'the end');
  }

  private member(depth: number): void {
    this.need(this.token(NAME), 'a name in double quotes');
    this.need(this.take(':'), 'a colon');
    this.value(depth);
  }

  private members(closer: string, member: () => void): void {
    if (this.take(closer)) return;
    do member();
    while (this.take(','));
    this.need(this.take(closer), `a comma or ${closer}`);
  }

  private need(isThere: boolean, expected: string): void {
    if (!isThere) throw new Fault(this.position, expected);
  }

  private take(character: string): boolean {
    this.skipSpace();
    const isThere = this.text[this.position] === character;
    if (isThere) this.position++;
    return isThere;
  }

  private token(pattern: RegExp): boolean {
    this.skipSpace();
    pattern.lastIndex = this.position;
    const isThere = pattern.test(this.text);
    if (isThere) this.position = pattern.lastIndex;
    return isThere;
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.position;
    SPACE.test(this.text);
    this.position = SPACE.lastIndex;
  }
}
