/**
 * Reservations in the checkpoint of an agent, for tests.
 */

import { writeChanges } from '../../../../../cluster/agent/edge/work-folder/checkpoint';
import { readEntries } from '../../../../../cluster/agent/edge/work-folder/checkpoint-entries';
import type { Resource } from '../../../../../cluster/api/generated/mesos';
import type { StateStore } from '../../../../../cluster/state/store';

export function checkpointResources(state: StateStore, resources: readonly Resource[]): Promise<void> {
  return writeChanges({ workDir: '/nowhere', state }, [{ entry: 'resources', value: resources }]);
}

export async function readCheckpointedResources(state: StateStore): Promise<readonly Resource[]> {
  const { entries } = await readEntries(state);
  return entries.find((entry) => entry.entry === 'resources')?.value ?? [];
}
