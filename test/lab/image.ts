/**
 * The image that all hosts start from, and the repository of packages that they install from.
 *
 * The image is a small Debian with systemd, sshd and Python; nothing in it is there for a role.
 */

import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { GATEWAY, IMAGE, REPOSITORY, REPOSITORY_PORT } from './place';
import { run } from './shell';

const RELEASE = 'bookworm';
const INCLUDED = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'python3',
  'python3-apt',
  'iproute2',
  'sudo',
];
/** Packages that roles may install, with all that they need. */
const OFFERED = [
  'haproxy',
  'zookeeper',
  'default-jre-headless',
  'bind9-dnsutils',
  'keepalived',
  'curl',
  'iptables',
  'nftables',
  'systemd-resolved',
  'procps',
  'libstdc++6',
  'faketime',
];

/** Makes the image and the repository unless they are there; that takes some minutes once. */
export function makeImage(say: (text: string) => void): void {
  if (existsSync(IMAGE)) return;
  const unfinished = `${IMAGE}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  say('making the image of hosts, once ...');
  run('debootstrap', ['--variant=minbase', `--include=${INCLUDED.join(',')}`, RELEASE, unfinished]);
  downloadPackages(unfinished);
  prepare(unfinished);
  renameSync(unfinished, IMAGE);
}

function downloadPackages(image: string): void {
  run('chroot', [image, 'apt-get', 'update']);
  run('chroot', [
    image,
    'apt-get',
    'install',
    '--yes',
    '--download-only',
    '--no-install-recommends',
    ...OFFERED,
  ]);
  const archives = join(image, 'var', 'cache', 'apt', 'archives');
  mkdirSync(REPOSITORY, { recursive: true });
  for (const name of readdirSync(archives)) {
    if (name.endsWith('.deb')) cpSync(join(archives, name), join(REPOSITORY, name));
  }
  run('chroot', [image, 'apt-get', 'clean']);
  indexRepository();
}

/** Lists the packages of the repository anew, after one was added. */
export function indexRepository(): void {
  writeFileSync(
    join(REPOSITORY, 'Packages'),
    run('sh', ['-c', `cd '${REPOSITORY}' && dpkg-scanpackages -m . 2>/dev/null`]),
  );
}

function prepare(image: string): void {
  rmSync(join(image, 'var', 'lib', 'apt', 'lists'), { recursive: true, force: true });
  mkdirSync(join(image, 'var', 'lib', 'apt', 'lists', 'partial'), { recursive: true });
  const source = `deb [trusted=yes] http://${GATEWAY}:${REPOSITORY_PORT} ./\n`;
  writeFileSync(join(image, 'etc', 'apt', 'sources.list'), source);
  // Each host has an id of its own, made at its first start.
  writeFileSync(join(image, 'etc', 'machine-id'), '');
  writeFileSync(join(image, 'etc', 'resolv.conf'), '');
  appendFileSync(join(image, 'etc', 'ssh', 'sshd_config'), 'UseDNS no\nPermitRootLogin prohibit-password\n');
}
