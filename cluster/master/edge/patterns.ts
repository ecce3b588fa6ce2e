/**
 * Regular expressions of offer constraints, compiled from RE2's syntax by re2js into programs that the core runs
 * (core/offer-constraints/program.ts).
 */

import { RE2JS } from 're2js';
import type { Call, OfferConstraints } from '../../api/generated/scheduler';
import { patternsIn } from '../core/offer-constraints/constraints';
import type { Instruction, Patterns, Program } from '../core/offer-constraints/program';

export interface PatternLimits {
  readonly memoryBytes: number;
  readonly programSize: number;
}

/** Patterns of a call above this number are not compiled: constraints that use them are refused. */
const PATTERNS_MAX = 10_000;

/** The compiled patterns of a SUBSCRIBE or UPDATE_FRAMEWORK by their text; undefined without offer constraints. */
export function patternsOf(call: Call, limits: PatternLimits): Patterns | undefined {
  const constraints = constraintsOf(call);
  if (!constraints) return undefined;
  const patterns = patternsIn(constraints).slice(0, PATTERNS_MAX);
  return Object.fromEntries(patterns.map((pattern) => [pattern, readPattern(pattern, limits)]));
}

function constraintsOf(call: Call): OfferConstraints | undefined {
  return call.subscribe?.offer_constraints ?? call.update_framework?.offer_constraints;
}

/** The size of an instruction of RE2, which gives two thirds of `max_mem` to the program. */
const STEP_BYTES = 16;
/** Longer patterns are refused before they are compiled: their programs would exceed any sensible limit. */
const PATTERN_MAX = 4096;

/** Compiles a pattern; the error is in the words of RE2 and Mesos. */
export function readPattern(pattern: string, limits: PatternLimits): Program | { readonly error: string } {
  const failed = `Failed to construct regex from pattern '${pattern}': `;
  const tooLarge = { error: `${failed}pattern too large - compile failed` };
  if (pattern.length > PATTERN_MAX) return tooLarge;
  try {
    const compiled = RE2JS.compile(pattern);
    const size = compiled.programSize();
    if (size * STEP_BYTES > (limits.memoryBytes * 2) / 3) return tooLarge;
    if (size <= limits.programSize) return programOf(compiled);
    const most = `larger than maximum of ${limits.programSize} allowed`;
    return { error: `Regex '${pattern}' is too complex: program size of ${size} is ${most}` };
  } catch (error) {
    return { error: failed + errorText(error) };
  }
}

/** Error texts of re2js that differ from RE2's. */
const WORDS: Readonly<Record<string, string>> = {
  'missing closing )': 'missing )',
  'missing closing ]': 'missing ]',
  'missing argument to repetition operator': 'no argument for repetition operator',
  'invalid repeat count': 'invalid repetition size',
  'invalid or unsupported Perl syntax': 'invalid perl operator',
  'invalid nested repetition operator': 'bad repetition operator',
  'invalid named capture': 'invalid named capture group',
  'trailing backslash at end of expression': 'trailing \\',
};

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { error: what, input } = error as Error & { error?: unknown; input?: unknown };
  if (typeof what !== 'string') return error.message;
  const words = WORDS[what] ?? what;
  return typeof input === 'string' && input !== '' ? `${words}: ${input}` : words;
}

/** Opcodes of re2js, which are those of RE2. */
const ALT = 1;
const ALT_MATCH = 2;
const CAPTURE = 3;
const EMPTY_WIDTH = 4;
const MATCH = 6;
const NOP = 7;
const RUNE = 8;
const RUNE_ONE = 9;
const RUNE_ANY = 10;
const RUNE_ANY_BUT_NEWLINE = 11;

const LAST = 0x10ffff;
const NEWLINE = 10;

interface Step {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
  matchRune(rune: number): boolean;
}

function programOf(compiled: RE2JS): Program {
  const { prog } = compiled.re2();
  const steps = prog.inst as Step[];
  return { start: prog.start, instructions: steps.map(instructionOf) };
}

function instructionOf(step: Step): Instruction {
  const { op, out, arg } = step;
  switch (op) {
    case ALT:
    case ALT_MATCH:
      return { kind: 'fork', out, other: arg };
    case CAPTURE:
    case NOP:
      return { kind: 'go', out };
    case EMPTY_WIDTH:
      return { kind: 'empty', out, wanted: arg };
    case MATCH:
      return { kind: 'match' };
    case RUNE:
    case RUNE_ONE:
      return { kind: 'character', out, ranges: rangesOf(step) };
    case RUNE_ANY:
      return { kind: 'character', out, ranges: [0, LAST] };
    case RUNE_ANY_BUT_NEWLINE:
      return { kind: 'character', out, ranges: [0, NEWLINE - 1, NEWLINE + 1, LAST] };
    default:
      return { kind: 'fail' };
  }
}

/**
 * The code points that a step matches, as ranges. A single rune may be marked as case-insensitive, which matchRune
 * tells: then its other cases are added.
 */
function rangesOf(step: Step): number[] {
  const runes = Array.from(step.runes);
  const [only] = runes;
  if (runes.length !== 1 || only === undefined) return runes;
  const text = String.fromCodePoint(only);
  const forms = [text, text.toLowerCase(), text.toUpperCase(), ...(OTHER_CASES[text.toLowerCase()] ?? [])];
  const points = forms.flatMap((form) =>
    Array.from(form).length === 1 ? [form.codePointAt(0) ?? only] : [],
  );
  return [...new Set(points)].filter((rune) => step.matchRune(rune)).flatMap((rune) => [rune, rune]);
}

/** Characters outside ASCII that fold to these letters: the Kelvin sign and the long s. */
const OTHER_CASES: Readonly<Record<string, readonly string[]>> = { k: ['\u212a'], s: ['\u017f'] };
