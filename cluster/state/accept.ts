/**
 * Opens a damaged local store with what is left of it, by order of its operator.
 *
 * Always true: the files as they were before the first refused opening stay in a folder of their own.
 */

import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { StartError } from '../runtime/lifecycle';
import { LocalStore } from './local';
import { COPY_FOLDER, hasStore } from './opening';

const ACCEPTED_FOLDER = 'before-accepting';

export interface AcceptedStore {
  readonly commits: number;
  readonly variables: number;
  /** The folder with the files before the opening. */
  readonly copy: string;
}

/**
 * Makes a store of the entries that can still be read. Rejects with a StartError when the folder is not a store,
 * or in use.
 */
export async function acceptLocal(folder: string): Promise<AcceptedStore> {
  if (!(await hasStore(folder)))
    throw new StartError(`${folder} is not the folder of a store: it has none of its files`);
  const state = await openWhatIsLeft(folder);
  const { commits, variables } = state.size;
  await state.close();
  const copy = freeName(join(folder, ACCEPTED_FOLDER));
  renameSync(join(folder, COPY_FOLDER), copy);
  return { commits, variables, copy };
}

/** Opens the store; LevelDB repairs its files first when it cannot read them. */
async function openWhatIsLeft(folder: string): Promise<LocalStore> {
  try {
    return await LocalStore.open(folder, { accept: true });
  } catch (error) {
    if (!(error instanceof StartError) || !error.message.includes(COPY_FOLDER)) throw error;
    await ClassicLevel.repair(folder);
    return await LocalStore.open(folder, { accept: true });
  }
}

function freeName(path: string): string {
  let name = path;
  for (let number = 2; existsSync(name); number++) name = `${path}-${number}`;
  return name;
}
