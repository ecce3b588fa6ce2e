/**
 * Secrets in containers on this machine: in variables, and as files. Without root or a runtime those with files are skipped.
 */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ContainerIo } from '../../../../../cluster/agent/containerizer/container-io';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import type { CommandInfo, ContainerInfo, Secret, Volume } from '../../../../../cluster/api/generated/mesos';
import { Place, runtime } from '../place';
import { resourcesOf } from './builders';
import { isolated } from './isolated';

const check = 'path' in runtime && process.getuid?.() === 0 ? it : it.skip;
const FILES = '--isolation=filesystem/linux,volume/secret';
const SECRET = 'hunter2-in-the-open';
/** The secret as a program writes it that has read it, such as `tr h H`. */
const SHOWN = SECRET.replaceAll('h', 'H');

let place: Place;
let secretsDir: string;
beforeEach(() => {
  place = new Place();
  secretsDir = join(place.root, 'secrets');
  mkdirSync(secretsDir, { mode: 0o700 });
  put('db', SECRET);
});
afterEach(() => place.close());

const put = (name: string, text: string): void => {
  writeFileSync(join(secretsDir, name), text);
  chmodSync(join(secretsDir, name), 0o600);
};
const reference = (name: string): Secret => ({ type: 'REFERENCE', reference: { name } });
const secretOf = (text: string): Secret => ({
  type: 'VALUE',
  value: { data: Buffer.from(text).toString('base64') },
});
const withVariable = (value: string, secret: Secret): CommandInfo => ({
  value,
  environment: { variables: [{ name: 'KEY', type: 'SECRET', secret }] },
});
const file = (container_path: string, secret: Secret, mode: Volume.Mode = 'RO'): Volume => ({
  mode,
  container_path,
  source: { type: 'SECRET', secret },
});
const mesos = (...volumes: readonly Volume[]): ContainerInfo => ({ type: 'MESOS', volumes });
const containers = (...args: readonly string[]) => isolated(place, [`--secrets_dir=${secretsDir}`, ...args]);
const resources = resourcesOf('cpus:1;mem:64');

/** Runs a program to its end. Its output. */
async function outputOf(of: ReturnType<typeof containers>, spec: ContainerSpec): Promise<string> {
  const container = await of.launch(spec);
  await container.ended;
  await of.destroy(spec.containerId);
  return place.output(spec) + place.output(spec, 'stderr');
}

/** The files below a folder that have the secret in them. */
function filesWithSecret(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path, 'latin1').includes(SECRET));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

async function failureOf(of: ReturnType<typeof containers>, spec: ContainerSpec): Promise<string> {
  return await of.launch(spec).then(
    () => 'launched',
    (error: unknown) => (error as Error).message,
  );
}

describe.each([
  ['a holder', []],
  ['a runtime', ['--isolation=filesystem/linux']],
])('environment_secret under %s', (name, args) => {
  const possible = name === 'a holder' ? it : check;

  possible('gives variables their secrets, stronger than what is there', async () => {
    const command = withVariable('echo "$KEY"', reference('db'));
    const spec = place.spec('', { command, resources, environment: { PATH: '/bin', KEY: 'open' } });
    expect(await outputOf(containers(...args), spec)).toBe(`${SECRET}\n`);
    const ofValue = { ...command, ...withVariable('echo "$KEY"', secretOf('a\nb')) };
    expect(await outputOf(containers(...args), place.spec('', { command: ofValue, resources }))).toBe(
      'a\nb\n',
    );
  });

  possible(
    'gives them to commands and sessions in the container, also after a restart of the agent',
    async () => {
      const command = withVariable('exec sleep 1000', reference('db'));
      const spec = place.spec('', { command, resources });
      await containers(...args).launch(spec);
      put('db', 'changed');
      const next = containers(...args);
      const [container] = await next.recover([spec.containerId]);
      const script = `[ "$KEY" = ${SECRET} ] && touch ${spec.directory}/seen`;
      const running = await container?.exec({
        file: '/bin/sh',
        arguments: ['sh', '-c', script],
        environment: {},
      });
      expect(await running?.ended).toEqual({ code: 0 });
      expect(existsSync(join(spec.directory, 'seen'))).toBe(true);
      const own = withVariable('[ "$KEY" = changed ]', reference('db'));
      const containerId = `${spec.containerId}.session`;
      const session = await next.launch({
        ...place.spec('', { command: own, containerId, parent: spec.containerId, isSession: true }),
        environment: {},
      });
      // Its output waits for somebody.
      const io = (await session.attach?.()) as ContainerIo;
      io.read({ write: () => true, ended: () => undefined });
      expect((await session.ended).status).toEqual({ code: 0 });
      await next.destroy(spec.containerId);
    },
  );

  possible('shows no value to other users of the machine', async () => {
    const command = withVariable('echo ready; exec sleep 1000', reference('db'));
    const spec = place.spec('', { command, resources, user: 'nobody' });
    const own = containers(...args);
    const container = await own.launch(spec);
    while (place.output(spec) !== 'ready\n') await new Promise((resolve) => setTimeout(resolve, 5));
    const paths = [...filesWithSecret(place.runtimeDir), ...filesWithSecret(place.workDir)];
    expect(paths.filter((path) => (statSync(path).mode & 0o077) !== 0)).toEqual([]);
    const { pid = 0 } = container;
    expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).toContain(SECRET);
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    expect(pids.filter((name) => textOf(`/proc/${name}/cmdline`).includes(SECRET))).toEqual([]);
    await own.destroy(spec.containerId);
    expect([...filesWithSecret(place.runtimeDir), ...filesWithSecret(place.workDir)]).toEqual([]);
  });
});

