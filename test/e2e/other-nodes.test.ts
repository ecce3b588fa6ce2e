/**
 * The program on the other supported Nodes: a whole cluster, an app, its names and its traffic. `npm run nodes` runs the whole
 * suite on them.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..');
const programOf = (version: number): string =>
  join(ROOT, 'test', 'third-party', 'node_modules', `node${version}`, 'bin', 'node');

describe.each([22, 24])('Node %i', (version) => {
  const program = programOf(version);
  const where = existsSync(program) ? test : test.skip;

  where(`runs the demonstration (needs the package node${version} of test/third-party)`, async () => {
    const env = { PATH: `${dirname(program)}:${process.env['PATH']}` };
    const asked = await promisify(execFile)(program, ['--version']);
    expect(asked.stdout).toMatch(new RegExp(`^v${version}\\.`));
    const args = [join(ROOT, 'bin', 'meseta'), 'demo', '--exit', '--free-ports'];
    const { stdout } = await promisify(execFile)(program, args, { env });
    expect(stdout).toContain('Healthy: 3 instances of /hello.');
  });
});
