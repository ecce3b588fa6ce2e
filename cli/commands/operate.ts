/**
 * `meseta agent drain|deactivate|reactivate|gone` and `meseta framework teardown`: calls of the v1 operator API.
 */

import { duration, toggle } from '../../cluster/runtime/config/flags';
import { flagCommand } from '../command';
import { callMaster, type MasterTarget, masterFlags, readPage } from '../master-api';
import { exactId } from '../resolve';
import { type AgentView, findAgent } from './agents';
import { findFramework } from './frameworks';

export const drain = flagCommand({
  flags: {
    ...masterFlags,
    grace: duration({
      help: 'most time that tasks get to end; 0secs for their own',
      fallback: 0,
      fallbackText: '0secs',
    }),
    gone: toggle({ help: 'mark the agent gone when it is empty', fallback: false }),
    wait: toggle({ help: 'return when the agent is empty', fallback: false }),
  },
  positionals: ['agent'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const value = await findAgent(flags, word);
    const max_grace_period = flags.grace > 0 ? { seconds: Math.ceil(flags.grace / 1000) } : undefined;
    const drain_agent = { agent_id: { value }, mark_gone: flags.gone, max_grace_period };
    await callMaster(flags, { type: 'DRAIN_AGENT', drain_agent });
    terminal.out(`${value} is being drained: its tasks are killed and it gets no new ones\n`);
    if (flags.wait) terminal.out(`${value} is ${await emptied(flags, value)}\n`);
    return 0;
  },
});

const POLL_MS = 250;

/** Waits until an agent is drained, or gone when that was asked for. */
async function emptied(target: MasterTarget, id: string): Promise<string> {
  for (;;) {
    const page = (await readPage(target, '/slaves')) as { slaves: readonly AgentView[] };
    const agent = page.slaves.find((candidate) => candidate.id === id);
    if (!agent) return 'gone';
    if (agent.drain_info?.state === 'DRAINED') return 'drained';
    if (!agent.deactivated) return 'back: somebody reactivated it';
    await new Promise((later) => setTimeout(later, POLL_MS));
  }
}

export const deactivate = flagCommand({
  flags: masterFlags,
  positionals: ['agent'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const value = await findAgent(flags, word);
    await callMaster(flags, { type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id: { value } } });
    terminal.out(`${value} is offered to nobody; its tasks go on\n`);
    return 0;
  },
});

export const reactivate = flagCommand({
  flags: masterFlags,
  positionals: ['agent'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const value = await findAgent(flags, word);
    await callMaster(flags, { type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id: { value } } });
    terminal.out(`${value} is offered again\n`);
    return 0;
  },
});

export const gone = flagCommand({
  flags: masterFlags,
  positionals: ['agent'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const value = await findAgent(flags, word, exactId);
    await callMaster(flags, { type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value } } });
    terminal.out(`${value} is gone for good\n`);
    return 0;
  },
});

export const teardown = flagCommand({
  flags: masterFlags,
  positionals: ['framework'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const value = await findFramework(flags, word, exactId);
    await callMaster(flags, { type: 'TEARDOWN', teardown: { framework_id: { value } } });
    terminal.out(`${value} and its tasks are removed\n`);
    return 0;
  },
});
