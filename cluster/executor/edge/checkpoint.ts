/**
 * The saved state of an executor: `executor.json` in the run folder of its container.
 *
 * A file is written under another name first, so that nobody reads half of it. It is not synchronized to the disk: the
 * folder holds nothing that is worth keeping over a reboot, since no container outlives that.
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../model/error-text';
import type { SavedExecutor } from '../core/task';

const NAME = 'executor.json';

/** Saves a state. Throws when the disk does not take it. */
export function saveExecutor(folder: string, saved: SavedExecutor): void {
  const path = join(folder, NAME);
  writeFileSync(`${path}.new`, printSaved(saved), { mode: 0o600 });
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
    const saved: unknown = parseSaved(readFileSync(join(folder, NAME), 'utf8'));
    return isSaved(saved) ? { saved } : { error: `${NAME} is not the state of an executor` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { saved: undefined };
    return { error: errorText(error) };
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
