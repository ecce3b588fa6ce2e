/**
 * The list of all files in each README, made from the headers of the files, and the files that texts name.
 */

import { dirname } from 'node:path';
import { allPaths, isGenerated, isTest, readText, type Source, sources } from './tree';

const BEGIN = '<!-- files: `npm run generate` makes this list from the headers -->';
const END = '<!-- /files -->';
const LIST = new RegExp(`${literal(BEGIN)}[\\s\\S]*?${literal(END)}`);

/** A file that a README lists. */
type Listed = Pick<Source, 'path' | 'text'>;

/** Files of C, but their headers, which say of the same what others may use. */
const programs: readonly Listed[] = allPaths
  .filter((path) => path.endsWith('.c'))
  .map((path) => ({ path, text: readText(path) }));

/** READMEs of folders with product code. */
const readmes = allPaths.filter((path) => /^(cli|cluster|dns|frameworks|lb)\/(.*\/)?README\.md$/.test(path));

/** Each README as it should be, by path; those of folders without files of their own are left out. */
export function generatedReadmes(): ReadonlyMap<string, string> {
  return new Map(
    readmes.flatMap((path) => {
      const files = filesOf(dirname(path));
      return files.length === 0 ? [] : [[path, withList(readText(path), path, files)] as const];
    }),
  );
}

/** READMEs whose list is not the one that their files' headers make. */
export function staleReadmes(): string[] {
  return [...generatedReadmes()].flatMap(([path, text]) =>
    readText(path) === text ? [] : [`${path}:1 has an old list of files: run npm run generate`],
  );
}

/** The files below a folder, without those of folders that have a README of their own. */
function filesOf(folder: string): Listed[] {
  return [...sources, ...programs]
    .filter(
      ({ path }) => !isTest(path) && !isGenerated(path) && nearestReadme(path) === `${folder}/README.md`,
    )
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}

function nearestReadme(path: string): string | undefined {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    if (readmes.includes(`${folder}/README.md`)) return `${folder}/README.md`;
  }
  return undefined;
}

/** Replaces the list, or adds one at the end of the section of files. */
function withList(text: string, path: string, files: readonly Listed[]): string {
  const list = printList(dirname(path), files);
  if (LIST.test(text)) return text.replace(LIST, () => list);
  const section = text.indexOf('\n## Files');
  const next = text.indexOf('\n## ', section + 1);
  return `${text.slice(0, next).trimEnd()}\n\n${list}\n${text.slice(next)}`;
}

function printList(folder: string, files: readonly Listed[]): string {
  const rows = files.map(
    (source) => `| \`${source.path.slice(folder.length + 1)}\` | ${summaryOf(source)} |`,
  );
  const table = ['| every file | what it has |', '| --- | --- |', ...rows].join('\n');
  return `${BEGIN}\n<details>\n<summary>Every file</summary>\n\n${table}\n\n</details>\n${END}`;
}

/** The first sentence of a file's header. */
function summaryOf({ text }: Listed): string {
  const header = headerOf(text).replace(/\s+/g, ' ').trim();
  const end = /\.(?= [A-Z`(]| ?$)/.exec(header);
  return (end ? header.slice(0, end.index) : header).replaceAll('|', '\\|');
}

/** The first paragraph of a file's header. */
function headerOf(text: string): string {
  const comment = /^\/\*\*?([\s\S]*?)\*\//.exec(text)?.[1] ?? '';
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, ''));
  const first = lines.findIndex((line) => line.trim() !== '');
  const rest = lines.slice(first);
  const blank = rest.findIndex((line) => line.trim() === '');
  return (blank < 0 ? rest : rest.slice(0, blank)).join(' ');
}

/** Source files that a README or a header names and that do not exist. */
export function missingFiles(): string[] {
  const texts = [
    ...allPaths.filter((path) => path.endsWith('.md') && !isTest(path)).map(readmeText),
    ...sources.filter(({ path }) => !isGenerated(path)).map(headerText),
  ];
  return texts.flatMap(({ path, text }) =>
    [...text.matchAll(NAMED)]
      .map(([name]) => name)
      .filter((name) => !exists(name, path))
      .map((name) => `${path}:1 names ${name}, which does not exist`),
  );
}

const NAMED = /(?<![\w./-])[\w-]+(?:\/[\w.-]+)*\.(?:ts|mjs|hbs)\b(?!\/)/g;

const readmeText = (path: string) => ({ path, text: readText(path) });
const headerText = ({ path, text }: Source) => ({ path, text: /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? '' });

function exists(name: string, from: string): boolean {
  const folder = dirname(from);
  const component = folder.replace(/\/(api|core|edge|packet|views)(\/.*)?$/, '');
  const near = [folder, component].map((place) => `${place}/${name}`);
  return (
    near.some((path) => allPaths.includes(path)) || allPaths.some((path) => `/${path}`.endsWith(`/${name}`))
  );
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
