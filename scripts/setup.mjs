/**
 * Makes a fresh clone ready: the right Node, the npm packages of package-lock.json, and the programs that the load balancer and
 * the tests use. Says something only when there is something to do. Uses nothing but Node itself.
 */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const NODE_MIN = 20;
const ALIVE_MS = 5000;
/** Program to the Debian package that has it. */
const PROGRAMS = { haproxy: 'haproxy', dig: 'bind9-dnsutils' };
/** The same for tests that are skipped, by name, where it is missing: with `--tests`. The build uses the compiler, too. */
const TEST_PROGRAMS = {
  cc: ['gcc', 'libc6-dev'],
  java: 'default-jre-headless',
  unbound: 'unbound',
  openssl: 'openssl',
  iptables: 'iptables',
  runc: 'runc',
  skopeo: 'skopeo',
  umoci: 'umoci',
  busybox: 'busybox-static',
  dockerd: 'docker.io',
  chromium: 'chromium',
  bzip2: 'bzip2',
  xz: 'xz-utils',
};
/** The same by a file that is no program in PATH. */
const TEST_FILES = {
  '/usr/share/java/zookeeper.jar': 'zookeeper',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
};
const PIP = ['python3', '-m', 'pip', '--quiet', '--disable-pip-version-check', '--no-input'];
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

checkNode();
await installPackages();
installPrograms();
if (process.argv.includes('--tests')) {
  installTestPrograms();
  installThirdParty();
  installPython();
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MIN) return;
  stop(
    `Meseta needs Node ${NODE_MIN} or newer; this is ${process.version}. Get one from https://nodejs.org.`,
  );
}

async function installPackages() {
  const stamp = join(root, 'node_modules', '.meseta-lock');
  const lock = read(join(root, 'package-lock.json')) ?? stop('package-lock.json is missing.');
  const wanted = createHash('sha256').update(lock).digest('hex');
  if (read(stamp) === wanted) return;
  if (!isInstalled(lock)) {
    say('Installing npm packages ...');
    // A registry that has no packages for other platforms makes `npm ci` refuse the lock file; `npm install` does not mind.
    const done = (await npm(['ci'], 'ignore')) || (await npm(['install', '--no-save'], 2));
    if (!done) stop('The npm packages could not be installed: see above.');
  }
  writeFileSync(stamp, wanted);
}

/** Runs npm, which says nothing itself for minutes on a slow line; a word every few seconds shows that it lives. */
async function npm(args, output) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const began = Date.now();
  const child = spawn('npm', [...args, ...quiet], { cwd: root, stdio: ['ignore', output, output] });
  const alive = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    say(`  npm ${args[0]} is at work, ${seconds} s so far`);
  }, ALIVE_MS);
  const status = await new Promise((done) => {
    child.once('error', (error) => stop(`npm cannot be run: ${error.message}`));
    child.once('exit', done);
  });
  clearInterval(alive);
  return status === 0;
}

/** True when node_modules has what the lock file lists. Packages for other platforms may be missing. */
function isInstalled(lock) {
  const found = read(join(root, 'node_modules', '.package-lock.json'));
  if (found === undefined) return false;
  const installed = JSON.parse(found).packages;
  return Object.entries(JSON.parse(lock).packages).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return installed[path] ? installed[path].version === version : optional === true;
  });
}

function installPrograms() {
  const missing = missingPrograms();
  if (missing.length === 0) return;
  const packages = missing.map((program) => PROGRAMS[program]);
  if (process.getuid?.() === 0 && find('apt-get')) {
    say(`Installing ${packages.join(' and ')} (apt-get) ...`);
    // An update may fail on one source of many; what counts is whether the programs are there afterwards.
    aptGet(['update', '-q']);
    aptGet(['install', '-y', '-q', '--no-install-recommends', ...packages]);
    if (missingPrograms().length === 0) return;
  }
  const names = missingPrograms().map((program) => (program === 'haproxy' ? 'HAProxy' : program));
  stop(
    `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} missing. Install with:\n` +
      `  sudo apt-get install ${packages.join(' ')}   (Debian, Ubuntu)\n` +
      '  sudo dnf install haproxy bind-utils   (Fedora, RHEL)\n' +
      '  brew install haproxy bind   (macOS)',
  );
}

/** Tries to get what only tests use; what cannot be had is not needed for the others. */
function installTestPrograms() {
  const packages = Object.keys(TEST_PROGRAMS)
    .filter((program) => !find(program))
    .flatMap((program) => TEST_PROGRAMS[program]);
  for (const [file, name] of Object.entries(TEST_FILES)) if (!existsSync(file)) packages.push(name);
  if (packages.length === 0) return;
  if (process.getuid?.() !== 0 || !find('apt-get')) {
    say(`Tests that need ${packages.join(', ')} are skipped: sudo apt-get install ${packages.join(' ')}`);
    return;
  }
  say(`Installing ${packages.join(', ')} for tests (apt-get) ...`);
  aptGet(['update', '-q']);
  aptGet(['install', '-y', '-q', '--no-install-recommends', ...packages]);
}

/** Clients by others that tests run; without them those tests are skipped by name. */
function installThirdParty() {
  const folder = join(root, 'test', 'third-party');
  const lock = read(join(folder, 'package-lock.json')) ?? '';
  const stamp = join(folder, 'node_modules', '.meseta-lock');
  const wanted = createHash('sha256').update(lock).digest('hex');
  if (read(stamp) === wanted) return;
  say('Installing third-party clients for tests ...');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  const done = spawnSync('npm', ['ci', ...quiet], { cwd: folder, stdio: ['ignore', 'pipe', 2] });
  if (done.status === 0) writeFileSync(stamp, wanted);
  else say('They could not be installed; the tests that need them are skipped.');
}

/** Python libraries by others that tests run; without one its test is skipped by name. */
function installPython() {
  if (!find('python3')) return;
  installPythonLibrary('chronos-python', () => []);
  // The C part of http-parser does not build with newer Pythons, and the library works without it.
  installPythonLibrary('pymesos', (packages) => {
    const source = join(packages, 'http-parser-0.9.0.tar.gz');
    return [
      [...PIP, 'download', '--no-deps', '--no-binary', ':all:', '-d', packages, 'http-parser==0.9.0'],
      ['tar', 'xzf', source, '-C', packages, '--strip-components=1', 'http-parser-0.9.0/http_parser'],
    ];
  });
}

/** Installs what `requirements.txt` of a folder lists into its `.cache`, and carries out further steps. */
function installPythonLibrary(name, steps) {
  const folder = join(root, 'test', 'third-party', name);
  const packages = join(folder, '.cache');
  const requirements = join(folder, 'requirements.txt');
  const wanted = read(requirements);
  if (read(join(packages, 'installed')) === wanted) return;
  say(`Installing ${name} for tests (pip) ...`);
  const install = [...PIP, 'install', '--no-deps', '--target', packages, '-r', requirements];
  const done = [install, ...steps(packages)].every(
    ([program, ...args]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0,
  );
  if (done) writeFileSync(join(packages, 'installed'), wanted);
  else say('It could not be installed; the test that needs it is skipped.');
}

function missingPrograms() {
  return Object.keys(PROGRAMS).filter((program) => !find(program));
}

function find(program) {
  return FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function aptGet(args) {
  const done = spawnSync('apt-get', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (done.status !== 0) say(`apt-get ${args[0]} failed:\n${done.stdout}${done.stderr}`);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function stop(text) {
  say(text);
  process.exit(1);
}
