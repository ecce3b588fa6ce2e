import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentFlags } from '../../../../../cluster/agent/config';
import {
  createContainerizer,
  runtimeFolder,
} from '../../../../../cluster/agent/edge/executors/create-containerizer';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { parseFlags } from '../../../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../../../cluster/runtime/log';

const workDir = mkdtempSync(join(tmpdir(), 'meseta-create-'));
afterAll(() => rmSync(workDir, { recursive: true, force: true }));

const create = (...args: string[]) => {
  const { flags } = parseFlags(agentFlags, {
    command: 'test',
    about: '',
    args: ['--master=127.0.0.1:1', ...args],
    env: {},
  });
  const runtimeDir = runtimeFolder(flags, workDir);
  const place = {
    workDir,
    runtimeDir,
    clock: systemClock(),
    log: silentLogger,
    sandboxEnded: () => undefined,
  };
  return createContainerizer(flags, place);
};

test('a runtime folder that cannot be made stops the start with the name of its flag', async () => {
  await expect(create('--runtime_dir=/proc/nothing/here')).rejects.toThrow(
    '--runtime_dir: /proc/nothing/here cannot be used',
  );
});

test('without a flag the runtime folder is in the work folder', async () => {
  const { containerizer, stop } = await create();
  expect(await containerizer.recover([])).toEqual([]);
  stop();
});
