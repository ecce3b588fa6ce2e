import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AgentState,
  initAgent,
  newExecutor,
  sandboxOf,
} from '../../../../../cluster/agent/core/state/state';
import {
  agentFiles,
  attachedSandboxes,
  type SandboxOptions,
} from '../../../../../cluster/agent/edge/work-folder/sandboxes';
import { readAclsFlag } from '../../../../../cluster/runtime/auth/acls';
import { taskInfo } from '../../../master/builders';
import { readWords } from '../../../master/operation-words';
import { AGENT_BOOT } from '../../interpreter';

let workDir = '';
let state: AgentState;
let options: SandboxOptions;
let sandbox = '';

/** An agent whose one task has a persistent volume, with its folders on disk. */
beforeEach(() => {
  workDir = realpathSync(mkdtempSync(join(tmpdir(), 'meseta-sandboxes-')));
  state = initAgent({ ...AGENT_BOOT, agentId: 'S0', workDir });
  sandbox = sandboxOf(state, { frameworkId: 'web', executorId: 't', containerId: 'c1' });
  const executor = newExecutor({
    id: 't',
    kind: 'command',
    frameworkId: 'web',
    containerId: 'c1',
    directory: sandbox,
    checkpoint: false,
    info: { executor_id: { value: 't' } },
  });
  executor.queued.set('t', { ...taskInfo('t', 'S0'), resources: readWords('disk(web)[v1@data]:10') });
  state.frameworks.set('web', {
    id: 'web',
    info: { name: 'web', user: 'root' },
    pid: undefined,
    executors: new Map([['t', executor]]),
    completedExecutors: [],
    terminating: false,
  });
  mkdirSync(sandbox, { recursive: true });
  writeFileSync(join(sandbox, 'stdout'), 'text');
  const volume = join(workDir, 'volumes/roles/web/v1');
  mkdirSync(join(volume, 'deep'), { recursive: true });
  writeFileSync(join(volume, 'deep', 'file'), 'kept');
  symlinkSync(volume, join(sandbox, 'data'));
  symlinkSync('c1', join(sandbox, '..', 'latest'));
  options = { workDir, logFile: undefined, acls: undefined, read: (view) => view(state) };
});
afterEach(() => rmSync(workDir, { recursive: true, force: true }));

const VIRTUAL = '/frameworks/web/executors/t/runs/latest';

it.each([
  ['the sandbox', (path: string) => `${path}/stdout`, 'text'],
  ['a persistent volume in it', (path: string) => `${path}/data/deep/file`, 'kept'],
  ['that of a task of a group', (path: string) => `${path}/tasks/t/data/deep/file`, 'kept'],
])('shows %s under all paths of the sandbox', async (_what, below, text) => {
  const files = agentFiles(options);
  for (const path of [sandbox, join(sandbox, '..', 'latest'), VIRTUAL]) {
    const read = await files.read(below(path), { offset: 0, length: undefined }, undefined);
    expect('data' in read ? read.data.toString() : read).toBe(text);
  }
});

it('shows the sandbox of a standalone container to those who may see all', async () => {
  const standalone = join(workDir, 'containers/c');
  mkdirSync(join(standalone, 'containers/n'), { recursive: true });
  writeFileSync(join(standalone, 'containers/n/stdout'), 'text');
  const from = { offset: 0, length: undefined };
  const path = `${standalone}/containers/n/stdout`;
  const read = await agentFiles(options).read(path, from, undefined);
  expect('data' in read && read.data.toString()).toBe('text');
  for (const outside of [join(workDir, 'containers'), `${workDir}/containers/../volumes`])
    expect(await agentFiles(options).browse(outside, undefined)).toMatchObject({ problem: 'missing' });
  const acls = readAclsFlag(
    JSON.stringify({
      permissive: false,
      access_sandboxes: [{ principals: { type: 'ANY' }, users: { values: ['web'] } }],
    }),
  );
  const refused = await agentFiles({ ...options, acls }).read(path, from, undefined);
  expect(refused).toMatchObject({ problem: 'forbidden' });
});

it('shows nothing of a volume that no task of the executor has', async () => {
  mkdirSync(join(workDir, 'volumes/roles/web/v2'));
  symlinkSync(join(workDir, 'volumes/roles/web/v2'), join(sandbox, 'other'));
  expect(await agentFiles(options).browse(`${sandbox}/other`, undefined)).toMatchObject({
    problem: 'invalid',
  });
});

it('lets only those see a volume who may see the sandbox', async () => {
  const acls = readAclsFlag(
    JSON.stringify({ access_sandboxes: [{ principals: { type: 'ANY' }, users: { type: 'NONE' } }] }),
  );
  const read = await agentFiles({ ...options, acls }).browse(`${VIRTUAL}/data`, undefined);
  expect(read).toMatchObject({ problem: 'forbidden' });
});

it('names all paths of a sandbox for /files/debug', () => {
  expect(attachedSandboxes(options)).toEqual({
    [sandbox]: sandbox,
    [join(sandbox, '..', 'latest')]: sandbox,
    [VIRTUAL]: sandbox,
  });
});
