/**
 * Reads what earlier runs have left: the checkpoint, and whether the machine has started again since.
 *
 * An agent whose configuration has changed in a way that `--reconfiguration_policy` does not allow does not start; after a
 * restart of the machine it starts as a new one (Mesos 1.11 src/slave/slave.cpp, `recover`).
 */

import { join } from 'node:path';
import type { SlaveInfo } from '../../../api/generated/internal';
import { StartError } from '../../../runtime/lifecycle';
import type { Logger } from '../../../runtime/log';
import type { StateStore } from '../../../state/store';
import type { AgentConfig } from '../../config';
import { reconfigurationError } from '../../core/recovery/reconfiguration';
import type { CheckpointChange, CheckpointEntry } from '../../core/state/entries';
import type { AgentRecovery } from '../../core/state/events';
import { forgetAgentId, readAgentId, readBootId, readLastBootId, writeChanges } from './checkpoint';
import { readEntries } from './checkpoint-entries';

interface RecoveryContext {
  readonly config: Pick<AgentConfig, 'recover' | 'strict' | 'reconfiguration_policy'>;
  readonly workDir: string;
  readonly checkpoint: StateStore;
  readonly log: Pick<Logger, 'warn'>;
}

/** The values that an agent is started from. */
export interface Recovered {
  readonly agentId: string | undefined;
  readonly recovery: AgentRecovery;
}

/** Reads the checkpoint for an agent with this configuration. */
export async function readRecovery(context: RecoveryContext, info: SlaveInfo): Promise<Recovered> {
  const { config, workDir } = context;
  const { entries, errors } = await readAll(context);
  const bootId = await readBootId();
  const lastBootId = await readLastBootId(workDir);
  const rebooted = lastBootId !== undefined && lastBootId !== bootId;
  const agentId = await keptId(context, { entries, info, rebooted });
  const current = agentId === undefined ? await forgetAgent(context, entries) : entries;
  return { agentId, recovery: { mode: config.recover, rebooted, bootId, entries: current, errors } };
}

/** The entries. With `--strict` one that cannot be read stops the start; otherwise the rest is recovered. */
async function readAll({ config, checkpoint, log }: RecoveryContext) {
  const { entries, errors } = await readEntries(checkpoint);
  const [first] = errors;
  if (first && config.strict) {
    const others = errors.length === 1 ? '' : ` (and ${errors.length - 1} others)`;
    throw new StartError(
      `${first.name} in the store meta/state cannot be read${others}: ${first.reason}. ` +
        'Start with --no-strict to go on without it',
    );
  }
  for (const { name, reason } of errors)
    log.warn({ name, reason }, 'an entry of the checkpoint cannot be read');
  return { entries, errors: errors.length };
}

interface Earlier {
  readonly entries: readonly CheckpointEntry[];
  readonly info: SlaveInfo;
  readonly rebooted: boolean;
}

/** The id of the last run, unless the agent has become another one. */
async function keptId(
  { config, workDir, log }: RecoveryContext,
  { entries, info, rebooted }: Earlier,
): Promise<string | undefined> {
  const agentId = await readAgentId(workDir);
  const previous = entries.find((entry) => entry.entry === 'agent')?.value;
  if (agentId === undefined || previous?.id?.value !== agentId) return agentId;
  const error = reconfigurationError(config.reconfiguration_policy, previous, { ...info, id: previous.id });
  if (error === undefined) return agentId;
  if (!rebooted) throw new StartError(refusalText(workDir, error));
  log.warn({ error }, 'the machine has started again and the agent has changed: it starts as a new agent');
  await forgetAgentId(workDir);
  return undefined;
}

function refusalText(workDir: string, error: string): string {
  return [
    `Failed to perform recovery: ${error}`,
    'If recovery failed due to a change in configuration and you want to keep the current agent id, ' +
      'you might want to change the `--reconfiguration_policy` flag to a more permissive value.',
    'To restart this agent with a new agent id instead, do as follows:',
    `rm -f ${join(workDir, 'meta', 'slaves', 'latest')}`,
    'This ensures that the agent does not recover old live executors.',
  ].join('\n');
}

/** Removes what an agent of another id has left; reservations stay. */
async function forgetAgent(
  { workDir, checkpoint }: RecoveryContext,
  entries: readonly CheckpointEntry[],
): Promise<readonly CheckpointEntry[]> {
  const reservations = entries.filter(({ entry }) => entry === 'resources');
  const removals = entries
    .filter(({ entry }) => entry !== 'resources')
    .map((entry) => ({ ...entry, value: undefined }) as CheckpointChange);
  await writeChanges({ workDir, state: checkpoint }, removals);
  return reservations;
}
