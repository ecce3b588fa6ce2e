/**
 * `npm run dist` makes a release in `release/`: meseta-VERSION-linux-x64.tar.gz, the Debian package, and SHA256SUMS.
 * `-- --out FOLDER` writes it elsewhere, `-- --version 1.2.3` gives it another version, `-- --folder` makes only the folder that
 * is packed, and `-- --twice` makes it a second time and compares.
 *
 * A release has everything that it runs with, Node too. One commit makes the same bytes: times are that of the commit, or
 * SOURCE_DATE_EPOCH (seconds since 1970) outside of a repository.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeDebianPackage } from './release/debian.mjs';
import { installRuntime } from './release/runtime.mjs';
import { stage } from './release/stage.mjs';
import { writeTarball } from './release/tarball.mjs';
import { root } from './stages.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    version: { type: 'string' },
    folder: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
  },
});
const version = values.version ?? JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
  throw new Error(`--version ${version} is not like 1.2.3 or 1.2.3-rc.1`);
if (process.platform !== 'linux' || process.arch !== 'x64')
  throw new Error('releases are made on linux-x64 only');
process.umask(0o022);

const tools = join(root, 'deploy', 'runtime');
const runtime = installRuntime(tools);
const epoch = commitTime();
const out = resolve(values.out ?? join(root, 'release'));
const sums = await release(out);
process.stdout.write(sums);
if (values.twice) {
  const other = mkdtempSync(join(tmpdir(), 'meseta-release-'));
  const again = await release(other);
  rmSync(other, { recursive: true });
  if (again !== sums) throw new Error(`a second build differs:\n${again}`);
  process.stdout.write('a second build in another folder is the same\n');
}

/** Makes the release in a folder and returns the sums of its files: none when only the folder of the release is wanted. */
async function release(target) {
  mkdirSync(target, { recursive: true });
  const folder = join(target, `meseta-${version}-linux-x64`);
  await stage({ root, folder, version, runtime, tools });
  if (values.folder) return '';
  const files = [`${folder}.tar.gz`, join(target, `meseta_${version.replace('-', '~')}_amd64.deb`)];
  writeTarball(folder, files[0], epoch);
  writeDebianPackage({ root, folder, version, epoch, file: files[1] });
  rmSync(folder, { recursive: true });
  const hash = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
  const text = files.map((file) => `${hash(file)}  ${basename(file)}\n`).join('');
  writeFileSync(join(target, 'SHA256SUMS'), text);
  return text;
}

function commitTime() {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH);
  const file = join(root, 'dist', 'build-info.json');
  if (!existsSync(file))
    throw new Error('the time of the commit is not known: set SOURCE_DATE_EPOCH (seconds since 1970)');
  return JSON.parse(readFileSync(file, 'utf8')).build_time;
}
