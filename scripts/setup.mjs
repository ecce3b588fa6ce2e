/**
 * Makes a fresh clone ready: the right Node, the npm packages of package-lock.json, and the programs that the load balancer and
 * the tests use. Says something only when there is something to do. Uses nothing but Node itself.
 */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const THIRD_PARTY = join(root, 'test', 'third-party');
const NODE_MIN = 20;
const ALIVE_MS = 5000;
/** Time for an installer of what only tests use: one that gets no answer must not hold everything up. */
const INSTALL_MS = 300_000;
/** Without a version it depends on that of Maven. */
const MAVEN_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:get';
/** Program to the Debian package that has it. */
const PROGRAMS = { haproxy: 'haproxy', dig: 'bind9-dnsutils' };
/** The same for tests that are skipped, by name, where it is missing: with `--tests`. The build uses the compiler, too. */
const TEST_PROGRAMS = {
  cc: ['gcc', 'libc6-dev'],
  java: 'default-jre-headless',
  mvn: 'maven',
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
const PIP = ['-m', 'pip', '--quiet', '--disable-pip-version-check', '--no-input'];
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

checkNode();
await installPackages();
installPrograms();
if (process.argv.includes('--tests')) {
  installTestPrograms();
  installThirdParty();
  installPython();
  installSingularity();
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
  const folder = THIRD_PARTY;
  const lock = read(join(folder, 'package-lock.json')) ?? '';
  const stamp = join(folder, 'node_modules', '.meseta-lock');
  const wanted = createHash('sha256').update(lock).digest('hex');
  if (read(stamp) === wanted) return;
  say('Installing third-party clients for tests ...');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  const options = { cwd: folder, stdio: ['ignore', 'pipe', 2], timeout: INSTALL_MS };
  const done = spawnSync('npm', ['ci', ...quiet], options);
  if (done.status === 0) writeFileSync(stamp, wanted);
  else say('They could not be installed; the tests that need them are skipped.');
}

/** Python libraries by others that tests run; without one its test is skipped by name. */
function installPython() {
  const python = find('python3') ? 'python3' : undefined;
  installPythonLibrary('chronos-python', python);
  installPythonLibrary('marathon-python', python);
  installPythonLibrary('dcoscli', python);
  // The C part of http-parser does not build with newer Pythons, and the library works without it.
  const packages = join(THIRD_PARTY, 'pymesos', '.cache');
  const source = join(packages, 'http-parser-0.9.0.tar.gz');
  const after = [
    [python, ...PIP, 'download', '--no-deps', '--no-binary', ':all:', '-d', packages, 'http-parser==0.9.0'],
    ['tar', 'xzf', source, '-C', packages, '--strip-components=1', 'http-parser-0.9.0/http_parser'],
  ];
  installPythonLibrary('pymesos', python, { after });
  installDpark();
}

/** DPark's executors need a Python before 3, and its build a Cython before 3, which its programs do not see. */
function installDpark() {
  const folder = join(THIRD_PARTY, 'dpark');
  const python = findPython2();
  const build = join(folder, '.cache', 'build');
  const requirements = join(folder, 'build-requirements.txt');
  const before = [[python, ...PIP, 'install', '--no-deps', '--target', build, '-r', requirements]];
  const after = python ? [['ln', '-sfn', join(python, '..', '..'), join(folder, '.cache', 'python')]] : [];
  installPythonLibrary('dpark', python, { before, after, env: { PYTHONPATH: build } });
}

/** The program of a Python 2.7, one of pyenv or that of the system. */
function findPython2() {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const names = existsSync(versions) ? readdirSync(versions).filter((name) => name.startsWith('2.7')) : [];
  const folders = [...names.map((name) => join(versions, name)), '/usr', '/usr/local'];
  return folders.map((folder) => join(folder, 'bin', 'python2.7')).find(existsSync);
}

/** Installs what `requirements.txt` of a folder lists into its `.cache`, with commands before and after it. */
function installPythonLibrary(name, python, { before = [], after = [], env = {} } = {}) {
  const folder = join(THIRD_PARTY, name);
  const packages = join(folder, '.cache');
  const requirements = join(folder, 'requirements.txt');
  const wanted = read(requirements);
  if (read(join(packages, 'installed')) === wanted) return;
  if (!python) {
    say(`The test that needs ${name} is skipped: its Python is missing.`);
    return;
  }
  say(`Installing ${name} for tests (pip) ...`);
  const install = [python, ...PIP, 'install', '--no-deps', '--target', packages, '-r', requirements];
  const options = { stdio: 'ignore', env: { ...process.env, ...env }, timeout: INSTALL_MS };
  // pip leaves packages that are there as they are, and would call an older version installed.
  rmSync(packages, { recursive: true, force: true });
  const done = [...before, install, ...after].every(
    ([program, ...args]) => spawnSync(program, args, options).status === 0,
  );
  if (done) writeFileSync(join(packages, 'installed'), wanted);
  else say('It could not be installed; the test that needs it is skipped.');
}

/** A service in Java by others, which Maven keeps in its own repository; without it its test is skipped by name. */
function installSingularity() {
  const [artifact] = (read(join(THIRD_PARTY, 'singularity', 'artifact.txt')) ?? '').split('\n');
  const [group, name, version, type, classifier] = artifact.split(':');
  const repository = join(homedir(), '.m2', 'repository');
  const folder = join(repository, ...group.split('.'), name, version);
  if (existsSync(join(folder, `${name}-${version}-${classifier}.${type}`))) return;
  if (!find('mvn')) {
    say('Maven is missing; the test of Singularity is skipped.');
    return;
  }
  say('Installing Singularity for tests (mvn) ...');
  const place = ['--quiet', '--batch-mode', '--strict-checksums', `-Dmaven.repo.local=${repository}`];
  const get = [MAVEN_GOAL, `-Dartifact=${artifact}`, '-Dtransitive=false'];
  const { status } = spawnSync('mvn', [...place, ...get], {
    cwd: homedir(),
    stdio: 'ignore',
    timeout: INSTALL_MS,
  });
  if (status !== 0) say('It could not be installed; the test that needs it is skipped.');
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
