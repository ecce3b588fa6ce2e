/**
 * Flags of the originals that are not like the others: those that change nothing here, each with the reason, and those
 * whose promise cannot be kept, which stop the start instead of being passed over.
 */

import { STOPS_THE_START, WITHOUT_EFFECT } from './class-help';
import { type Flag, FlagRefusal } from './flags';

type Text = Flag<string | undefined>;
type Group<N extends string> = Readonly<Record<N, Text>>;

function group<N extends string>(names: readonly N[], flag: (name: N) => Text): Group<N> {
  return Object.fromEntries(names.map((name) => [name, flag(name)])) as Group<N>;
}

/** A value is text whose files are left alone. */
const TEXT = { value: 'TEXT', fallback: undefined, isPath: true } as const;
const SWITCH = { value: undefined, fallback: undefined } as const;

/** Flags with a value that are taken without effect. */
export function unused<N extends string>(reason: string, ...names: readonly N[]): Group<N> {
  const help = WITHOUT_EFFECT + reason;
  return group(names, () => ({ ...TEXT, help, read: (text) => text }));
}

/** Flags whose values are not shown, even if nothing is done with them. */
export function markSecret<N extends string>(flags: Group<N>): Group<N> {
  const secrets = Object.entries<Text>(flags).map(([name, flag]) => [name, { ...flag, secret: true }]);
  return Object.fromEntries(secrets) as Group<N>;
}

/** Switches that are taken without effect. */
export function unusedSwitches<N extends string>(reason: string, ...names: readonly N[]): Group<N> {
  const help = WITHOUT_EFFECT + reason;
  return group(names, () => ({ ...SWITCH, help, read: (text) => text || 'true' }));
}

/** Flags with a value that stop the start; an empty one is none. The reason says what to do instead. */
export function refused<N extends string>(reason: string, ...names: readonly N[]): Group<N> {
  const help = STOPS_THE_START + reason;
  return group(names, () => ({ ...TEXT, help, read: (text) => (text === '' ? undefined : refuse(reason)) }));
}

/** Switches that stop the start when they are on. */
export function refusedSwitches<N extends string>(reason: string, ...names: readonly N[]): Group<N> {
  const help = STOPS_THE_START + reason;
  const read = (text: string): string => (isOff(text) ? 'false' : refuse(reason));
  return group(names, () => ({ ...SWITCH, help, read }));
}

/** A flag that may have the values that say what is done here anyway; others stop the start. */
export function refusedUnless<N extends string>(
  { values, reason }: { readonly values: readonly string[]; readonly reason: string },
  ...names: readonly N[]
): Group<N> {
  const help = `${STOPS_THE_START}except as ${values.join(', ')}: ${reason}`;
  const read = (text: string): string | undefined =>
    text === '' || text.split(',').every((item) => values.includes(item.trim())) ? text : refuse(reason);
  return group(names, () => ({ ...TEXT, help, read }));
}

/** A switch that is turned off. */
export function isOff(text: string): boolean {
  return text === 'false' || text === '0';
}

/** Stops the start. */
export function refuse(reason: string): never {
  throw new FlagRefusal(reason);
}
