/**
 * The shape of this code base: layers, purity, sizes, headers, READMEs. Each rule lists who breaks it.
 */

import ts from 'typescript';
import { cycles, homeless, layerOffenders, packageOffenders } from './tidy/layers';
import { ratchetOffenders } from './tidy/mirrored';
import { impurities, isPure } from './tidy/purity';
import { missingFiles, staleReadmes } from './tidy/readmes';
import { climbingImports } from './tidy/rooms';
import { longFiles, longFunctions, longLines } from './tidy/sizes';
import { allPaths, at, isGenerated, isTest, readText, type Source, sources, visit } from './tidy/tree';
import { MEASURES } from './tidy/words';

const ours = sources.filter(({ path }) => !isGenerated(path));
const product = ours.filter(({ path }) => !isTest(path));

/** What every README of a component has, in this order. */
const SECTIONS = [
  '**Name**',
  '## What comes in, what goes out',
  '## Files, in reading order',
  '## What stays true',
  '## Flags',
  '## How to add',
  '## Where it differs from the original',
];

/** Words of one machine that must not be in what everybody reads. Written in pieces, since this file is read too. */
const MACHINE_WORDS = [['', 'work', ''].join('/'), ['', 'root', ''].join('/')];
const TEXT =
  /\.(ts|mjs|js|json|md|hbs|yml|yaml|proto|html|css|cfg|txt|sh|svg|conf)$|^\.ci\/|^bin\/|\/[A-Z]+$/;

const inMasterCore = (path: string): boolean => path.startsWith('cluster/master/core/');

describe('the tree', () => {
  it('has files to look at', () => {
    expect(sources.length).toBeGreaterThan(100);
  });

  it('imports along the layers only', () => {
    expect(layerOffenders(sources)).toEqual([]);
  });

  it('has no file outside the layers', () => {
    expect(homeless(sources)).toEqual([]);
  });

  it('uses packages and node modules only in layers that may', () => {
    expect(packageOffenders(sources)).toEqual([]);
  });

  it('has no imports in a ring', () => {
    expect(cycles(sources)).toEqual([]);
  });

  it('has cores whose rooms import along a ladder', () => {
    expect(climbingImports()).toEqual([]);
  });

  it('reads resources from the wire in one room of the master', () => {
    const readers = sources.filter(({ path, text }) => inMasterCore(path) && text.includes('readResources('));
    const paths = readers.map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith('cluster/master/core/read/'))).toEqual([]);
  });

  it('has no folder for what belongs nowhere', () => {
    expect(allPaths.filter((path) => /(^|\/)(utils|helpers|common|types)\//.test(path))).toEqual([]);
  });

  it('has no barrel files', () => {
    expect(allPaths.filter((path) => /(^|\/)index\.ts$/.test(path))).toEqual([]);
  });
});

