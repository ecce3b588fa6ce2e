/**
 * Regular expressions as data: programs that edge/patterns.ts compiles from RE2's syntax, and their run over a text.
 *
 * Always true: a run takes time in proportion to the length of the text times that of the program, whatever the
 * pattern, so that no framework can make the allocator slow.
 */

export interface Program {
  readonly start: number;
  readonly instructions: readonly Instruction[];
}

export type Instruction =
  | { readonly kind: 'fork'; readonly out: number; readonly other: number }
  | { readonly kind: 'go'; readonly out: number }
  /** Passes without a character where all `wanted` assertions hold, such as the begin of a line; see emptyAt. */
  | { readonly kind: 'empty'; readonly out: number; readonly wanted: number }
  /** Passes one character in one of the ranges, which are pairs of a first and a last code point in one list. */
  | { readonly kind: 'character'; readonly out: number; readonly ranges: readonly number[] }
  | { readonly kind: 'match' }
  | { readonly kind: 'fail' };

/** Programs by the text of their pattern, or the error that kept it from being compiled. */
export type Patterns = Readonly<Record<string, Program | { readonly error: string }>>;

const BEGIN_LINE = 1;
const END_LINE = 2;
const BEGIN_TEXT = 4;
const END_TEXT = 8;
const WORD_BOUNDARY = 16;
const NO_WORD_BOUNDARY = 32;

/** True when the program matches the whole text. All threads advance a character at a time, so none backtracks. */
export function matchesWhole(program: Program, text: string): boolean {
  const characters = Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
  let threads = new Set<number>();
  follow(program, threads, program.start, emptyAt(characters, 0));
  for (const [index, character] of characters.entries()) {
    const next = new Set<number>();
    const empty = emptyAt(characters, index + 1);
    for (const thread of threads) {
      const instruction = program.instructions[thread];
      if (instruction?.kind === 'character' && isIn(instruction.ranges, character))
        follow(program, next, instruction.out, empty);
    }
    threads = next;
    if (threads.size === 0) return false;
  }
  return [...threads].some((thread) => program.instructions[thread]?.kind === 'match');
}

/** Adds every instruction that can be reached from `from` without a character. */
function follow(program: Program, threads: Set<number>, from: number, empty: number): void {
  const open = [from];
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    if (threads.has(address)) continue;
    threads.add(address);
    const instruction = program.instructions[address];
    if (instruction?.kind === 'fork') open.push(instruction.other, instruction.out);
    if (instruction?.kind === 'go' || (instruction?.kind === 'empty' && (instruction.wanted & ~empty) === 0))
      open.push(instruction.out);
  }
}

function isIn(ranges: readonly number[], character: number): boolean {
  for (let index = 0; index < ranges.length; index += 2) {
    if (character >= (ranges[index] ?? 0) && character <= (ranges[index + 1] ?? 0)) return true;
  }
  return false;
}

const NEWLINE = 10;

/** Assertions that hold between the character before a position and the one at it. */
function emptyAt(characters: readonly number[], position: number): number {
  const before = characters[position - 1];
  const after = characters[position];
  let holds = isWordCharacter(before) === isWordCharacter(after) ? NO_WORD_BOUNDARY : WORD_BOUNDARY;
  if (before === undefined) holds |= BEGIN_TEXT | BEGIN_LINE;
  if (before === NEWLINE) holds |= BEGIN_LINE;
  if (after === undefined) holds |= END_TEXT | END_LINE;
  if (after === NEWLINE) holds |= END_LINE;
  return holds;
}

function isWordCharacter(character: number | undefined): boolean {
  return character !== undefined && /^\w$/.test(String.fromCodePoint(character));
}
