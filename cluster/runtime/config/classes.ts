/**
 * Flags of the originals that have no effect here, or that stop the start, each with the reason.
 *
 * A flag whose promise cannot be kept stops the start instead of being ignored.
 */

import { STOPS_THE_START, WITHOUT_EFFECT } from './class-help';
import { type Flag, FlagRefusal } from './flags';

type Text = Flag<string | undefined>;
type Group<N extends string> = Readonly<Record<N, Text>>;

function group<N extends string>(names: readonly N[], flag: (name: N) => Text): Group<N> {
  return Object.fromEntries(names.map((name) => [name, flag(name)])) as Group<N>;
}

/** A value is text; a file that it names is not read. */
const TEXT = { value: 'TEXT', fallback: undefined, isPath: true } as const;
const SWITCH = { value: undefined, fallback: undefined } as const;

/** Flags with a value that have no effect. */
export function unused<N extends string>(reason: string, ...names: readonly N[]): Group<N> {
  const help = WITHOUT_EFFECT + reason;
  return group(names, () => ({ ...TEXT, help, read: (text) => text }));
}

/** Marks flags as secret: their values are not shown, although they have no effect. */
export function markSecret<N extends string>(flags: Group<N>): Group<N> {
  const secrets = Object.entries<Text>(flags).map(([name, flag]) => [name, { ...flag, secret: true }]);
  return Object.fromEntries(secrets) as Group<N>;
}

/** Adds a second variable, which is not named after the flag. */
export function withVariable<N extends string>(flags: Group<N>, formerEnv: string): Group<N> {
  const entries = Object.entries<Text>(flags).map(([name, flag]) => [name, { ...flag, formerEnv }]);
  return Object.fromEntries(entries) as Group<N>;
}

/** Switches that have no effect. */
export function unusedSwitches<N extends string>(reason: string, ...names: readonly N[]): Group<N> {
  const help = WITHOUT_EFFECT + reason;
  return group(names, () => ({ ...SWITCH, help, read: (text) => text || 'true' }));
}

/** Flags with a value that stop the start, unless it is empty. The reason names the alternative. */
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

/** Flags that stop the start unless they have the values of what is done here anyway. */
export function refusedUnless<N extends string>(
  { values, reason }: { readonly values: readonly string[]; readonly reason: string },
  ...names: readonly N[]
): Group<N> {
  const help = `${STOPS_THE_START}except as ${values.join(', ')}: ${reason}`;
  const read = (text: string): string | undefined =>
    text === '' || text.split(',').every((item) => values.includes(item.trim())) ? text : refuse(reason);
  return group(names, () => ({ ...TEXT, help, read }));
}

/** True for the text of a switch that is off. */
export function isOff(text: string): boolean {
  return text === 'false' || text === '0';
}

/** Stops the start. */
export function refuse(reason: string): never {
  throw new FlagRefusal(reason);
}
