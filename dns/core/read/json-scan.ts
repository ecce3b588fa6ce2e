/**
 * A scanner for large JSON documents that arrive in chunks: wanted values are parsed one at a time, the rest is passed over
 * without being made into objects. The borders of chunks do not matter.
 *
 * Always true: it keeps no more than the value that is being taken. A document that ends early is never `done`.
 */

import * as json from './json-bytes';
import { createShapeReader, type Shape, type ShapeReader } from './json-shape';

// Constants of this file: reading them through the import would be a call for each byte.
const {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  endsScalar,
  OPEN_LIST,
  OPEN_OBJECT,
  OUTER_KINDS,
  PLAIN,
  QUOTE,
  TEXT_KINDS,
} = json;

/**
 * The decision about a value: go into its members, take it whole, take the members that a shape names, or skip it.
 */
export type Decision = 'into' | 'take' | 'skip' | Shape;

export interface JsonVisitor {
  /** The path has member names; an item of a list is `*`. Asked once for all items of a list. */
  decide(path: readonly string[]): Decision;
  take(path: readonly string[], value: unknown): void;
  /** Called at the end of a value that was gone into. */
  end(path: readonly string[]): void;
}

export interface JsonScanner {
  /** Takes the next bytes. Throws an Error for bytes that are not JSON. */
  feed(chunk: Uint8Array): void;
  /** True when the whole document has been read. */
  done(): boolean;
}

/** The shape of values that are skipped. */
const NOTHING: Shape = { skipped: true };
/** Longest value that is taken whole. */
const VALUE_MAX_BYTES = 64 * 1024 * 1024;

type Expect = 'value' | 'first' | 'key' | 'colon' | 'next' | 'run' | 'end';

/** A value or a member name that is being skipped or taken, over the borders of chunks. */
interface Run {
  readonly taken: boolean;
  readonly shape: Shape | undefined;
  /** True for a member name. */
  readonly key: boolean;
  depth: number;
  inText: boolean;
  escaped: boolean;
  scalar: boolean;
  bytes: number;
  parts: Uint8Array[];
}

/** The state of the scanner: its position in the document. */
interface ScanState {
  readonly visitor: JsonVisitor;
  readonly path: string[];
  /** For each value that is gone into: true when it is a list. */
  readonly lists: boolean[];
  /** For each of them the decision about its items, once it was made. */
  readonly items: (Decision | undefined)[];
  readonly decoder: InstanceType<typeof TextDecoder>;
  readonly shapes: ShapeReader;
  expect: Expect;
  run: Run | undefined;
}

export function createJsonScanner(visitor: JsonVisitor): JsonScanner {
  const decoder = new TextDecoder();
  const shapes = createShapeReader();
  const scan: ScanState = {
    visitor,
    path: [],
    lists: [],
    items: [],
    decoder,
    shapes,
    expect: 'value',
    run: undefined,
  };
  const feed = (chunk: Uint8Array): void => {
    let position = 0;
    shapes.use(chunk);
    while (position < chunk.length) {
      if (!scan.run) position = step(scan, chunk[position] ?? 0, position);
      const { run } = scan;
      if (!run) continue;
      const end = advance(run, chunk, position);
      keep(run, chunk, position, Math.abs(end));
      position = Math.abs(end);
      if (end >= 0) finish(scan, run);
      if (run.shape) shapes.use(chunk);
    }
  };
  return { feed, done: () => scan.expect === 'end' };
}

/** Handles one byte outside of runs. Returns the next position: that of the byte itself when a run begins with it. */
function step(scan: ScanState, byte: number, position: number): number {
  if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return position + 1;
  const { expect } = scan;
  const inList = scan.lists.at(-1) === true;
  if (expect === 'value') return begin(scan, byte, position);
  if (expect === 'first') {
    if (byte !== CLOSE_LIST) return begin(scan, byte, position);
    close(scan);
  } else if (expect === 'key' && byte === QUOTE) {
    scan.run = startRun(byte, { taken: true, key: true, shape: undefined });
    scan.expect = 'run';
    return position;
  } else if (expect === 'key' && byte === CLOSE_OBJECT) close(scan);
  else if (expect === 'colon' && byte === COLON) scan.expect = 'value';
  else if (expect === 'next' && byte === COMMA) scan.expect = inList ? 'value' : 'key';
  else if (expect === 'next' && byte === (inList ? CLOSE_LIST : CLOSE_OBJECT)) close(scan);
  else {
    const character = JSON.stringify(String.fromCharCode(byte));
    throw new Error(`not JSON: ${character} at /${scan.path.join('/')} where ${expect} is due`);
  }
  return position + 1;
}

