/**
 * The shape of a JSON answer: the paths in it and what stands there, one a line, sorted. Golden files of shapes say what
 * clients of Mesos find; `REWRITE=1` writes them anew, and the diff is reviewed.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** `.tasks[].id string`; an empty list is `.tasks[] empty`. Members in `maps` have names of no concern. */
export function shapeOf(value: unknown, maps: readonly string[] = []): string[] {
  const lines = new Set<string>();
  walk(value, '', { lines, maps });
  return [...lines].sort();
}

interface Walk {
  readonly lines: Set<string>;
  readonly maps: readonly string[];
}

function walk(value: unknown, path: string, into: Walk): void {
  into.lines.add(`${path || '.'} ${kindOf(value)}`);
  if (Array.isArray(value)) {
    if (value.length === 0) into.lines.add(`${path}[] empty`);
    for (const item of value) walk(item, `${path}[]`, into);
  } else if (typeof value === 'object' && value !== null && !into.maps.includes(path)) {
    for (const [name, item] of Object.entries(value)) walk(item, `${path}.${name}`, into);
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** Compares a shape with its golden file. */
export function expectShape(file: string, shape: readonly string[]): void {
  const text = `${shape.join('\n')}\n`;
  if (process.env['REWRITE'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const known = existsSync(file) ? readFileSync(file, 'utf8') : '';
  expect({ file, shape: text.split('\n') }).toEqual({ file, shape: known.split('\n') });
}
