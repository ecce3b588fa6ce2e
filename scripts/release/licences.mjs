/** The licences of what a release carries, and the list of its parts. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;
const LINE = '='.repeat(80);

/** Writes THIRD-PARTY-NOTICES: the texts of the licences of all packages in the product, and of Node. */
export function writeNotices({ root, target, runtime, packages }) {
  const sections = packages.map((name) => packageNotice(join(root, 'node_modules', name)));
  sections.push(
    section(`Node.js ${runtime.version}`, [readFileSync(join(runtime.folder, 'LICENSE'), 'utf8')]),
  );
  writeFileSync(join(target, 'THIRD-PARTY-NOTICES'), sections.join('\n'));
}

function packageNotice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  const words = typeof license === 'string' ? license : (license?.type ?? 'see its authors');
  return section(`${name} ${version} (${words})`, texts);
}

function section(title, texts) {
  return [LINE, title, LINE, '', ...texts.map((text) => `${text.trim()}\n`)].join('\n');
}

/** Writes the software bill of materials in CycloneDX: the packages of the lock file, and Node. */
export function writeBillOfMaterials({ root, target, runtime, tools, version }) {
  const program = join(tools, 'node_modules', '@cyclonedx', 'cyclonedx-npm', 'bin', 'cyclonedx-npm-cli.js');
  if (!existsSync(program)) throw new Error(`${program} is not there`);
  const options = ['--package-lock-only', '--omit', 'dev', '--output-reproducible', '--spec-version', '1.6'];
  const text = execFileSync(process.execPath, [program, ...options, '-o', '-', 'package.json'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const bill = JSON.parse(text);
  bill.metadata.component.version = version;
  // The npm of the machine is no part of it.
  bill.metadata.tools.components = bill.metadata.tools.components.filter(({ name }) => name !== 'npm');
  bill.components.push(nodeComponent(runtime));
  writeFileSync(join(target, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
}

function nodeComponent({ version, sha256 }) {
  return {
    type: 'application',
    name: 'node',
    version,
    'bom-ref': `node@${version}`,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    licenses: [{ license: { name: 'Node.js license, see THIRD-PARTY-NOTICES' } }],
    purl: `pkg:generic/nodejs@${version}`,
  };
}