describe('the code', () => {
  it('is pure in core, views and model', () => {
    expect(ours.filter(({ path }) => isPure(path)).flatMap(impurities)).toEqual([]);
  });

  it('has no any and no non-null assertion', () => {
    expect(ours.flatMap(unchecked)).toEqual([]);
  });

  it('exports by name only', () => {
    expect(product.flatMap(defaultExports)).toEqual([]);
  });

  it('has no open point without the number of its issue', () => {
    const open = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b(?!.*#\\d)`);
    expect(linesThat(ours, (line) => open.test(line))).toEqual([]);
  });

  it('makes folders by makeFolder, since the recursive form of Node may never return', () => {
    expect(linesThat(product, (line) => /\bmkdir(Sync)?\(.*recursive/.test(line))).toEqual([]);
    expect(linesThat(product, (line) => /\bmkdir: true\b/.test(line))).toEqual([]);
  });

  it('begins each file with what the file is about', () => {
    const bare = sources.filter(({ path, text }) => !path.endsWith('.test.ts') && !/^\/\*\*\s/.test(text));
    expect(bare.map(({ path }) => `${path}:1 has no header`)).toEqual([]);
  });

  it('has short files', () => {
    expect(longFiles(sources)).toEqual([]);
  });

  it('has short functions', () => {
    expect(product.flatMap(longFunctions)).toEqual([]);
  });

  it('has short lines', () => {
    expect(ours.flatMap(longLines)).toEqual([]);
  });
});

describe('the tests', () => {
  it('mirror each file that decides, or the list of those they do not gets no longer', () => {
    expect(ratchetOffenders()).toEqual([]);
  });

  it('are missed by the ratchet where a file is new, gone, tested by now, or listed twice', () => {
    const tested = 'cluster/executor/core/step.ts';
    const bare = 'cluster/executor/core/untested.ts';
    expect(ratchetOffenders([bare], [])).toEqual([expect.stringContaining(`${bare} has no test/`)]);
    expect(ratchetOffenders([], [bare])).toEqual([expect.stringContaining('no file that decides')]);
    expect(ratchetOffenders([tested], [tested])).toEqual([expect.stringContaining('has a mirrored test')]);
    expect(ratchetOffenders([bare], [bare, bare])).toEqual([expect.stringContaining('twice')]);
  });
});

describe('the simulations', () => {
  it("move a clock of ours and replace nothing of Node's", () => {
    const mock = /useFakeTimers|jest\.mock\(/;
    const simulations = ours.filter(({ path }) => path.startsWith('test/sim/'));
    expect(linesThat(simulations, (line) => mock.test(line))).toEqual([]);
  });
});

const HELD = MEASURES.filter(({ isGoal }) => isGoal !== true);

describe('the language', () => {
  it.each(HELD)('has no more $name than $mostPercent %', ({ mostPercent, measure }) => {
    const { of, offenders } = measure();
    const share = (100 * offenders.length) / Math.max(1, of);
    expect(share > mostPercent ? offenders : []).toEqual([]);
  });
});

describe('the texts', () => {
  it('have a README in every component, with the fixed sections in order', () => {
    expect(components().flatMap(readmeOffenders)).toEqual([]);
  });

  it('list every file of a component, from its header', () => {
    expect(staleReadmes()).toEqual([]);
  });

  it('name only files that exist', () => {
    expect(missingFiles()).toEqual([]);
  });

  it('know nothing of the machine they were written on', () => {
    const found = allPaths
      .filter((path) => TEXT.test(path))
      .flatMap((path) =>
        readText(path)
          .split('\n')
          .flatMap((line, index) => {
            const word = MACHINE_WORDS.find((one) => line.includes(one));
            return word ? [`${path}:${index + 1} has ${word}`] : [];
          }),
      );
    expect(found).toEqual([]);
  });

  it('name no package registry in package-lock.json', () => {
    const lines = readText('package-lock.json').split('\n');
    const found = lines.filter((line) => line.includes('"resolved"') && !line.includes('registry.npmjs.org'));
    expect(found).toEqual([]);
  });
});

function linesThat(files: readonly Source[], matches: (line: string) => boolean): string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => (matches(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
}

/** `any` is let through where the line before says why, in the linter's own form. */
function unchecked(source: Source): string[] {
  const found: string[] = [];
  visit(source, (node) => {
    if (ts.isNonNullExpression(node)) found.push(at(source, node, 'has a non-null assertion'));
    if (node.kind !== ts.SyntaxKind.AnyKeyword) return;
    const line = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line;
    const explained = source.lines[line - 1]?.includes('noExplicitAny:') ?? false;
    if (!explained) found.push(at(source, node, 'has an any'));
  });
  return found;
}

function defaultExports(source: Source): string[] {
  const found: string[] = [];
  visit(source, (node) => {
    if (ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword) {
      if (!ts.isDefaultClause(node.parent) && !ts.isDefaultClause(node)) {
        found.push(at(source, node, 'has a default export'));
      }
    }
  });
  return found;
}

/** Folders that decide, do, or are stood upon. */
function components(): string[] {
  const ground = ['model', 'api', 'runtime', 'state'].map((name) => `cluster/${name}`);
  const found = product.flatMap(({ path }) => {
    const match = /^(.+?)\/(core|edge)\//.exec(path) ?? /^(.+)\/main\.ts$/.exec(path);
    return match && !/^(cli|bench)\b/.test(path) ? [match[1] as string] : [];
  });
  return [...new Set([...ground, ...found])].sort();
}

function readmeOffenders(folder: string): string[] {
  const path = `${folder}/README.md`;
  if (!allPaths.includes(path)) return [`${path}:1 is missing`];
  const lines = readText(path).split('\n');
  let before = -1;
  return SECTIONS.flatMap((section) => {
    const line = lines.findIndex((text) => text.startsWith(section));
    if (line < 0) return [`${path}:1 has no section "${section}"`];
    const wrong = line < before;
    before = line;
    return wrong ? [`${path}:${line + 1} has "${section}" out of order`] : [];
  });
}
