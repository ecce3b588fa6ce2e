/**
 * Help for flags without effect and for flags that stop the start, grouped by their reasons.
 */

/** The beginning of the help of a flag without effect. */
export const WITHOUT_EFFECT = 'without effect: ';
/** The beginning of the help of a flag that is refused. */
export const STOPS_THE_START = 'stops the start: ';

const COLUMNS = 100;
const SECTIONS = [
  { prefix: WITHOUT_EFFECT, title: 'Flags without effect:' },
  { prefix: STOPS_THE_START, title: 'Flags that stop the start:' },
] as const;

interface WithHelp {
  readonly help: string;
}

/** Tests whether a flag stands in these groups and not among the options that work. */
export function isGrouped({ help }: WithHelp): boolean {
  return SECTIONS.some(({ prefix }) => help.startsWith(prefix));
}

/** The groups of a table as text, to follow the options; empty when it has none. */
export function classHelp(table: Readonly<Record<string, WithHelp>>): string {
  return SECTIONS.map(({ prefix, title }) => {
    const reasons = new Map<string, string[]>();
    for (const [name, { help }] of Object.entries(table)) {
      if (!help.startsWith(prefix)) continue;
      const reason = help.slice(prefix.length);
      reasons.set(reason, [...(reasons.get(reason) ?? []), `--${name}`]);
    }
    const groups = [...reasons].map(([reason, names]) => `  ${reason}\n${wrapped(names)}`);
    return groups.length === 0 ? '' : `\n${title}\n${groups.join('')}`;
  }).join('');
}

function wrapped(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + name.length > COLUMNS) lines.push(`    ${name}`);
    else lines[lines.length - 1] = `${line} ${name}`;
  }
  return lines.map((line) => `${line}\n`).join('');
}
