/**
 * `meseta agent drain|deactivate|reactivate|gone` and `meseta framework teardown`: what operators change by the v1 API.
 */

import { duration, text, toggle } from '../../cluster/runtime/config/flags';
import { withApi } from '../api';
import { flagCommand } from '../command';

const flags = {
  master: text({
    help: 'where the master is',
    fallback: 'http://127.0.0.1:5050',
    env: 'MESETA_MASTER',
    value: 'URL',
  }),
};

async function call(master: string, body: object): Promise<void> {
  const url = /^https?:\/\//.test(master) ? master : `http://${master}`;
  await withApi({ url, what: 'The master', flag: '--master' }, (api) => api.json('POST', '/api/v1', body));
}

export const drain = flagCommand({
  flags: {
    ...flags,
    grace: duration({
      help: 'most time that tasks get to end; 0secs for their own',
      fallback: 0,
      fallbackText: '0secs',
    }),
    gone: toggle({ help: 'mark the agent gone when it is empty', fallback: false }),
  },
  positionals: ['id'],
  run: async ({ flags: given, positionals: [value = ''] }, terminal) => {
    const max_grace_period = given.grace > 0 ? { seconds: Math.ceil(given.grace / 1000) } : undefined;
    const drain_agent = { agent_id: { value }, mark_gone: given.gone, max_grace_period };
    await call(given.master, { type: 'DRAIN_AGENT', drain_agent });
    terminal.out(`${value} is being drained: its tasks are killed and it gets no new ones\n`);
    return 0;
  },
});

export const deactivate = flagCommand({
  flags,
  positionals: ['id'],
  run: async ({ flags: given, positionals: [value = ''] }, terminal) => {
    await call(given.master, { type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id: { value } } });
    terminal.out(`${value} is offered to nobody; its tasks go on\n`);
    return 0;
  },
});

export const reactivate = flagCommand({
  flags,
  positionals: ['id'],
  run: async ({ flags: given, positionals: [value = ''] }, terminal) => {
    await call(given.master, { type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id: { value } } });
    terminal.out(`${value} is offered again\n`);
    return 0;
  },
});

export const gone = flagCommand({
  flags,
  positionals: ['id'],
  run: async ({ flags: given, positionals: [value = ''] }, terminal) => {
    await call(given.master, { type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value } } });
    terminal.out(`${value} is gone for good\n`);
    return 0;
  },
});

export const teardown = flagCommand({
  flags,
  positionals: ['id'],
  run: async ({ flags: given, positionals: [value = ''] }, terminal) => {
    await call(given.master, { type: 'TEARDOWN', teardown: { framework_id: { value } } });
    terminal.out(`${value} and its tasks are removed\n`);
    return 0;
  },
});
