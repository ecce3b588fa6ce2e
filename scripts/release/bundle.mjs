/**
 * The product as one file a process: our code and the packages that it imports, with the files that it reads beside it.
 *
 * The tree of the result is that of `dist/`, so that files are found by the same paths from the root of the product.
 */

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { build } from 'esbuild';

/** The files that processes and threads start with. */
const ENTRIES = [
  'cli/main.ts',
  'cluster/runtime/no-inspector.ts',
  'cluster/agent/containerizer/fetcher/process/fetch-process.ts',
  'dns/edge/answer-process.ts',
  'dns/edge/builder-thread.ts',
];
/** Packages that are not bundled: one has an addon, of the other some files are loaded by their paths. */
const EXTERNAL = ['classic-level', 'undici'];
/** Folders of files that are read when the product runs, and programs of C. */
const READ_AT_RUN_TIME = ['lb/templates', 'cluster/runtime'];
const VERSION_FILE = join('cluster', 'runtime', 'version.ts');

/** Writes the product to `target`. Returns the folders in node_modules of the packages that it needs, bundled or beside it. */
export async function bundle({ root, target, version }) {
  const packages = new Set();
  for (const entry of ENTRIES) {
    const inputs = await bundleEntry({ root, target, version, entry });
    for (const input of inputs) packages.add(packageOf(input));
  }
  packages.delete(undefined);
  for (const folder of READ_AT_RUN_TIME) copyOthers(join(root, 'dist', folder), join(target, 'dist', folder));
  cpSync(join(root, 'dist', 'build-info.json'), join(target, 'dist', 'build-info.json'));
  const external = withDependencies(root, EXTERNAL);
  for (const name of external)
    copyPackage(join(root, 'node_modules', name), join(target, 'node_modules', name));
  return [...new Set([...packages, ...external])].sort();
}

async function bundleEntry({ root, target, version, entry }) {
  const outfile = join(target, 'dist', entry.replace(/\.ts$/, '.js'));
  const up = relative(dirname(outfile), join(target, 'dist')) || '.';
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // Names of classes and functions are in logs and errors.
    keepNames: true,
    minifyWhitespace: true,
    external: EXTERNAL,
    banner: {
      js: `const sourceFolder=(path)=>require("node:path").join(__dirname,${JSON.stringify(up)},path);`,
    },
    plugins: [sourcePaths(root, version)],
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  return Object.keys(metafile.inputs);
}

/** Keeps `__dirname` of our own files that of their place in the tree, and writes the version of the release. */
function sourcePaths(root, version) {
  return {
    name: 'source-paths',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(root, path);
        const text = readFileSync(path, 'utf8');
        if (file === VERSION_FILE) return { contents: withVersion(text, version), loader: 'ts' };
        if (!/\b__dirname\b/.test(text)) return undefined;
        const folder = JSON.stringify(dirname(file).split(sep).join('/'));
        return {
          contents: text.replace(/\b__dirname\b/g, `sourceFolder(${folder})`).concat(DECLARED),
          loader: 'ts',
        };
      });
    },
  };
}

const DECLARED = '\ndeclare const sourceFolder: (path: string) => string;\n';

function withVersion(text, version) {
  const changed = text.replace(/(MESETA_VERSION = )'[^']*'/, `$1'${version}'`);
  if (!changed.includes(`MESETA_VERSION = '${version}'`))
    throw new Error(`${VERSION_FILE} has no MESETA_VERSION`);
  return changed;
}

/** The folder of a package below node_modules that has a file: `name`, `@scope/name`, or `name/node_modules/name`. */
function packageOf(input) {
  const [, path] = /(?:^|\/)node_modules\/(.*)$/.exec(input) ?? [];
  return path === undefined ? undefined : /^(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path)[0];
}

/** Copies all but code, which is bundled. */
function copyOthers(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyOthers(source, copy);
    else if (!/\.(js|map)$/.test(entry.name)) {
      mkdirSync(to, { recursive: true });
      cpSync(source, copy);
    }
  }
}

function withDependencies(root, names, all = new Set()) {
  for (const name of names) {
    if (all.has(name)) continue;
    all.add(name);
    const { dependencies = {} } = JSON.parse(
      readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'),
    );
    withDependencies(root, Object.keys(dependencies), all);
  }
  return all;
}

/** Files of a package that only its developers need, or other kinds of machines. */
const NOT_SHIPPED =
  /(^|\/)(deps|docs|types|scripts|src|bin\.js|build-test\.js|optional\.js|binding\.(cc|gyp))(\/|$)|\.(md|d\.ts|map)$/;
const OTHER_MACHINES = /^prebuilds\/(?!linux-x64$|linux-x64\/classic-level\.node$)/;

function copyPackage(from, to) {
  cpSync(from, to, {
    recursive: true,
    filter: (source) => {
      const path = relative(from, source).split(sep).join('/');
      return !NOT_SHIPPED.test(path) && !OTHER_MACHINES.test(path);
    },
  });
  // Scripts of packages are never run from here.
  const file = join(to, 'package.json');
  const { name, version, main, exports, license, dependencies } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(
    file,
    `${JSON.stringify({ name, version, main, exports, license, dependencies }, null, 2)}\n`,
  );
}
