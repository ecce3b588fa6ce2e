/**
 * The folder of a release: Node, the bundled product, and what a user gets beside it.
 *
 *   bin/meseta        runs lib/meseta/bin/meseta with lib/meseta/node
 *   lib/meseta        node, bin/meseta, dist/ (code, templates, programs of C), node_modules/, examples/
 *   LICENSE, README.md, CHANGELOG.md, THIRD-PARTY-NOTICES, sbom.cdx.json
 */

import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { writeBillOfMaterials, writeNotices } from './licences.mjs';
import { run } from './programs.mjs';
import { copyRuntime } from './runtime.mjs';

const PROGRAM = `#!/bin/sh
# Links to this file may be anywhere.
lib=$(dirname "$(dirname "$(readlink -f "$0")")")/lib/meseta
exec "$lib/node" "$lib/bin/meseta" "$@"
`;

/** Makes the folder anew. */
export async function stage({ root, folder, version, runtime, tools }) {
  rmSync(folder, { recursive: true, force: true });
  const library = join(folder, 'lib', 'meseta');
  for (const part of [join(folder, 'bin'), join(library, 'bin')]) mkdirSync(part, { recursive: true });
  writeFileSync(join(folder, 'bin', 'meseta'), PROGRAM, { mode: 0o755 });
  copyRuntime(runtime, library);
  // No other Node on the machine is meant to run it.
  const entry = readFileSync(join(root, 'bin', 'meseta'), 'utf8').replace(/^#!.*\n/, '');
  writeFileSync(join(library, 'bin', 'meseta'), entry);
  cpSync(join(root, 'examples'), join(library, 'examples'), { recursive: true });
  const packages = await bundle({ root, target: library, version });
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md'])
    copyFileSync(join(root, file), join(folder, file));
  writeNotices({ root, target: folder, runtime, packages });
  writeBillOfMaterials({ root, target: folder, runtime, tools, version });
  normalize(folder);
}

/** Modes are those of no umask in particular, and programs of C carry no names of symbols. */
function normalize(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      chmodSync(path, 0o755);
      normalize(path);
    } else {
      const isProgram = (statSync(path).mode & 0o100) !== 0;
      chmodSync(path, isProgram ? 0o755 : 0o644);
      if (path.includes('/cluster/runtime/') && isProgram) run('strip', ['--strip-all', path]);
    }
  }
}
