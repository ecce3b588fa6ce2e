/** Flags as others read them: `/flags` and `/v2/info`, and the reference pages. */

import { hideUserinfo } from '../http/userinfo';
import { type FlagTable, printDefault } from './flags';

/** The flags as text, as `/flags` and `/v2/info` show them. Secrets are starred out, and credentials in URLs. */
export function printFlags(
  table: FlagTable,
  values: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const shown = Object.entries(table).flatMap(([name, flag]): [string, string][] => {
    const value = values[name];
    if (value === undefined) return [];
    return [[name, flag.secret ? '***' : hideUserinfo(flag.print?.(value) ?? printDefault(value))]];
  });
  return Object.fromEntries(shown);
}

/** A Markdown table of the flags, for the reference page. */
export function flagReference(table: FlagTable): string {
  const rows = Object.entries(table).map(([name, flag]) => {
    const shown = flag.required ? 'required' : (flag.fallbackText ?? printDefault(flag.fallback));
    return `| \`--${name}\` | ${shown === '' ? '' : `\`${shown}\``} | ${flag.env ? `\`${flag.env}\`` : ''} | ${flag.help} |`;
  });
  return ['| flag | default | environment | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
