/**
 * Refusals before an image is pulled: names that are none, and credentials in a sandbox that are no use.
 */

import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ContainerRun } from '../../../../cluster/agent/containerizer/isolators/isolator';
import { DockerEngine } from '../../../../cluster/agent/docker/engine';
import { type PullContext, pullImage } from '../../../../cluster/agent/docker/pull';
import { Timings } from '../../../../cluster/runtime/metrics';

const root = mkdtempSync(join(tmpdir(), 'meseta-docker-pull-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let runs = 0;

/** A run with an empty sandbox, whose engine has no image and whose program is not there. */
function place() {
  runs += 1;
  const folder = join(root, `run-${runs}`);
  const sandbox = join(root, `sandbox-${runs}`);
  mkdirSync(sandbox);
  const pullTimes = new Timings('containerizer/docker/image_pull');
  const context = {
    program: { file: 'docker', socket: '/none', holder: '/no holder' },
    engine: { hasImage: () => Promise.resolve(false) },
    config: 'the configuration of the agent',
    pullTimes,
  } as unknown as PullContext;
  const pull = async (image = 'web'): Promise<void> => {
    const spec = { directory: sandbox, container: { type: 'DOCKER', docker: { image } } };
    await pullImage({ folder, spec } as unknown as ContainerRun, context);
    expect(existsSync(join(folder, 'pull'))).toBe(false);
  };
  return { sandbox, pull, pullTimes };
}

const CONFIG = join('.docker', 'config.json');

test.each<[name: string, make: (path: string) => void, reason: string]>([
  [
    'too large',
    (path) => writeFileSync(path, ' '.repeat(1024 * 1024 + 1)),
    'it is larger than 1048576 bytes',
  ],
  ['a folder', (path) => mkdirSync(path), 'it is no regular file'],
  ['no JSON', (path) => writeFileSync(path, '{'), 'it is not JSON'],
])('credentials of a sandbox that are %s are told as the reason', async (_name, make, reason) => {
  const { sandbox, pull } = place();
  const path = join(sandbox, CONFIG);
  mkdirSync(dirname(path));
  make(path);
  await expect(pull()).rejects.toThrow(`Failed to read '${CONFIG}' in the sandbox: ${reason}`);
});

test.each<[name: string, make: (path: string) => void]>([
  ['there are none', () => undefined],
  ['a link leads out of it', (path) => symlinkSync('/etc/passwd', path)],
  ['a link leads to itself', (path) => symlinkSync(path, path)],
])('the configuration of the agent is for a sandbox when %s', async (_name, make) => {
  const { sandbox, pull, pullTimes } = place();
  make(join(sandbox, '.dockercfg'));
  await expect(pull()).rejects.toThrow('it is not JSON');
  expect(pullTimes.snapshot()['containerizer/docker/image_pull_ms/count']).toBe(1);
});

test.each(['../containers/json', 'a/../../info', 'a?b', 'http://host/a'])(
  'an engine is not asked for an image %s',
  async (image) => {
    const engine = new DockerEngine('/no/engine');
    await expect(engine.hasImage(image)).rejects.toThrow('Invalid image reference');
    await expect(engine.hasImage('web:1')).rejects.toThrow('Cannot connect to the Docker daemon');
    await engine.close();
  },
);
