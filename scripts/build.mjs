/**
 * Compiles the TypeScript tree to dist/, file by file, and copies what is not code beside it. Only files that changed
 * since the last build are touched; when nothing changed, not even the compiler is loaded.
 * Types are not checked here: `npm run types` does that.
 */

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const stampFile = join(dist, '.stamp.json');
const FOLDERS = ['bench', 'cli', 'cluster', 'dns', 'frameworks', 'lb'];
const ASSETS = /\.(hbs|json|proto|html|css|js|svg|c|h)$/;

const files = FOLDERS.flatMap((folder) => list(join(root, folder)));
const now = Object.fromEntries(files.map((file) => [relative(root, file), signature(file)]));
now.node = process.version;
now.lock = signature(join(root, 'package-lock.json'));
const before = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
if (before.node !== now.node || before.lock !== now.lock) rmSync(dist, { recursive: true, force: true });
const fresh = existsSync(dist);
const changed = files.filter((file) => !fresh || before[relative(root, file)] !== now[relative(root, file)]);
const gone = Object.keys(before).filter((file) => !(file in now));

if (changed.length > 0 || gone.length > 0 || !fresh) await build();
stampCommit();

async function build() {
  const started = Date.now();
  for (const file of gone) rmSync(target(join(root, file)), { force: true });
  const sources = changed.filter((file) => file.endsWith('.ts'));
  if (sources.length > 0) {
    const { build: esbuild } = await import('esbuild');
    const { outputFiles } = await esbuild({
      entryPoints: sources,
      outdir: dist,
      outbase: root,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      // import() becomes require(), which finds files without their ending.
      supported: { 'dynamic-import': false },
      sourcemap: 'linked',
      logLevel: 'warning',
      write: false,
    });
    for (const { path, text } of outputFiles) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, path.endsWith('.js') ? withPlainExports(text) : text);
    }
  }
  const touched = [...changed, ...gone.map((path) => join(root, path))];
  for (const file of files.filter(hasMain))
    if (touched.some((path) => isPartOf(file, path))) compileProgram(file);
  for (const file of changed.filter((name) => !/\.(ts|c|h)$/.test(name))) {
    mkdirSync(dirname(target(file)), { recursive: true });
    copyFileSync(file, target(file));
  }
  writeFileSync(stampFile, JSON.stringify(now));
  process.stderr.write(`built ${changed.length} files in ${Date.now() - started} ms\n`);
}

/** True for the file of a program of C that has its main(), and gives it its name. */
function hasMain(file) {
  return file.endsWith('.c') && /^int main\(/m.test(readFileSync(file, 'utf8'));
}

/** True for the files of C in the folder of a program and below. */
function isPartOf(program, file) {
  return /\.[ch]$/.test(file) && file.startsWith(dirname(program) + sep);
}

/**
 * Compiles all parts of a program of C at once, static where that is possible: it starts quicker and needs less memory. Without a compiler
 * the build goes on, and what needs the program says so when it runs.
 */
function compileProgram(file) {
  const program = target(file);
  const parts = files.filter((path) => path.endsWith('.c') && isPartOf(file, path));
  mkdirSync(dirname(program), { recursive: true });
  for (const flags of [['-static'], []]) {
    try {
      execFileSync('cc', ['-O2', ...flags, '-o', program, ...parts], { stdio: ['ignore', 'ignore', 'pipe'] });
      return;
    } catch (error) {
      if (error.code !== 'ENOENT') continue;
      process.stderr.write(`there is no C compiler (cc): ${relative(root, file)} is not built\n`);
      return;
    }
  }
  process.stderr.write(`${relative(root, file)} does not compile: run cc by hand to see why\n`);
}

/** Writes which commit this is, for `/version`. Nothing of the clock is in it: one commit makes one build. */
function stampCommit() {
  const file = join(dist, 'build-info.json');
  const info = commitInfo();
  if (!info) return rmSync(file, { force: true });
  const text = `${JSON.stringify(info)}\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** The commit of this tree; undefined where the tree is not a repository of its own, or there is no Git. */
function commitInfo() {
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(root)) return undefined;
    const [git_sha, time, build_user] = git('log', '-1', '--format=%H%n%ct%n%cn').split('\n');
    const build_time = Number(time);
    const build_date = new Date(build_time * 1000).toISOString().slice(0, 19).replace('T', ' ');
    const [git_tag] = git('tag', '--points-at', 'HEAD').split('\n').filter(Boolean);
    return { git_sha, ...(git_tag && { git_tag }), build_date, build_time, build_user };
  } catch {
    return undefined;
  }
}

/**
 * esbuild exports through two getters, one in the other, so that modules may import each other in rings. There are none
 * here (`test/tidy`), so what is exported becomes plain values at the end of the file: on the hot paths a getter for each
 * use of another file's function costs about a tenth. Lines keep their numbers, which the source map goes by.
 */
function withPlainExports(text) {
  const table = /^__export\((\w+), \{\n([^}]*)\}\);\nmodule\.exports = __toCommonJS\(\1\);$/m.exec(text);
  if (!table) return text;
  const [all, , rows] = table;
  const values = rows
    .trim()
    .split('\n')
    .map((row) => /^\s*(\w+): \(\) => ([\w.]+),?$/.exec(row));
  if (values.includes(null)) return text;
  const assigned = values.map(([, name, value]) => `exports.${name} = ${value};`).join(' ');
  const note = '// Annotate the CommonJS export names for ESM import in node:';
  if (!text.includes(note)) return text;
  return text
    .replace(
      all,
      '__defProp(exports, "__esModule", { value: true });'.padEnd(60) +
        '\n'.repeat(all.split('\n').length - 1),
    )
    .replace(note, assigned);
}

function list(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return list(path);
    return entry.name.endsWith('.ts') || ASSETS.test(entry.name) ? [path] : [];
  });
}

function signature(file) {
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs}:${size}`;
}

function target(file) {
  return join(dist, relative(root, file)).replace(/\.ts$/, '.js').replace(/\.c$/, '');
}
