/**
 * Agents whose files were damaged or half written while they were down: what can be told is told with its state and
 * reason, what cannot be trusted stops the start with the way out, and no task goes on that nobody knows.
 */

import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { AgentStand } from './agent-stand';
import { eventually } from './eventually';
import { meseta } from './meseta';

let stand: AgentStand;

beforeEach(async () => {
  stand = await AgentStand.start();
  stand.agent.start();
});

afterEach(async () => {
  try {
    await stand.stop();
  } finally {
    stand.agent.remove();
  }
});

type Damage = (path: string) => void;
const garble: Damage = (path) => writeFileSync(path, '\u0000{"garbage');
const halve: Damage = (path) => truncateSync(path, Math.floor(statSync(path).size / 2));
const empty: Damage = (path) => truncateSync(path);
const remove: Damage = (path) => rmSync(path, { recursive: true });
const flipByte: Damage = (path) => {
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
};

interface DamagedFile {
  /** Below the run folder of the task's container. */
  readonly file: string;
  readonly damage: Damage;
}

/** Runs a task for each file, which is damaged while the agent is down. */
async function damageFilesOf(files: Readonly<Record<string, DamagedFile>>): Promise<void> {
  const tasks = Object.keys(files);
  await stand.run(Object.fromEntries(tasks.map((task) => [task, 'sleep 1000'])));
  await stand.agent.end('SIGKILL');
  const containers = join(stand.agent.workDir, 'run', 'containers');
  for (const id of readdirSync(containers)) {
    const { executorId } = JSON.parse(readFileSync(join(containers, id, 'spec.json'), 'utf8'));
    const { file = '', damage } = files[executorId] ?? {};
    damage?.(join(containers, id, file));
  }
  stand.agent.start();
  // It is given back: when the ends of tasks are known before it, nothing else is offered.
  await stand.scheduler.accept(await stand.offer());
}

test('tasks whose saved state is damaged go on, and are killed when asked', async () => {
  const file = 'executor.jsonl';
  const files = {
    garbled: { file, damage: garble },
    halved: { file, damage: halve },
    'with-half-a-line': { file, damage: (path: string) => appendFileSync(path, '\n{"version":1,"ta') },
    emptied: { file, damage: empty },
    removed: { file, damage: remove },
  };
  await damageFilesOf(files);
  for (const task of Object.keys(files)) {
    expect([task, stand.ends(task)]).toEqual([task, []]);
    expect(stand.processes(task)).not.toEqual([]);
    await stand.scheduler.kill(task);
    const { state, message } = await stand.end(task);
    expect([task, state, message]).toEqual([
      task,
      'TASK_KILLED',
      'Command terminated with signal Terminated',
    ]);
  }
});

test('tasks whose container is not known whole end, and are told with the reason', async () => {
  const files = {
    'spec-garbled': { file: 'spec.json', damage: garble },
    'spec-halved': { file: 'spec.json', damage: halve },
    'spec-emptied': { file: 'spec.json', damage: empty },
    'spec-removed': { file: 'spec.json', damage: remove },
    'processes-garbled': { file: 'holder/processes', damage: garble },
    'processes-emptied': { file: 'holder/processes', damage: empty },
    'processes-removed': { file: 'holder/processes', damage: remove },
    'folder-removed': { file: '.', damage: remove },
  };
  await damageFilesOf(files);
  for (const task of Object.keys(files)) {
    const { state, reason, message } = await stand.end(task);
    expect([task, state, reason, message]).toEqual([
      task,
      'TASK_FAILED',
      'REASON_EXECUTOR_TERMINATED',
      expect.stringMatching(/how it ended is not known|unknown container/),
    ]);
  }
  await eventually('the end of all processes', () => stand.processes().length === 0);
  await stand.run({ fresh: 'sleep 1000' });
});

test.each([
  ['flipped in the middle', flipByte],
  ['halved', halve],
  ['removed', remove],
] as const)('a store whose data is %s stops the start until it is accepted', async (_how, damage) => {
  await stand.run({ t: 'sleep 1000' });
  const agents = await stand.agentIds();
  await stand.agent.end('SIGKILL');
  const store = join(stand.agent.workDir, 'meta', 'state');
  for (const name of readdirSync(store).filter((entry) => /\.(log|ldb)$/.test(entry)))
    damage(join(store, name));
  stand.agent.start();
  expect([await stand.agent.status(), stand.lastWords()]).toEqual([
    1,
    expect.stringMatching(
      /is not all that was stored: .* Nothing was started on it\. .* meseta state accept /,
    ),
  ]);
  expect(stand.processes('t')).not.toEqual([]);
  expect((await meseta(['state', 'accept', store])).status).toBe(0);
  stand.agent.start();
  expect((await stand.end('t')).state).toBe('TASK_LOST');
  await eventually('the end of what nobody knows', () => stand.processes('t').length === 0);
  expect(await stand.agentIds()).toEqual(agents);
  await stand.run({ fresh: 'sleep 1000' });
});
