/**
 * The folder of a release, as `npm run dist` packs it: it runs a whole cluster with the Node that it carries.
 */

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectNothingLeft } from '../leftovers';
import { eventually } from './eventually';
import { Up } from './meseta';

const ROOT = join(__dirname, '..', '..');
const VERSION = '9.8.7';
const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const supported = process.platform === 'linux' && process.arch === 'x64' ? test : test.skip;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-release-'));
});
afterEach(async () => {
  await expectNothingLeft({ root: folder });
  rmSync(folder, { recursive: true, force: true });
});

supported('a release runs a cluster with what is in it', async () => {
  const args = ['scripts/dist.mjs', '--folder', '--version', VERSION, '--out', folder];
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: 'pipe' });
  const release = join(folder, `meseta-${VERSION}-linux-x64`);
  const program = join(folder, 'meseta');
  symlinkSync(join(release, 'bin', 'meseta'), program);
  const run = (...words: string[]): string => execFileSync(program, words, { env: ENV }).toString();
  expect(run('--version')).toBe(`${VERSION}\n`);

  const up = await Up.start(join(folder, 'work'), [], (words) =>
    spawn(program, words, { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  expect(readlinkSync(`/proc/${up.pid}/exe`)).toBe(join(release, 'lib', 'meseta', 'node'));
  const hello = join(release, 'lib', 'meseta', 'examples', 'hello.json');
  expect(run('app', 'create', hello, '--wait', '--marathon', up.place('marathon'))).toContain(
    '/hello is deployed',
  );
  const url = `${up.place('haproxy')}/`;
  await eventually('an answer through HAProxy', () => {
    const answer = execFileSync('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '-H',
      'Host: hello.localhost',
      url,
    ]);
    return answer.toString() === '200';
  });
  expect(await up.stop()).toBe(0);

  const { components } = JSON.parse(readFileSync(join(release, 'sbom.cdx.json'), 'utf8')) as {
    components: { name: string }[];
  };
  const notices = readFileSync(join(release, 'THIRD-PARTY-NOTICES'), 'utf8');
  for (const name of ['node', 'zod', 'classic-level', 'undici']) {
    expect(components.map((component) => component.name)).toContain(name);
    expect(notices.toLowerCase()).toContain(name);
  }
});
