/**
 * Tables for people and JSON for programs.
 */

import Table from 'cli-table3';
import { escapeControlsInJson, escapeControlsInLine } from '../cluster/runtime/escape-controls';

/** A plain table: a heading line, columns two blanks apart, no frames. */
export function printTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  };
  const table = new Table({
    head: heads.map((head) => head.toUpperCase()),
    chars: none,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => row.map(escapeControlsInLine)));
  return `${table.toString().replace(/ +$/gm, '')}\n`;
}

/** Facts as lines of a name and a value, the names of one width. */
export function printFacts(facts: readonly (readonly [string, string | undefined])[], width: number): string {
  const shown = facts.filter(([, value]) => value !== undefined && value !== '');
  return shown
    .map(
      ([name, value]) =>
        `${escapeControlsInLine(name).padEnd(width)}  ${escapeControlsInLine(value ?? '')}\n`,
    )
    .join('');
}

/** Labels as facts, one in each line. */
export function labelFacts(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).map(([key, value]) => ['label', `${key}=${value}`]);
}

/** Two blanks deep; control characters that JSON leaves as they are become escapes. */
export function printJson(value: unknown): string {
  return `${escapeControlsInJson(JSON.stringify(value, null, 2))}\n`;
}
