import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkTask } from '../../../../cluster/executor/edge/task-link';

const root = mkdtempSync(join(tmpdir(), 'meseta-link-'));
let sandboxes = 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));

function newSandbox(): string {
  const sandbox = join(root, String(sandboxes++));
  mkdirSync(sandbox);
  return sandbox;
}

test('tasks/ID leads to the sandbox of a task, and stays when it is there', () => {
  const executorSandbox = newSandbox();
  for (const sandbox of [`${executorSandbox}/containers/c`, '/elsewhere'])
    linkTask({ executorSandbox, sandbox, taskId: 'a' });
  expect(readlinkSync(join(executorSandbox, 'tasks', 'a'))).toBe(`${executorSandbox}/containers/c`);
});

test('a link in the place of the folder is not followed', () => {
  const [executorSandbox, other] = [newSandbox(), newSandbox()];
  symlinkSync(other, join(executorSandbox, 'tasks'));
  expect(() => linkTask({ executorSandbox, sandbox: '/s', taskId: 'a' })).toThrow();
  expect(readdirSync(other)).toEqual([]);
});

test('a file in the place of the folder is an error', () => {
  const executorSandbox = newSandbox();
  writeFileSync(join(executorSandbox, 'tasks'), '');
  expect(() => linkTask({ executorSandbox, sandbox: '/s', taskId: 'a' })).toThrow('ENOTDIR');
});