function begin(scan: ScanState, byte: number, position: number): number {
  const decision = decide(scan);
  const container = byte === OPEN_OBJECT || byte === OPEN_LIST;
  if (decision === 'into' && container) {
    const list = byte === OPEN_LIST;
    scan.lists.push(list);
    scan.items.push(undefined);
    if (list) scan.path.push('*');
    scan.expect = list ? 'first' : 'key';
    return position + 1;
  }
  const shape = typeof decision === 'object' && container ? decision : undefined;
  // Most values are whole in one chunk; the others are read when their last part is there.
  const end = container && decision !== 'take' ? scan.shapes.read(position, shape ?? NOTHING) : -1;
  if (end >= 0) {
    if (shape) scan.visitor.take(scan.path, scan.shapes.value());
    after(scan);
    return end;
  }
  scan.run = startRun(byte, { taken: decision !== 'skip' && decision !== 'into', key: false, shape });
  scan.expect = 'run';
  return position;
}

function decide({ visitor, path, lists, items }: ScanState): Decision {
  const itemDecision = items.at(-1);
  if (itemDecision !== undefined) return itemDecision;
  const decision = visitor.decide(path);
  if (lists.at(-1) === true) items[items.length - 1] = decision;
  return decision;
}

/** Ends a value that was gone into. */
function close(scan: ScanState): void {
  scan.items.pop();
  if (scan.lists.pop()) scan.path.pop();
  scan.visitor.end(scan.path);
  after(scan);
}

function finish(scan: ScanState, run: Run): void {
  scan.run = undefined;
  const value = run.taken ? parsed(scan, run) : undefined;
  if (run.key) {
    scan.path.push(String(value));
    scan.expect = 'colon';
    return;
  }
  if (run.taken) scan.visitor.take(scan.path, value);
  after(scan);
}

function parsed({ shapes, decoder }: ScanState, { parts, shape }: Run): unknown {
  if (!shape) return JSON.parse(joined(parts, decoder));
  shapes.use(concat(parts));
  if (shapes.read(0, shape) < 0) throw new Error('not JSON: a value without its end');
  return shapes.value();
}

/** Prepares for the next value, after one has ended. */
function after(scan: ScanState): void {
  scan.expect = scan.lists.length === 0 ? 'end' : 'next';
  if (scan.lists.at(-1) === false) scan.path.pop();
}

function startRun(byte: number, what: Pick<Run, 'taken' | 'key' | 'shape'>): Run {
  const scalar = byte !== OPEN_OBJECT && byte !== OPEN_LIST && byte !== QUOTE;
  return { ...what, depth: 0, inText: false, escaped: false, scalar, bytes: 0, parts: [] };
}

/** Continues a run. Returns its end, or the negative end of the chunk when the run does not end in it. */
function advance(run: Run, chunk: Uint8Array, from: number): number {
  const { length } = chunk;
  let position = from;
  if (run.scalar) {
    while (position < length && !endsScalar(chunk[position] ?? 0)) position++;
    return position < length ? position : -length;
  }
  while (position < length) {
    if (run.inText) {
      position = endOfText(run, chunk, position);
      if (run.inText) return -length;
      if (run.depth === 0) return position;
    }
    while (position < length && OUTER_KINDS[chunk[position] ?? 0] === PLAIN) position++;
    if (position === length) return -length;
    const byte = chunk[position++] ?? 0;
    if (byte === QUOTE) run.inText = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) run.depth++;
    else if (--run.depth === 0) return position;
  }
  return -length;
}

/** Continues a text. Returns the position behind it, or the end of the chunk. */
function endOfText(run: Run, chunk: Uint8Array, from: number): number {
  const { length } = chunk;
  let position = run.escaped ? from + 1 : from;
  run.escaped = false;
  for (; position < length; position++) {
    const kind = TEXT_KINDS[chunk[position] ?? 0];
    if (kind === PLAIN) continue;
    if (kind === BACKSLASH && ++position === length) run.escaped = true;
    if (kind !== QUOTE) continue;
    run.inText = false;
    return position + 1;
  }
  return length;
}

function keep(run: Run, chunk: Uint8Array, from: number, end: number): void {
  if (!run.taken) return;
  run.bytes += end - from;
  if (run.bytes > VALUE_MAX_BYTES) throw new Error(`a value of more than ${VALUE_MAX_BYTES} bytes`);
  // The caller may use the chunk again, so the part of a value that is not complete is copied.
  // `slice` would not copy a Buffer.
  const part = chunk.subarray(from, end);
  run.parts.push(end === chunk.length ? new Uint8Array(part) : part);
}

function joined(parts: readonly Uint8Array[], decoder: InstanceType<typeof TextDecoder>): string {
  const [only] = parts;
  if (only && parts.length === 1) return decoder.decode(only);
  return parts.map((part, index) => decoder.decode(part, { stream: index < parts.length - 1 })).join('');
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