describe('environment_secret', () => {
  it.each<[CommandInfo, string]>([
    [
      withVariable('true', reference('gone')),
      "Failed to resolve the secret of the environment variable 'KEY': Secret 'gone' is not there: --secrets_dir of this agent has no such file",
    ],
    [
      withVariable('true', secretOf('a\0b')),
      "Invalid environment specified: Environment variable 'KEY' specifies a secret containing null bytes, which is not allowed in the environment",
    ],
    [
      { value: 'true', environment: { variables: [{ name: 'KEY', type: 'SECRET' }] } },
      "Invalid environment specified: Environment variable 'KEY' of type 'SECRET' must have a secret set",
    ],
  ])('%# fails a launch with the reason', async (command, reason) => {
    expect(await failureOf(containers(), place.spec('', { command, resources }))).toBe(reason);
  });
});

describe('volume/secret', () => {
  check('is a file in memory that the user of the container alone may read', async () => {
    const look =
      'cat key | tr h H; stat -c "%a %U" key; stat -f -c %T key; ls -A; echo x 2>/dev/null >> key || echo RO';
    const container = mesos(file('key', reference('db')));
    const own = containers(FILES);
    const spec = place.spec(look, { container, resources, user: 'nobody' });
    expect(await outputOf(own, spec)).toBe(`${SHOWN}400 nobody\nramfs\nkey\nstderr\nstdout\nRO\n`);
    // An empty file is left in the sandbox, on which it was mounted.
    expect(readFileSync(join(spec.directory, 'key'), 'utf8')).toBe('');
    expect([...filesWithSecret(place.runtimeDir), ...filesWithSecret(place.workDir)]).toEqual([]);
  });

  check('may be written to, in a folder and at an absolute path, with any bytes', async () => {
    const target = join(place.root, 'target');
    writeFileSync(target, 'of the host');
    const bytes: Secret = { type: 'VALUE', value: { data: Buffer.from([0, 255, 1]).toString('base64') } };
    const container = mesos(file('etc/deep/key', bytes, 'RW'), file(target, reference('db')));
    const look = `od -An -tx1 etc/deep/key; echo more > etc/deep/key; cat etc/deep/key; stat -c %a etc/deep/key; cat ${target}`;
    expect(await outputOf(containers(FILES), place.spec(look, { container, resources }))).toBe(
      ` 00 ff 01\nmore\n600\n${SECRET}`,
    );
    expect(readFileSync(target, 'utf8')).toBe('of the host');
  });

  check('is there for a nested container, and not for the one around it', async () => {
    const own = containers(FILES);
    const parent = place.spec(undefined, { resources });
    await own.launch(parent);
    const containerId = `${parent.containerId}.task`;
    const directory = join(parent.directory, 'containers/task');
    const container = mesos(file('key', reference('db')));
    const spec = place.spec('cat key | tr h H', {
      containerId,
      directory,
      parent: parent.containerId,
      container,
    });
    expect(await outputOf(own, spec)).toBe(SHOWN);
    await own.destroy(parent.containerId);
    expect(filesWithSecret(place.root)).toEqual([join(secretsDir, 'db')]);
  });

  check('goes on over a restart of the agent, and is gone with its container', async () => {
    const container = mesos(file('key', reference('db')));
    const spec = place.spec('echo ready; while [ ! -e go ]; do sleep 0.05; done; cat key', {
      container,
      resources,
    });
    await containers(FILES).launch(spec);
    const next = containers(FILES);
    const [adopted] = await next.recover([spec.containerId]);
    writeFileSync(join(spec.directory, 'go'), '');
    await adopted?.ended;
    await next.destroy(spec.containerId);
    expect(place.output(spec)).toBe(`ready\n${SECRET}`);
  });

  check('is removed with an orphan', async () => {
    const spec = place.spec('sleep 1000', { container: mesos(file('key', reference('db'))), resources });
    await containers(FILES).launch(spec);
    await containers(FILES).recover([]);
    expect(filesWithSecret(place.runtimeDir)).toEqual([]);
  });

  it.each<[Volume, string]>([
    [
      file('key', reference('gone')),
      "Failed to resolve the secret of the volume 'key': Secret 'gone' is not there: --secrets_dir of this agent has no such file",
    ],
    [
      file('key', { type: 'VALUE' }),
      "Invalid secret specified in volume: Secret of type VALUE must have the 'value' field set",
    ],
    [file('../key', reference('db')), "Path '..' is outside of the sandbox"],
  ])('%# fails a launch with the reason', async (volume, reason) => {
    if (!('path' in runtime)) return;
    const spec = place.spec('true', { container: mesos(volume), resources });
    expect(await failureOf(containers(FILES), spec)).toBe(reason);
  });
});
