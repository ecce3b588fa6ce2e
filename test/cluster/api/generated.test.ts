import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '..', '..', '..');
const folder = join(root, 'cluster', 'api', 'generated');

/** Runs the generator in a Node of its own, since it is a module of the newer kind, and answers what it would write. */
function generate(): Record<string, string> {
  const script = pathToFileURL(join(root, 'scripts', 'generate.mjs')).href;
  const program = `import { generate } from '${script}'; process.stdout.write(JSON.stringify(generate()));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(output.toString()) as Record<string, string>;
}

describe('the generated files', () => {
  it('are what npm run generate would make of the .proto files', () => {
    const files = generate();
    expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort());
    for (const [name, text] of Object.entries(files)) {
      expect([name, readFileSync(join(folder, name), 'utf8') === text]).toEqual([name, true]);
    }
  });
});
