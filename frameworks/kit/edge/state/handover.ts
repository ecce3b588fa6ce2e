/**
 * The handover of the state from one term to the next: what the last leader was asked to have saved and restored.
 *
 * Always true: what was asked for is done once at most. A failure leaves the state as it is, and is in the log.
 */

import { fileURLToPath } from 'node:url';
import { errorText } from '../../../../cluster/model/error-text';
import type { Logger } from '../../../../cluster/runtime/log';
import { replaceState } from '../../../../cluster/state/replace';
import { readStateFile, writeStateFile } from '../../../../cluster/state/state-file';
import type { StateStore } from '../../../../cluster/state/store';

/** URLs of files on the disk of the next leader. */
export interface Handover {
  readonly backup?: string | undefined;
  readonly restore?: string | undefined;
}

/** The variable of what the next leader is to do. */
export const HANDOVER_VARIABLE = 'handover';

/** Stores what the next leader is to do; it replaces what was asked for before. */
export async function requestHandover(store: StateStore, { backup, restore }: Handover): Promise<void> {
  const value = Buffer.from(JSON.stringify({ backup, restore }));
  const done = await store.commit([{ name: HANDOVER_VARIABLE, value }]);
  if (!done.ok) throw new Error(`${done.conflict} was changed by somebody else`);
}

/** Of whose state it is, for the head of a file. */
export interface HandoverOwner {
  readonly component: string;
  readonly log: Logger;
}

/** Does what was asked for. Rejects when the store does not answer. */
export async function takeOver(store: StateStore, owner: HandoverOwner): Promise<void> {
  const { version, value } = await store.fetch(HANDOVER_VARIABLE);
  if (version === 0) return;
  await store.commit([{ name: HANDOVER_VARIABLE, value: undefined }]);
  const { backup, restore } = JSON.parse(value.toString()) as Handover;
  try {
    if (backup !== undefined) await save(store, backup, owner);
    if (restore !== undefined) await restoreFrom(store, restore, owner);
  } catch (error) {
    owner.log.error(
      { backup, restore, error: errorText(error) },
      'the handover failed: the state is as it was',
    );
  }
}

async function save(store: StateStore, url: string, { component, log }: HandoverOwner): Promise<void> {
  const variables = await store.fetchAll('');
  await writeStateFile(fileURLToPath(url), { component, variables });
  log.info({ backup: url, variables: variables.length }, 'the state is saved');
}

async function restoreFrom(store: StateStore, url: string, { component, log }: HandoverOwner): Promise<void> {
  const variables = await readStateFile(fileURLToPath(url), component);
  await replaceState(store, variables);
  log.info({ restore: url, variables: variables.length }, 'the state is restored');
}
