/**
 * Everything that a cluster leaves on the disk, looked at as others on the machine would.
 */

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { eventually } from './eventually';
import { meseta, Up } from './meseta';

const isRoot = process.getuid?.() === 0;

let folder: string;
let up: Up | undefined;
let umask: number;

beforeEach(() => {
  // The usual one: what is closed is so by the program.
  umask = process.umask(0o022);
  folder = mkdtempSync(join(tmpdir(), 'meseta-files-'));
  // Tasks of other users have to get to it.
  chmodSync(folder, 0o755);
});

afterEach(async () => {
  process.umask(umask);
  await up?.stop('SIGINT');
  up = undefined;
  rmSync(folder, { recursive: true, force: true });
});

interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
}

/** All files and folders below one; links have no mode of their own. */
function walk(root: string, at = root): Entry[] {
  const { mode, uid } = statSync(at);
  const here = { path: relative(root, at) || '.', mode: mode & 0o7777, uid };
  if (!statSync(at).isDirectory()) return [here];
  const names = readdirSync(at, { withFileTypes: true }).filter((entry) => !entry.isSymbolicLink());
  return [here, ...names.flatMap(({ name }) => walk(root, join(at, name)))];
}

/** What others may use on purpose: as root, the way to sandboxes, which has no names to see; sandboxes; what tasks make. */
const SANDBOX = /^agent-\d\/slaves\/[^/]+\/frameworks\/[^/]+\/executors\/[^/]+\/runs\/[^/]+$/;
const IN_SANDBOX = new RegExp(`${SANDBOX.source.slice(0, -1)}/`);
const WAY = /^(\.|agent-\d|agent-\d\/slaves(\/.*)?)$/;

function isFine({ path, mode }: Entry): boolean {
  if (IN_SANDBOX.test(path)) return true;
  if (SANDBOX.test(path)) return mode === 0o750;
  if (WAY.test(path)) return mode === (isRoot ? 0o711 : 0o700);
  return (mode & 0o077) === 0;
}

const shown = (entries: readonly Entry[]): string[] =>
  entries.map(({ path, mode }) => `${mode.toString(8)} ${path}`);

async function runApp(app: object): Promise<void> {
  const answer = await fetch(`${up?.place('marathon')}/v2/apps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(app),
  });
  expect(answer.status).toBe(201);
}

test('nothing of a cluster can be used by others on the machine, but what tasks make keeps their umask', async () => {
  const root = join(folder, 'work');
  up = await Up.start(root, [`--record=${join(root, 'recordings')}`]);
  const own = { cmd: 'touch made; echo "$(umask)"; exec sleep 1000', cpus: 0.1, mem: 32, instances: 1 };
  await runApp({ ...own, id: '/own' });
  if (isRoot)
    await runApp({
      ...own,
      id: '/other',
      user: 'nobody',
      cmd: 'touch "$MESOS_SANDBOX/made"; exec sleep 1000',
    });
  const made = await eventually('what the tasks make', () => {
    const all = walk(root).filter(({ path }) => path.endsWith('/made'));
    return all.length === (isRoot ? 2 : 1) && all;
  });
  const entries = walk(root);
  expect(shown(entries.filter((entry) => !isFine(entry)))).toEqual([]);
  const parts = [
    'master/state/CURRENT',
    'marathon/state/CURRENT',
    'agent-1/meta/state/CURRENT',
    'lb/haproxy.cfg',
  ];
  for (const path of [...parts, 'lb/haproxy.sock', 'recordings/master.rec', 'meseta.log'])
    expect(entries.map((entry) => entry.path)).toContain(path);
  expect(made.map(({ mode }) => mode)).toEqual(made.map(() => 0o644));
  const sandboxes = entries.filter(({ path }) => SANDBOX.test(path));
  expect(sandboxes.map(({ uid }) => uid).sort()).toEqual(made.map(({ uid }) => uid).sort());
  expect(new Set(made.map(({ uid }) => uid)).size).toBe(made.length);
  const output = entries.find(({ path, uid }) => path.endsWith('/stdout') && uid === process.getuid?.());
  expect(readFileSync(join(root, output?.path ?? ''), 'utf8')).toBe('0022\n');
});

test('a folder that was open before is closed inside, and told of', async () => {
  const root = join(folder, 'work');
  mkdirSync(join(root, 'master', 'state'), { recursive: true, mode: 0o755 });
  up = await Up.start(root);
  await up.stop();
  for (const { path } of walk(root)) {
    const at = join(root, path);
    chmodSync(at, statSync(at).isDirectory() ? 0o755 : 0o644);
  }
  up = await Up.start(root);
  const open = walk(root).filter(({ mode, path }) => (mode & 0o066) !== 0 && !IN_SANDBOX.test(path));
  // Folders that are given by a flag may be shared, and are left; what lies in them is closed.
  expect(
    open.filter(({ path }) =>
      /^(master\/state|marathon\/state|agent-1\/meta$|agent-1\/meta\/state)/.test(path),
    ),
  ).toEqual([]);
  expect(readFileSync(join(root, 'meseta.log'), 'utf8')).toContain(
    'others on this machine can look into this folder',
  );
});

test('secrets that all can read are told of, in a warning that names flag and file', async () => {
  const path = join(folder, 'credentials.json');
  writeFileSync(path, 'ann:secret', { mode: 0o644 });
  const { err } = await meseta([
    'marathon',
    '--master=127.0.0.1:1',
    `--http_credentials=file://${path}`,
    '--http_port=0',
    '--zk_max_versions=0',
  ]);
  expect(err).toContain(
    `--http_credentials: others on this machine can use the secrets in ${path}: chmod 600 it`,
  );
});
