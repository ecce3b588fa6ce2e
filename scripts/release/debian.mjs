/**
 * The Debian package of a release, from its folder: /usr/lib/meseta, /usr/bin/meseta, units, flag files in /etc/meseta, a manual
 * page and completion. The parts that are not made here are in `deploy/package`.
 */

import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { manualPage } from './manual.mjs';
import { reproducible, run } from './programs.mjs';

const ROLES = ['master', 'agent', 'marathon', 'chronos', 'dns', 'lb'];
const SCRIPTS = ['postinst', 'prerm', 'postrm'];
const LAUNCHER = '#!/bin/sh\nexec /usr/lib/meseta/node /usr/lib/meseta/bin/meseta "$@"\n';

/** Writes the package. `folder` is that of the release, and `epoch` in seconds. */
export function writeDebianPackage({ root, folder, version, epoch, file }) {
  const parts = join(root, 'deploy', 'package');
  const tree = `${folder}.deb.d`;
  rmSync(tree, { recursive: true, force: true });
  cpSync(join(folder, 'lib', 'meseta'), join(tree, 'usr', 'lib', 'meseta'), { recursive: true });
  write(join(tree, 'usr', 'bin', 'meseta'), LAUNCHER, 0o755);
  for (const unit of readdirSync(join(parts, 'units')))
    copy(join(parts, 'units', unit), join(tree, 'lib', 'systemd', 'system', unit));
  copy(join(parts, 'debian', 'sysusers.conf'), join(tree, 'usr', 'lib', 'sysusers.d', 'meseta.conf'));
  writeFlagFiles(join(parts, 'etc'), join(tree, 'etc', 'meseta'));
  writeDocuments({ parts, folder, tree, version, epoch });
  writeControl({ parts, tree, version });
  setTimes(tree, epoch);
  const options = ['--root-owner-group', '--threads-max=1', '-Zxz', '-b'];
  run('dpkg-deb', [...options, tree, file], { env: reproducible(epoch) });
  rmSync(tree, { recursive: true });
}

/** Folders and files that only root and the daemon read: flags may have credentials. */
function writeFlagFiles(from, to) {
  for (const role of ROLES) {
    mkdirSync(join(to, role), { recursive: true });
    chmodSync(join(to, role), 0o750);
  }
  for (const path of filesBelow(from)) {
    copy(join(from, path), join(to, path));
    chmodSync(join(to, path), 0o640);
  }
}

function writeDocuments({ parts, folder, tree, version, epoch }) {
  const documents = join(tree, 'usr', 'share', 'doc', 'meseta');
  copy(join(parts, 'debian', 'copyright'), join(documents, 'copyright'));
  for (const name of ['README.md', 'THIRD-PARTY-NOTICES', 'sbom.cdx.json'])
    copy(join(folder, name), join(documents, name));
  write(join(documents, 'CHANGELOG.md.gz'), packed(readFileSync(join(folder, 'CHANGELOG.md'))));
  const control = readFileSync(join(parts, 'debian', 'control'), 'utf8');
  const [, maintainer] = /^Maintainer: (.*)$/m.exec(control);
  const release = `meseta (${version.replace('-', '~')}) unstable; urgency=medium`;
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  const entry = `${release}\n\n  * See CHANGELOG.md.\n\n -- ${maintainer}  ${date}\n`;
  write(join(documents, 'changelog.gz'), packed(Buffer.from(entry)));
  const lintian = join(tree, 'usr', 'share', 'lintian', 'overrides', 'meseta');
  copy(join(parts, 'debian', 'lintian-overrides'), lintian);
  const program = join(folder, 'bin', 'meseta');
  const completion = run(program, ['completion', 'bash']);
  write(join(tree, 'usr', 'share', 'bash-completion', 'completions', 'meseta'), completion);
  const page = manualPage({ program, version, roles: ROLES, epoch });
  write(join(tree, 'usr', 'share', 'man', 'man1', 'meseta.1.gz'), packed(Buffer.from(page)));
}

function writeControl({ parts, tree, version }) {
  const control = join(tree, 'DEBIAN');
  const files = filesBelow(tree);
  const bytes = files.reduce((sum, path) => sum + lstatSync(join(tree, path)).size, 0);
  const text = readFileSync(join(parts, 'debian', 'control'), 'utf8')
    .replace('@VERSION@', version.replace('-', '~'))
    .replace('@SIZE@', String(Math.ceil(bytes / 1024)));
  write(join(control, 'control'), text);
  const md5 = (path) =>
    createHash('md5')
      .update(readFileSync(join(tree, path)))
      .digest('hex');
  const summed = files.filter((path) => !path.startsWith('etc/'));
  write(join(control, 'md5sums'), summed.map((path) => `${md5(path)}  ${path}\n`).join(''));
  const flagFiles = files.filter((path) => path.startsWith('etc/'));
  write(join(control, 'conffiles'), flagFiles.map((path) => `/${path}\n`).join(''));
  for (const name of SCRIPTS) {
    copy(join(parts, 'debian', name), join(control, name));
    chmodSync(join(control, name), 0o755);
  }
}

/** Paths of files, from the folder on, in one order on all machines. */
function filesBelow(folder, path = '') {
  return readdirSync(join(folder, path), { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const below = join(path, entry.name);
      return entry.isDirectory() ? filesBelow(folder, below) : [below];
    });
}

function setTimes(path, epoch) {
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) setTimes(join(path, name), epoch);
  utimesSync(path, epoch, epoch);
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, 0o644);
}

function write(file, content, mode = 0o644) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}

function packed(content) {
  return run('gzip', ['-n9'], { input: content, stdio: ['pipe', 'pipe', 'pipe'] });
}
