/**
 * The saved states of an executor: `executor.jsonl` in the run folder of its container, a line each; the last one counts.
 *
 * A line is added, since a new file in place of the last one costs five times as much. One that a kill has cut short does
 * not count: what it announces had not been told yet. Nothing is synchronized to the disk: the folder holds nothing that is
 * worth keeping over a reboot, since no container outlives that.
 */

import { appendFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../model/error-text';
import type { SavedExecutor } from '../core/task';

const NAME = 'executor.jsonl';
const OWNER_ONLY = { mode: 0o600 };
/** From this length on the earlier states are left out. */
const BYTES_MAX = 65_536;

/** Saves a state. Throws when the disk does not take it. */
export function saveExecutor(folder: string, saved: SavedExecutor): void {
  const path = join(folder, NAME);
  // The line break comes first: it ends a line that was cut short, too.
  const line = `\n${printSaved(saved)}`;
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < BYTES_MAX) return appendFileSync(path, line, OWNER_ONLY);
  writeFileSync(`${path}.new`, line, OWNER_ONLY);
  renameSync(`${path}.new`, path);
}

/** Removes the saved state. */
export function forgetExecutor(folder: string): void {
  rmSync(join(folder, NAME), { force: true });
}

/** The saved state; undefined when there is none, and the reason when it cannot be read. */
export function loadExecutor(
  folder: string,
): { readonly saved: SavedExecutor | undefined } | { readonly error: string } {
  try {
    const saved = lastState(readFileSync(join(folder, NAME), 'utf8').split('\n'));
    return isSaved(saved) ? { saved } : { error: `${NAME} is not the state of an executor` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { saved: undefined };
    return { error: errorText(error) };
  }
}

/** The state of the last line, or of the one before when the last was cut short. Throws when there is none. */
function lastState(lines: readonly string[]): unknown {
  const last = lines.at(-1) ?? '';
  const previous = lines.at(-2) ?? '';
  if (previous === '') return parseSaved(last);
  try {
    return parseSaved(last);
  } catch {
    return parseSaved(previous);
  }
}

/** The text of a state. Numbers that JSON has no words for are objects with one member, `number`. */
export function printSaved(saved: SavedExecutor): string {
  return JSON.stringify(saved, (_name, value: unknown) => {
    if (typeof value === 'bigint') return { number: `${value}n` };
    return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
  });
}

/** The value of a text. Throws when it is no JSON. */
export function parseSaved(text: string): unknown {
  return JSON.parse(text, (_name, value: unknown) => {
    const number = value && typeof value === 'object' && (value as { readonly number?: unknown }).number;
    if (typeof number !== 'string') return value;
    return number.endsWith('n') ? BigInt(number.slice(0, -1)) : Number(number);
  });
}

/** True for what this version has written. */
function isSaved(value: unknown): value is SavedExecutor {
  if (typeof value !== 'object' || value === null) return false;
  const { version, tasks, unacknowledged, random } = value as Partial<SavedExecutor>;
  const isTask = (task: unknown): boolean =>
    typeof (task as SavedExecutor['tasks'][number] | null)?.info?.task_id?.value === 'string';
  const isUpdate = (status: unknown): boolean =>
    typeof (status as SavedExecutor['unacknowledged'][number] | null)?.uuid === 'string';
  return (
    version === 1 &&
    typeof random === 'number' &&
    Array.isArray(tasks) &&
    tasks.every(isTask) &&
    Array.isArray(unacknowledged) &&
    unacknowledged.every(isUpdate)
  );
}
